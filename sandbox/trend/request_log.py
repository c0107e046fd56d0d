"""The request log: who asked for what, in which order, on which connection; never with a secret."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue


class LoggedRequest(BaseModel):
    """One call to a service.

    Attributes:
        sequence: number in order of arrival.
        time: of arrival, UTC.
        path: template of the call (`/apikeys/{id}`); parts no call of the service knows are shown as `{?}`.
        query, body: with secrets and unknown fields redacted; body None where there was none.
        status: of the reply; None where the connection was dropped instead.
        changing: whether such a call can change something, whether or not this one did.
        connection: the client's port, which tells connections apart.
        fault: kind of the injected fault that had a part in the reply.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sequence: int
    time: str
    service: str
    method: str
    path: str
    query: dict[str, JsonValue]
    status: int | None
    changing: bool
    connection: int
    body: JsonValue = None
    fault: str | None = None


class RequestLog:
    """The last calls in memory, and all of them in a file if one is named.

    Args:
        file: JSON lines are appended, in the order in which the replies were ready.
        capacity: how many calls are kept in memory.
    """

    def __init__(self, file: Path | None = None, capacity: int = 10_000) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=capacity)
        self._lock = threading.Lock()
        self._sequence = itertools.count(1)
        self._file = file.open("a", encoding="utf-8") if file else None

    def next_sequence(self) -> int:
        """The number of a call that has just come in."""
        return next(self._sequence)

    def append(self, entry: LoggedRequest) -> None:
        """Record a call; done before its reply leaves, so whoever has the reply finds it here."""
        with self._lock:
            self._entries.append(entry)
            if self._file:
                self._file.write(entry.model_dump_json() + "\n")
                self._file.flush()

    def entries(self) -> list[LoggedRequest]:
        """The calls in order of arrival."""
        with self._lock:
            return sorted(self._entries, key=lambda entry: entry.sequence)

    def clear(self) -> None:
        """Forget the calls in memory; numbers go on, the file stays."""
        with self._lock:
            self._entries.clear()

    def close(self) -> None:
        """Close the file; later calls are kept in memory alone."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None
