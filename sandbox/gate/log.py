"""The request log: who asked for what, in which order, on which connection; never a header, a body or a value."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

from pydantic import BaseModel, ConfigDict

KEPT = 20_000
"""Requests that are remembered; the oldest are forgotten first."""


class LoggedRequest(BaseModel):
    """One request to a world. Service, action, resource, caller, account and changing are those of `Call`.

    Attributes:
        sequence: number in order of arrival.
        time: of arrival, in seconds since the epoch.
        status: of the reply; None where the connection was dropped instead.
        connection: the client's port, which tells connections apart.
        faults: kinds of the faults that it met.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sequence: int
    time: float
    service: str
    action: str
    resource: str
    caller: str
    account: str
    changing: bool
    status: int | None
    connection: int
    faults: tuple[str, ...]


class RequestLog:
    """The last requests in memory, and all of them in a file if one is named.

    Args:
        file: JSON lines are appended, in the order in which the replies were ready.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._file = file

    def append(self, entry: LoggedRequest) -> None:
        """Record a request; done before its reply leaves, so whoever has the reply finds it here."""
        with self._lock:
            self._entries.append(entry)
            if self._file:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(entry.model_dump_json() + "\n")

    def entries(self) -> list[LoggedRequest]:
        """Return the requests in order of arrival."""
        with self._lock:
            return sorted(self._entries, key=lambda entry: entry.sequence)

    def clear(self) -> None:
        """Forget the requests in memory; numbers go on, the file stays."""
        with self._lock:
            self._entries.clear()
