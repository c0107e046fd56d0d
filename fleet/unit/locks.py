"""Who holds a stack, as the CLI says when it refuses: on most backends there is no other way to learn it."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.processes import lives
from fleet.unit.job import InterruptedRun
from operate.engine.moments import format_moment, moment, now
from operate.engine.stack import Stack
from operate.recovery.interrupted_run import refusal_of_lock

_CLOCKS = timedelta(seconds=5)
"""By which two moments may differ: a lock has whole seconds, and another machine's clock."""

_HOLDER = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")


@dataclass(frozen=True)
class Lock:
    """A run's hold on a stack.

    Attributes:
        user, host, pid: the run's.
        since: when it began.
    """

    user: str
    host: str
    pid: int
    since: datetime

    @classmethod
    def among(cls, text: str) -> Lock | None:
        """Find the first lock that the CLI tells of; None where it tells of none."""
        found = _HOLDER.search(text)
        return found and cls(found["user"], found["host"], int(found["pid"]), moment(found["since"]))

    def is_of(self, run: InterruptedRun) -> bool:
        """Whether it is the lock of this run, which is over for sure: on this machine its process is looked for too."""
        in_time = moment(run.began) - _CLOCKS <= self.since <= moment(run.died) + _CLOCKS
        is_alive = self.host == socket.gethostname() and lives(self.pid)
        return self.host == run.host and in_time and not is_alive

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (pid {self.pid}) since {format_moment(self.since)}"


def lock_of(stack: Stack) -> Lock | None:
    """Return who holds the stack; None where nobody does."""
    refusal = refusal_of_lock(stack, stack.state())
    return None if refusal is None else Lock.among(str(refusal))


def here(began: datetime) -> InterruptedRun:
    """Return a run of this machine that has just ended."""
    return InterruptedRun(socket.gethostname(), began.isoformat(), now().isoformat())
