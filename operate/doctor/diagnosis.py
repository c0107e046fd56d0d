"""All checks of a stack, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Column, Table

from components.checks.deployed import checks as checks_of_deployed
from components.checks.examination import Check, examine
from components.checks.findings import Finding
from operate.doctor import aws_side, trend_side
from operate.doctor.case import Case
from operate.doctor.deployed import expectation
from operate.engine.stack import Stack

_COLOURS = {"ok": "green", "failed": "red", "unknown": "yellow"}


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes:
        stack: `<project>/<stack>`.
        findings: in the order in which they are shown.
    """

    stack: str
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether any check failed."""
        return any(each.verdict == "failed" for each in self.findings)

    def lines(self) -> list[str]:
        """Return a line for each finding that is not ok: what stands in the way, or else what nobody knows."""
        verdict = "failed" if self.failed else "unknown"
        return [f"{verdict}: {each.subject}: {each}" for each in self.findings if each.verdict == verdict]

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
            colour = _COLOURS[each.verdict]
            table.add_row(each.subject, f"[{colour}]{each.verdict}[/{colour}]", escape(str(each)))
        return table


def before_deployment(stack: Stack) -> Diagnosis:
    """Look for what stands in the way of a deployment; nothing is changed.

    Raises:
        PulumiError: Pulumi does not tell the stack's configuration or state.
    """
    case = Case(stack)
    return Diagnosis(stack.owner, tuple(examine(list(_checks(case)), case.redact)))


def of_deployment(stack: Stack) -> Diagnosis:
    """Look whether what the stack created still exists and works; nothing is changed.

    Raises:
        PulumiError: Pulumi does not tell the stack's configuration or state.
        OperateError: the stack is not deployed.
    """
    case = Case(stack)
    checks = checks_of_deployed(expectation(case.state), case.provider.trend, stack.aws)
    return Diagnosis(stack.owner, tuple(examine([*_first(case), *checks], case.redact)))


def _checks(case: Case) -> Iterator[Check]:
    """Yield the checks, each after those that it needs."""
    yield from _first(case)
    yield from trend_side.checks(case)[1:]
    yield from aws_side.checks(case)[1:]


def _first(case: Case) -> Iterator[Check]:
    yield Check("settings", lambda: _settings(case))
    yield trend_side.checks(case)[0]
    yield aws_side.checks(case)[0]


def _settings(case: Case) -> Iterable[Finding]:
    _ = case.settings
    yield Finding("settings", "ok", "all are of the right form")
