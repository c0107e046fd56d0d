"""Running a command in the foreground: it has the terminal, and signals reach it exactly once."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_REACHED_BY_NOW = 0.3
"""Seconds in which a signal for the whole process group has reached all of it."""


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: its exit code; 128 and the signal's number where a signal ended it, as a shell has it.
        interrupted: whether the operator or the system asked it to stop.
        killed: whether a signal ended it. The exit code does not tell: a command may end with any of its own.
    """

    code: int
    interrupted: bool
    killed: bool


def run(command: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run a command with this process's standard streams, and wait for it whatever signals come.

    Raises:
        OSError: it could not be started.
    """
    with _Relay() as relay:
        child = subprocess.Popen(command, env=dict(environment))
        relay.child = child
        code = child.wait()
    return Ended(code if code >= 0 else 128 - code, relay.interrupted, killed=code < 0)


class _Relay:
    """Passes signals on to a child that did not get them itself.

    A terminal's Ctrl-C goes to the whole process group, the child included, while `kill` or a CI system may mean this
    process alone. Pulumi stops in good order at the first signal and drops everything at the second, so it must be
    known which it was. A bystander in the group tells: it ends by the signal if that was for all.
    """

    child: subprocess.Popen[bytes] | None = None
    interrupted = False

    def __enter__(self) -> _Relay:
        self._earlier = {number: signal.signal(number, self._passed_on) for number in SIGNALS}
        self._bystander = _bystander()
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        _dismiss(self._bystander)

    def _passed_on(self, number: int, _frame: FrameType | None) -> None:
        self.interrupted = True
        try:
            self._bystander.wait(_REACHED_BY_NOW)
        except subprocess.TimeoutExpired:
            if self.child is not None:
                self.child.send_signal(number)
        else:
            _dismiss(self._bystander)
            self._bystander = _bystander()


def _bystander() -> subprocess.Popen[bytes]:
    """Start a process that does nothing until a signal ends it, or this process does: its input ends then."""
    return subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)


def _dismiss(bystander: subprocess.Popen[bytes]) -> None:
    if bystander.stdin is not None:
        bystander.stdin.close()
    bystander.wait()
