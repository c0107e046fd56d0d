"""Faults that can be injected while the simulator runs: what, on which call, how often."""

from __future__ import annotations

import itertools
import re
import threading
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator


class Fault(BaseModel):
    """One way to misbehave, for the calls that match.

    Kinds:
        status: the service's error body under `status` (default 500), with Retry-After if `retry_after` is set.
        html: a page instead of JSON, under `status` (default 200), as a proxy or a maintenance page would send.
        empty: no body at all, under `status` (default 200).
        delay: wait `seconds`, then go on.
        drop: close the connection without a reply.
        truncate: invalid JSON: the true reply cut in half, under its own status (`before`: a stub, 200).
        echo: an error (default 400) whose message repeats the request's Authorization header.
        json: `body` under `status` (default 200).

    `when` says whether it happens `before` the service does its work, which then is not done, or `after`: the work is
    done, the reply is replaced. A call is counted when it matches; the fault acts on calls `nth` to `nth + count - 1`.

    Attributes:
        service, method: None matches all.
        path: template of the call, such as `/awsconnectors/{ID}`; path_regex: expression that the whole actual path
            below the service matches. At most one of them.
        count: None for every call from the nth on.
        retry_after: seconds; sent as a number, or as the date that lies so far ahead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["status", "html", "empty", "delay", "drop", "truncate", "echo", "json"]
    service: str | None = None
    method: str | None = None
    path: str | None = None
    path_regex: str | None = None
    nth: int = Field(default=1, ge=1)
    count: int | None = Field(default=1, ge=1)
    when: Literal["before", "after"] = "before"
    status: int | None = Field(default=None, ge=200, le=599)
    retry_after: int | None = Field(default=None, ge=0)
    retry_after_as: Literal["seconds", "date"] = "seconds"
    seconds: float = Field(default=0.0, ge=0)
    body: JsonValue = None

    @model_validator(mode="after")
    def _one_path(self) -> Fault:
        if self.path is not None and self.path_regex is not None:
            raise ValueError("path and path_regex exclude each other")
        if self.path_regex is not None:
            try:
                re.compile(self.path_regex)
            except re.error as error:
                raise ValueError(f"path_regex is not a regular expression: {error}") from None
        return self

    def matches(self, service: str, method: str, template: str | None, path: str) -> bool:
        """Whether a call is one of those meant. `template` is None where no call of the service has such a path."""
        return (
            self.service in (None, service)
            and self.method in (None, method)
            and self.path in (None, template)
            and (self.path_regex is None or re.fullmatch(self.path_regex, path) is not None)
        )

    def acts_on(self, number: int) -> bool:
        """Whether the `number`-th matching call is hit."""
        return self.nth <= number and (self.count is None or number < self.nth + self.count)


@dataclass
class _Entry:
    fault: Fault
    seen: int = 0


class FaultBook:
    """The faults in force, with their counters."""

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

    def remove(self, number: int) -> bool:
        """Lift one fault; False if there is none of that number."""
        with self._lock:
            return self._entries.pop(number, None) is not None

    def clear(self) -> None:
        """Lift all faults."""
        with self._lock:
            self._entries.clear()

    def seen(self, number: int) -> int:
        """Return how many calls a fault was asked about; 0 if there is none of that number."""
        with self._lock:
            entry = self._entries.get(number)
            return entry.seen if entry else 0

    def hits(self, service: str, method: str, template: str | None, path: str) -> list[Fault]:
        """Count a call, and list the faults that act on it, oldest first."""
        with self._lock:
            matching = [
                entry for entry in self._entries.values() if entry.fault.matches(service, method, template, path)
            ]
            for entry in matching:
                entry.seen += 1
            return [entry.fault for entry in matching if entry.fault.acts_on(entry.seen)]
