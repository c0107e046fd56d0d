"""Faults that the AWS side of the sandbox can be told to show: refusals, throttling, delays, lost replies."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from sandbox.aws.call import AwsCall


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and for which calls.

    Attributes:
        service, action: the calls it is for, such as `iam` and `CreateRole`; `*` is any.
        resource: part of the name of what the call is about; "" is any.
        skip: number of such calls that pass before it starts.
        times: number of calls it hits; 0 is all that follow.
        status, code, message: the error that is answered. Status 0: the call itself goes on, only delayed.
        delay: seconds to wait first.
        drop: close the connection instead of answering.
        when: `before` the work is done, or `after` it: then the caller loses the reply of a call that succeeded.
    """

    service: str = "*"
    action: str = "*"
    resource: str = ""
    skip: int = 0
    times: int = 1
    status: int = 0
    code: str = "InternalFailure"
    message: str = "injected by the sandbox"
    delay: float = 0.0
    drop: bool = False
    when: Literal["before", "after"] = "before"

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Fault:
        """Read a fault from JSON.

        Raises:
            ValueError: a field is unknown, or `when` is neither before nor after.
        """
        unknown = sorted(set(given) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"a fault has no {', '.join(unknown)}")
        if given.get("when", "before") not in ("before", "after"):
            raise ValueError("when is 'before' or 'after'")
        return cls(**given)

    def is_for(self, call: AwsCall) -> bool:
        """Whether the call is one of those it is for."""
        named = self.service in ("*", call.service) and self.action in ("*", call.action)
        return named and self.resource in call.resource


class Faults:
    """The faults in force, counted down as calls come in. May be asked from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force, after those that are."""
        with self._lock:
            self._seen.append((fault, 0))

    def clear(self) -> None:
        """Take all faults back."""
        with self._lock:
            self._seen.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Return each fault with the number of calls it was asked about."""
        with self._lock:
            return [{**asdict(fault), "seen": seen} for fault, seen in self._seen]

    def hit(self, call: AwsCall) -> Fault | None:
        """Return the fault that this call meets: the first in force, each counting every call it is for."""
        met = None
        with self._lock:
            for position, (fault, seen) in enumerate(self._seen):
                if not fault.is_for(call):
                    continue
                self._seen[position] = (fault, seen + 1)
                in_force = seen >= fault.skip and (fault.times == 0 or seen < fault.skip + fault.times)
                met = met or (fault if in_force else None)
        return met
