"""How far something is that takes long: one line that is redrawn in a terminal, and elsewhere one every half minute.

It takes the standard library alone: the packages of the project are not there yet when it is used first.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

REDRAWN, TOLD = 0.5, 30.0
"""Seconds between two looks of a terminal's line, and between two lines elsewhere."""
LAST_LINES = 15
"""How much of a failed command's output its error repeats."""


class CommandFailed(Exception):
    """A command failed; the text is the end of its output."""


class Progress:
    """Shows what is done, how far it is, and for how long.

    Args:
        what: is done, for example `Installing the Python packages`.
        stream: is written to; None for nothing.
    """

    def __init__(self, what: str, stream: TextIO | None) -> None:
        self._what = what
        self._stream = stream
        self._redraws = stream is not None and stream.isatty()
        self._state = ""
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="progress", daemon=True)

    def __enter__(self) -> Progress:
        self._write("")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._write("failed" if error else "done", last=True)

    def show(self, state: str) -> None:
        """Take how far it is, for example `45 of 114 fetched`."""
        self._state = state

    def run(self, command: Sequence[str], folder: Path, on_line: Callable[[str], None]) -> str:
        """Run a command and return its standard output.

        Args:
            command: what to run.
            folder: where.
            on_line: is given each line of its output, of standard error, too, and shows what it tells.

        Raises:
            CommandFailed: it ended with an error.
        """
        last: deque[str] = deque(maxlen=LAST_LINES)
        with subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
        ) as process:
            output: list[str] = []
            errors: list[str] = []

            def read(stream: Iterable[str], lines: list[str]) -> None:
                for line in stream:
                    lines.append(line)
                    last.append(line)
                    on_line(line.rstrip())

            other = threading.Thread(target=read, args=(process.stderr, errors))
            other.start()
            read(process.stdout or (), output)
            other.join()
        if process.returncode:
            raise CommandFailed("".join(last).strip())
        return "".join(output)

    def _tell(self) -> None:
        while not self._ended.wait(REDRAWN if self._redraws else TOLD):
            self._write(self._state)

    def _write(self, state: str, *, last: bool = False) -> None:
        if self._stream is None:
            return
        seconds = time.monotonic() - self._began
        line = f"{self._what}{f': {state}' if state else ''}{f', {seconds:.0f} s' if state or seconds >= 1 else ''}"
        if self._redraws:
            self._stream.write(f"\r\033[K{line}" + ("\n" if last else ""))
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()
