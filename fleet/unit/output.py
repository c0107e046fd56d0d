"""What a run prints: all of it on standard error, and its last lines at hand."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from types import TracebackType

_LINES = 400


class Output:
    """Sends what this process and its children print to standard error, and keeps the end of it.

    As a context manager it is in force; `answer` goes to the standard output that was there before.
    """

    def __enter__(self) -> Output:
        sys.stdout.flush()
        sys.stderr.flush()
        self._tail: deque[str] = deque(maxlen=_LINES)
        self._saved = os.dup(1), os.dup(2)
        read, write = os.pipe()
        os.dup2(write, 1)
        os.dup2(write, 2)
        os.close(write)
        self._thread = threading.Thread(target=self._pass_on, args=(read,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.restore()

    def restore(self) -> None:
        """Let what is printed go where it went before."""
        sys.stdout.flush()
        sys.stderr.flush()
        for number, saved in zip((1, 2), self._saved, strict=True):
            os.dup2(saved, number)
        # Whoever still holds the other end, a plugin that outlives the engine, is not waited for.
        self._thread.join(1.0)

    def answer(self, line: str) -> None:
        """Print a line to the standard output that was there before."""
        os.write(self._saved[0], f"{line}\n".encode())

    @property
    def tail(self) -> str:
        """The last lines."""
        return "".join(self._tail)

    def _pass_on(self, read: int) -> None:
        with (
            os.fdopen(read, encoding="utf-8", errors="replace") as lines,
            os.fdopen(os.dup(self._saved[1]), "w", encoding="utf-8") as error,
        ):
            for line in lines:
                self._tail.append(line)
                error.write(line)
                error.flush()
