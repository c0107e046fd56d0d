"""What is known of other people's notifications while nothing but this process knows it.

Between the moment before the vendor's stack is deleted and the moment after it, the bucket holds no notification, and
Pulumi's state has them as of the last `up` or `refresh`. What others added since is kept here, and outlives a process
that is killed in between.

Why a file: Pulumi keeps nothing of a resource that is deleted. A tag or an object in the bucket, or a parameter in SSM,
would ask for more permissions and leave traces in AWS. On a machine whose files do not outlive the run, a
`pulumi refresh` or `--refresh` beforehand brings the state itself up to date.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from components.aws.notifications import Configuration, Entry, entries, merge

STATE_VARIABLE = "XDG_STATE_HOME"


@dataclass(frozen=True)
class Record:
    """A bucket's notifications right before the vendor's stack went.

    Attributes:
        foreign: those of others.
        vendors: those of the vendor's stack.
        complete: whether others had just these; if not, some were lost before, and only those left are recorded.
    """

    foreign: Configuration
    vendors: Configuration
    complete: bool

    def with_known(self, known: Configuration) -> list[Entry]:
        """Return what others are to have, as far as it was known besides."""
        recorded = entries(self.foreign)
        return recorded if self.complete else merge(recorded, entries(known))[0]


NOTHING = Record(foreign={}, vendors={}, complete=False)
"""Stands for a record that there is not: all that is known is known besides."""


class Records:
    """Records by the id of the snapshot they belong to, in memory and in a private folder.

    Args:
        folder: is made when the first record is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: dict[str, Record] = {}

    def keep(self, snapshot_id: str, record: Record) -> None:
        """Keep a record in place of an earlier one.

        Raises:
            OSError: it could not be written down; this process knows it all the same.
        """
        with self._lock:
            self._kept[snapshot_id] = record
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._path(snapshot_id)
            unfinished = path.with_suffix(".new")
            private = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(private, "w", encoding="utf-8") as file:
                json.dump(asdict(record), file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)

    def find(self, snapshot_id: str) -> Record:
        """Return the record, of this process or an earlier one; `NOTHING` where there is none.

        Raises:
            OSError: there is one, and it cannot be read.
        """
        with self._lock:
            if snapshot_id in self._kept:
                return self._kept[snapshot_id]
            try:
                return Record(**json.loads(self._path(snapshot_id).read_text(encoding="utf-8")))
            except (FileNotFoundError, NotADirectoryError):
                return NOTHING

    def forget(self, snapshot_id: str) -> None:
        """Drop the record: what it holds is in the bucket again."""
        with self._lock:
            self._kept.pop(snapshot_id, None)
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                self._path(snapshot_id).unlink()

    def _path(self, snapshot_id: str) -> Path:
        return self._folder / f"{snapshot_id}.json"


def default_folder() -> Path:
    """Return the folder of the user's that is meant for state (XDG base directory specification)."""
    given = os.environ.get(STATE_VARIABLE) or ""
    base = Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "state"
    return base / "trend-onboarding" / "notifications"


@functools.lru_cache
def records() -> Records:
    """Return the records of this process, the same for all its providers."""
    return Records(default_folder())
