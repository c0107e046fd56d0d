"""What is written down about a running sandbox, so that any process can find it again."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from sandbox.processes import SandboxError, Server


class SandboxRecord:
    """The servers that were started last below a folder, and the lock that lets one process at a time change that."""

    def __init__(self, home: Path) -> None:
        """Keep the record in `home`, which need not exist yet."""
        self._file = home / "sandbox.json"
        self._lock = home / "lock"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from starting or stopping this sandbox; its folder must exist."""
        self._lock.touch(mode=0o600)
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def read(self) -> list[Server]:
        """Return the servers, dead or alive; none after a stop.

        Raises:
            SandboxError: the file is not what `write` wrote.
        """
        try:
            return [Server(**recorded) for recorded in json.loads(self._file.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError) as error:
            raise SandboxError(f"{self._file} is damaged; end the sandbox's processes and delete it") from error

    def write(self, servers: Sequence[Server]) -> None:
        """Write servers down."""
        write_private(self._file, json.dumps([asdict(server) for server in servers], indent=2))

    def clear(self) -> None:
        """Forget the servers."""
        self._file.unlink(missing_ok=True)


def write_private(file: Path, text: str) -> None:
    """Write a file that nobody else may read."""
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
