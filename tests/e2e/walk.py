"""Walks: a run is repeated once for each call that it makes, and each time that call goes wrong in one way.

What the calls are is taken from an undisturbed run, never from a list: a call that is added is walked, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox.aws.faults import Fault as AwsFault
from sandbox.simulator import Fault
from tests.e2e.operating import PULUMI, begin, kill, wait_until
from tests.e2e.pulumi_cli import Run, Stack

TrendWay = Literal["500", "429", "passing 429", "not heard", "reply lost", "html", "killed"]
TREND_WAYS: tuple[TrendWay, ...] = ("500", "429", "passing 429", "not heard", "reply lost", "html", "killed")
AwsWay = Literal["refused", "throttled", "killed"]
AWS_WAYS: tuple[AwsWay, ...] = ("refused", "throttled", "killed")
STILL_UNDER_WAY = 1.5
"""Seconds that a call goes on after its run was killed: the plugins outlive the CLI and finish what they began."""


@dataclass(frozen=True)
class TrendCall:
    """The `nth` of a run's calls to one of Trend's paths."""

    service: str
    method: str
    path: str
    nth: int

    def __str__(self) -> str:
        return f"{self.method} {self.service} {self.path} #{self.nth}"

    def fault(self, way: TrendWay) -> Fault:
        """Return what lets it go wrong; all but a passing fault stays until it is lifted, so that no retry hides it."""
        spec: dict[str, object] = {
            "500": {"kind": "status", "status": 500},
            "429": {"kind": "status", "status": 429, "retry_after": 1},
            "passing 429": {"kind": "status", "status": 429, "retry_after": 1, "count": 1},
            "not heard": {"kind": "drop"},
            "reply lost": {"kind": "drop", "when": "after"},
            "html": {"kind": "html", "when": "after"},
            "killed": {"kind": "delay", "seconds": STILL_UNDER_WAY, "count": 1},
        }[way]
        which = {"service": self.service, "method": self.method, "path": self.path, "nth": self.nth, "count": None}
        return Fault.model_validate({**which, **spec})


@dataclass(frozen=True)
class AwsCall:
    """The `nth` of a run's calls of one action."""

    service: str
    action: str
    nth: int

    def __str__(self) -> str:
        return f"{self.service}:{self.action} #{self.nth}"

    def fault(self, way: AwsWay) -> AwsFault:
        """Return what lets it go wrong."""
        which = {"service": self.service, "action": self.action, "skip": self.nth - 1}
        if way == "refused":
            return AwsFault(**which, times=0, status=403, code="AccessDenied")
        if way == "throttled":
            return AwsFault(**which, times=1, status=400, code="Throttling")
        return AwsFault(**which, times=1, delay=STILL_UNDER_WAY)


def trend_calls(stack: Stack) -> list[TrendCall]:
    """Return the calls to Trend since they were last forgotten."""
    seen: Counter[tuple[str, str, str]] = Counter()
    calls = []
    for each in stack.sandbox.trend.requests():
        key = (each.service, each.method, each.path)
        seen[key] += 1
        calls.append(TrendCall(*key, seen[key]))
    return calls


def aws_calls(stack: Stack) -> list[AwsCall]:
    """Return the changing calls to AWS since they were last forgotten, and the first of each kind of reading one."""
    seen: Counter[tuple[str, str]] = Counter()
    calls = []
    for each in stack.sandbox.aws_requests():
        key = (each.service, each.action)
        seen[key] += 1
        if each.changing or seen[key] == 1:
            calls.append(AwsCall(*key, seen[key]))
    return calls


def forget_calls(stack: Stack) -> None:
    """Start counting calls anew."""
    stack.sandbox.trend.clear_requests()
    stack.sandbox.aws_control.clear_requests()


def disturbed(stack: Stack, call: TrendCall | AwsCall, way: str, program: Sequence[str], *arguments: str) -> Run:
    """Run a command while a call goes wrong; the fault is lifted afterwards."""
    sandbox = stack.sandbox
    if isinstance(call, TrendCall):
        number = sandbox.trend.add_fault(call.fault(way))  # type: ignore[arg-type]
    else:
        sandbox.aws_control.add_fault(call.fault(way))  # type: ignore[arg-type]
    process = begin(stack, program, *arguments)
    if way == "killed":

        def reached() -> bool:
            if process.poll() is not None:
                return True
            if isinstance(call, TrendCall):
                return sandbox.trend.fault_seen(number) >= call.nth
            return max(sandbox.aws_control.faults_seen(), default=0) >= call.nth

        wait_until(reached, f"{call}")
        output, code = (kill(process), -9) if process.poll() is None else (process.communicate()[0], process.returncode)
    else:
        output, _ = process.communicate(timeout=300)
        code = process.returncode
    sandbox.trend.clear_faults()
    sandbox.aws_control.clear_faults()
    return Run(" ".join((*program[-1:], *arguments)), code, output)


def pulumi_disturbed(stack: Stack, call: TrendCall | AwsCall, way: str, *arguments: str) -> Run:
    """Run `pulumi` while a call goes wrong."""
    return disturbed(stack, call, way, PULUMI, *arguments, "--yes", "--skip-preview", "--non-interactive")
