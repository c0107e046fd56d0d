"""The calls that a run makes to Trend and to AWS, and the ways in which one of them can go wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from tests.e2e.operating import begin, kill, wait_until
from tests.e2e.pulumi_cli import CliRun, SandboxStack

KILLED = "killed"
TREND_WAYS = ("500", "429", "passing 429", "not heard", "reply lost", "html", KILLED)
AWS_WAYS = ("refused", "throttled", KILLED)
PASSING = {"passing 429", "throttled"}
"""What a run gets over by itself."""

STILL_UNDER_WAY = 1.5
"""Seconds that a call goes on after its run was killed: the plugins outlive the CLI and finish what they began."""


@dataclass(frozen=True)
class NthTrendCall:
    """The `nth` of a run's calls to one of Trend's paths."""

    service: str
    method: str
    path: str
    nth: int

    def __str__(self) -> str:
        return f"{self.method} {self.service} {self.path} #{self.nth}"

    def disturb(self, sandbox: Sandbox, way: str) -> Callable[[], bool]:
        """Let it go wrong; all but a fault of one call stays until it is lifted, so that no retry hides it.

        Returns:
            What tells whether it was reached.
        """
        specs: dict[str, dict[str, Any]] = {
            "500": {"kind": "status", "status": 500},
            "429": {"kind": "status", "status": 429, "retry_after": 1},
            "passing 429": {"kind": "status", "status": 429, "retry_after": 1, "count": 1},
            "one 500": {"kind": "status", "status": 500, "count": 1},
            "one reply lost": {"kind": "drop", "when": "after", "count": 1},
            "not heard": {"kind": "drop"},
            "reply lost": {"kind": "drop", "when": "after"},
            "html": {"kind": "html", "when": "after"},
            KILLED: {"kind": "delay", "seconds": STILL_UNDER_WAY, "count": 1},
        }
        which = {"service": self.service, "action": f"{self.method} {self.path}", "nth": self.nth, "count": None}
        number = sandbox.trend.add_fault(Fault.model_validate({**which, **specs[way]}))
        return lambda: sandbox.trend.fault_seen(number) >= self.nth


@dataclass(frozen=True)
class NthAwsCall:
    """The `nth` of a run's calls of one action."""

    service: str
    action: str
    nth: int

    @property
    def name(self) -> str:
        """What is asked for, as IAM's policies name it."""
        return f"{self.service}:{self.action}"

    def __str__(self) -> str:
        return f"{self.name} #{self.nth}"

    def disturb(self, sandbox: Sandbox, way: str) -> Callable[[], bool]:
        """Let it go wrong; return what tells whether it was reached."""
        specs: dict[str, dict[str, Any]] = {
            "refused": {"count": None, "status": 403, "code": "AccessDenied"},
            "refused once": {"status": 403, "code": "AccessDenied"},
            "throttled": {"status": 400, "code": "Throttling"},
            KILLED: {"kind": "delay", "seconds": STILL_UNDER_WAY},
        }
        fault = Fault(service=self.service, action=self.action, nth=self.nth, **specs[way])
        number = sandbox.aws_control.add_fault(fault)
        return lambda: sandbox.aws_control.fault_seen(number) >= self.nth


NthCall = NthTrendCall | NthAwsCall


class Disturbance(Protocol):
    """What can go wrong in a run."""

    def disturb(self, sandbox: Sandbox, way: str) -> Callable[[], bool]:
        """Let it go wrong; return what tells whether it was reached."""


def trend_calls(stack: SandboxStack) -> list[NthTrendCall]:
    """Return the calls to Trend since they were last forgotten."""
    seen: Counter[tuple[str, str, str]] = Counter()
    calls = []
    for each in stack.sandbox.trend.requests():
        method, path = each.action.split(" ", 1)
        key = (each.service, method, path)
        seen[key] += 1
        calls.append(NthTrendCall(*key, seen[key]))
    return calls


def aws_calls(stack: SandboxStack) -> list[NthAwsCall]:
    """Return the changing calls to AWS since they were last forgotten, and the first of each kind of reading one."""
    seen: Counter[tuple[str, str]] = Counter()
    calls = []
    for each in stack.sandbox.aws_requests():
        key = (each.service, each.action)
        seen[key] += 1
        if each.changing or seen[key] == 1:
            calls.append(NthAwsCall(*key, seen[key]))
    return calls


def forget_calls(stack: SandboxStack) -> None:
    """Start counting calls anew."""
    stack.sandbox.trend.clear_requests()
    stack.sandbox.aws_control.clear_requests()


def disturbed(stack: SandboxStack, call: Disturbance, way: str, program: Sequence[str], *arguments: str) -> CliRun:
    """Run a command while a call goes wrong, without a preview or a question; the fault is lifted afterwards."""
    reached = call.disturb(stack.sandbox, way)
    process = begin(stack, program, *arguments, "--yes", "--skip-preview", "--non-interactive")
    if way == KILLED:
        wait_until(lambda: reached() or process.poll() is not None, str(call))
        assert process.poll() is None, f"the run ended before {call} was reached"
        output = kill(process)
    else:
        output, _ = process.communicate(timeout=300)
    stack.sandbox.trend.clear_faults()
    stack.sandbox.aws_control.clear_faults()
    if way in PASSING:
        assert process.returncode == 0, output
    return CliRun(arguments[0], process.returncode, output)
