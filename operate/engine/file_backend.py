"""What Pulumi keeps of a stack in a folder of files: locks, and a copy of the state beside each run's entry.

Seen with CLI 3.259. A backend of another kind (Pulumi Cloud, a bucket) is asked through the CLI alone.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import psutil

from operate.engine.moments import moment
from operate.engine.state import State

_SCHEME = "file://"
_BEING_WRITTEN = 5.0
"""Seconds for which a lock that cannot be read is taken for one that is being written just now."""

_CLOCKS_DIFFER = 1.0
"""Seconds by which the start of a process may seem later than it was: it is counted in ticks since the boot."""


@dataclass(frozen=True)
class Lock:
    """A run's claim on the stack.

    Attributes:
        user, host, pid: who holds it.
        since: when it was taken.
    """

    user: str
    host: str
    pid: int
    since: datetime

    @property
    def is_of_this_host(self) -> bool:
        """Whether its owner can be looked for here."""
        return self.host == socket.gethostname()

    @property
    def is_dead(self) -> bool:
        """Whether its owner ran here and does not any more, or has left its number to a younger process."""
        if not self.is_of_this_host:
            return False
        try:
            owner = psutil.Process(self.pid)
            is_younger = owner.create_time() > self.since.timestamp() + _CLOCKS_DIFFER
            return owner.status() == psutil.STATUS_ZOMBIE or (is_younger and "pulumi" not in owner.name())
        except psutil.NoSuchProcess:
            return True


def root_of(url: str, cwd: Path) -> Path | None:
    """Return the folder of a backend at an address such as `file:///var/state`, `file://~` or `file://./state`."""
    if not url.startswith(_SCHEME):
        return None
    folder = Path(unquote(url.removeprefix(_SCHEME).partition("?")[0])).expanduser()
    return cwd / folder / ".pulumi"


def mend(root: Path, project: str) -> list[Path]:
    """Remove what keeps the CLI from reading a project's stacks after a run was killed while it wrote.

    The attributes kept beside each file may be left empty, and each command then fails with `EOF`, even one that only
    asks which stack is selected. A file without them is read like any other, also where a run writes them just now.

    Args:
        root: the backend's folder, `.pulumi`.
        project: whose files.

    Returns:
        What was removed.
    """
    empty = [path for path in root.glob(f"**/{project}/**/*.attrs") if path.stat().st_size == 0]
    for path in empty:
        path.unlink()
    return empty


@dataclass(frozen=True)
class FileBackend:
    """The files of one stack.

    Attributes:
        root: the backend's folder, `.pulumi`.
        project, stack: whose files.
    """

    root: Path
    project: str
    stack: str

    def locks(self) -> list[Lock | None]:
        """Return the claims on the stack; None for one whose owner died while it wrote it."""
        return [self._lock(path) for path in self._lock_folder.glob("*.json")]

    def state_after(self, run: int) -> State | None:
        """Return the state as it was after a run that ended; 0 is the newest, as in the history.

        None where no copy is kept that can be read: the run was killed before it made one, or it is packed otherwise.
        """
        entries = sorted(self.root.glob(f"history/{self.project}/{self.stack}/*.history.*"), key=_when, reverse=True)
        entries = [path for path in entries if path.suffix != ".attrs"]
        checkpoint = entries[run].with_name(entries[run].name.replace(".history.", ".checkpoint."))
        if checkpoint.suffix not in (".json", ".gz") or not checkpoint.is_file():
            return None
        return State.of({"deployment": json.loads(_content(checkpoint))["checkpoint"]["latest"]})

    @property
    def _lock_folder(self) -> Path:
        return self.root / "locks" / "organization" / self.project / self.stack

    def _lock(self, path: Path) -> Lock | None:
        try:
            content = json.loads(path.read_bytes())
        except ValueError:
            age = time.time() - path.stat().st_mtime
            if age < _BEING_WRITTEN:
                time.sleep(_BEING_WRITTEN - age)
                return self._lock(path)
            return None
        return Lock(content["username"], content["hostname"], content["pid"], moment(content["timestamp"]))


def _when(path: Path) -> int:
    """Return the nanoseconds of a name such as `prod-1795506353597845027.history.json`."""
    return int(path.name.partition(".history")[0].rpartition("-")[2])


def _content(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw
