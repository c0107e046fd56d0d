"""Faults that can be injected while the sandbox runs: what, on which request, how often."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from sandbox.gate.call import Call


class Fault(BaseModel):
    """One way to misbehave, for the requests that match.

    Kinds:
        status: an error as the service words its own, under `status` (default 500), with Retry-After if `retry_after`
            is set; `code` and `message` are the error's.
        html: a page instead, under `status` (default 200), as a proxy or a maintenance page would send.
        empty: no body at all, under `status` (default 200).
        delay: wait `seconds`, then go on.
        drop: close the connection without a reply.
        truncate: the true reply cut in half, under its own status (`before`: a stub, 200).
        echo: an error (default 400) whose message repeats the request's Authorization header.
        json: `body` under `status` (default 200).

    `when` says whether it happens `before` the service does its work, which then is not done, or `after`: the work is
    done, the reply is replaced. A request is counted when it matches; the fault acts on those from the `nth` on, as
    many as `count` says.

    Attributes:
        service, action, resource: of `Call`, as shell patterns: `GET *`, `*/awsconnectors/{ID}`, `Put*`.
        count: None for every request from the nth on.
        retry_after: seconds; sent as a number, or as the date that lies so far ahead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["status", "html", "empty", "delay", "drop", "truncate", "echo", "json"] = "status"
    service: str = "*"
    action: str = "*"
    resource: str = "*"
    nth: int = Field(default=1, ge=1)
    count: int | None = Field(default=1, ge=1)
    when: Literal["before", "after"] = "before"
    status: int | None = Field(default=None, ge=200, le=599)
    code: str = ""
    message: str = "injected by the sandbox"
    retry_after: int | None = Field(default=None, ge=0)
    retry_after_as: Literal["seconds", "date"] = "seconds"
    seconds: float = Field(default=0.0, ge=0)
    body: JsonValue = None

    def matches(self, call: Call) -> bool:
        """Whether a request is one of those meant."""
        return (
            fnmatchcase(call.service, self.service)
            and fnmatchcase(call.action, self.action)
            and fnmatchcase(call.resource, self.resource)
        )

    def acts_on(self, number: int) -> bool:
        """Whether the `number`-th matching request is hit."""
        return self.nth <= number and (self.count is None or number < self.nth + self.count)


@dataclass
class _Entry:
    fault: Fault
    seen: int = 0


class FaultBook:
    """The faults in force, with their counters. May be asked from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._entries: dict[int, _Entry] = {}

    def add(self, fault: Fault) -> int:
        """Put a fault in force; returns its number."""
        with self._lock:
            number = next(self._numbers)
            self._entries[number] = _Entry(fault)
            return number

    def clear(self) -> None:
        """Lift all faults."""
        with self._lock:
            self._entries.clear()

    def seen(self, number: int) -> int:
        """Return how many requests a fault was asked about, those under way included.

        Raises:
            LookupError: no fault of this number is in force.
        """
        with self._lock:
            return self._entries[number].seen

    def hits(self, call: Call) -> list[Fault]:
        """Count a request, and list the faults that act on it, oldest first."""
        with self._lock:
            matching = [entry for entry in self._entries.values() if entry.fault.matches(call)]
            for entry in matching:
                entry.seen += 1
            return [entry.fault for entry in matching if entry.fault.acts_on(entry.seen)]
