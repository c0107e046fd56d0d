"""All checks of a stack, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Column, Table

from components.checks.assignment import VisionOneExpectation
from components.checks.bucket import ENCRYPTION
from components.checks.deployed import checks as checks_of_deployed
from components.checks.deployed_in_vision_one import vision_one_checks
from components.checks.endpoints import ENDPOINTS, endpoint_findings
from components.checks.examination import KEY, Check, examine
from components.checks.findings import Finding
from components.checks.trail import DELIVERY, NEW_TRAIL, SECOND_TRAIL
from components.settings.endpoints import Endpoints
from components.spelling import did_you_mean
from operate.console import OperateError
from operate.doctor import aws_side, trend_side
from operate.doctor.case import SETTINGS, Case
from operate.doctor.deployed import expectation, links_no_account
from operate.doctor.trend_side import VISION_ONE, vision_one
from operate.engine.stack import Stack

_FURTHER_SUBJECTS = (ENCRYPTION, DELIVERY, NEW_TRAIL, SECOND_TRAIL)
"""Of findings that checks of another name make."""

_COLORS = {"ok": "green", "failed": "red", "unknown": "yellow"}


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes:
        stack: `<project>/<stack>`.
        findings: in the order in which they are shown.
        accepted: subjects of findings that do not stand in the way although they failed.
    """

    stack: str
    findings: tuple[Finding, ...]
    accepted: frozenset[str] = frozenset()

    @property
    def failed(self) -> bool:
        """Whether any check failed, other than those that are accepted."""
        return any(each.verdict == "failed" and each.subject not in self.accepted for each in self.findings)

    def lines(self) -> list[str]:
        """Return a line for each finding that is not ok: what stands in the way, or else what does not."""
        verdicts = ("failed",) if self.failed else ("failed", "unknown")
        return [self._line(each) for each in self.findings if each.verdict in verdicts]

    def _line(self, finding: Finding) -> str:
        is_accepted = finding.verdict == "failed" and finding.subject in self.accepted
        return f"{finding.verdict}{' (accepted)' if is_accepted else ''}: {finding.subject}: {finding}"

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        checks = [
            {"subject": each.subject, "verdict": each.verdict, "text": each.text, "hint": each.hint}
            for each in self.findings
        ]
        return {"stack": self.stack, "failed": self.failed, "checks": checks}

    def table(self) -> Table:
        """Return it for people."""
        found = Column("found", overflow="fold")
        table = Table("what", "verdict", found, title=self.stack, title_justify="left", box=box.SIMPLE)
        for each in self.findings:
            color = _COLORS[each.verdict]
            table.add_row(each.subject, f"[{color}]{each.verdict}[/{color}]", escape(str(each)))
        return table


def require_known(stack: Stack, accepted: Sequence[str]) -> None:
    """Refuse to accept a check that does not exist; nothing is asked.

    Raises:
        OperateError: naming all that there are.
    """
    known = [*(each.subject for each in _checks(Case(stack))), *_FURTHER_SUBJECTS]
    for name in accepted:
        if name not in known:
            raise OperateError(
                f"--accept: unknown check '{name}'{did_you_mean(name, known)}; known: {', '.join(known)}"
            )


def before_deployment(stack: Stack, accepted: Sequence[str] = ()) -> Diagnosis:
    """Look for what stands in the way of a deployment; nothing is changed.

    Args:
        stack: what is to be deployed.
        accepted: subjects of findings that do not stand in the way although they failed.

    Raises:
        PulumiError: Pulumi does not tell the stack's configuration or state.
    """
    case = Case(stack)
    return Diagnosis(stack.owner, tuple(examine(list(_checks(case)), case.redact)), frozenset(accepted))


def of_deployment(stack: Stack) -> Diagnosis:
    """Look whether what the stack created still exists and works; nothing is changed.

    Raises:
        PulumiError: Pulumi does not tell the stack's configuration or state.
        OperateError: the stack is not deployed.
    """
    case = Case(stack)
    if links_no_account(case.state):
        checks = [Check(VISION_ONE, lambda: vision_one(case), (KEY,))]
    else:
        expected = expectation(case.state)
        if isinstance(expected, VisionOneExpectation):
            checks = vision_one_checks(expected, partial(case.provider.vision_one, expected.customer), stack.aws)
        else:
            checks = checks_of_deployed(expected, case.provider.trend, stack.aws)
    return Diagnosis(stack.owner, tuple(examine([*_first(case), *checks], case.redact)))


def _checks(case: Case) -> Iterator[Check]:
    """Yield the checks, each after those that it needs."""
    yield from _first(case)
    yield from trend_side.checks(case)[1:]
    yield from aws_side.checks(case)[1:]


def _first(case: Case) -> Iterator[Check]:
    yield Check(SETTINGS, lambda: _settings(case))
    yield Check(ENDPOINTS, lambda: _endpoints(case), (SETTINGS,))
    yield trend_side.checks(case)[0]
    yield aws_side.checks(case)[0]


def _settings(case: Case) -> Iterable[Finding]:
    _ = case.settings
    yield Finding(SETTINGS, "ok", "all are of the right form")


def _endpoints(case: Case) -> Iterable[Finding]:
    settings = case.settings
    endpoints = Endpoints(settings.endpoints, settings.base_url, settings.endpoints_confirmed)
    trend_alone = Finding(ENDPOINTS, "ok", "the API key goes to Trend alone, or does not leave this machine")
    return endpoint_findings(endpoints) or [trend_alone]
