"""How a run stands: totals, failures by what they have in common, equal plans, what is under way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fleet.outcome import Do, RunState
from fleet.run.entries import FleetRun, Phase, Work
from fleet.run.progress import counted, number, totals
from fleet.run.rules import FAILURES, kind
from fleet.run.runs import Runs
from fleet.run.workers import Workers
from operate import pages

_TEMPLATE = Path(__file__).with_name("status.html.j2")
_EACH = 20
"""Accounts that are named in one place; the JSON document and the page have all."""


@dataclass(frozen=True)
class Failures:
    """Accounts that failed alike.

    Attributes:
        cause: the state, and the cause where there is one.
        message: of the first of them.
        next_step: one line.
        accounts: their ids.
    """

    cause: str
    message: str
    next_step: str
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class EqualPlans:
    """Accounts whose previews found the same.

    Attributes:
        changes: number of resources by what happens to them.
        plan: a line for each.
        accounts: ids.
    """

    changes: dict[str, int]
    plan: tuple[str, ...]
    accounts: tuple[str, ...]

    def __str__(self) -> str:
        counts = ", ".join(f"{count} to {what}" for what, count in self.changes.items()) or "nothing to do"
        return f"{number(len(self.accounts), 'account')}: {counts}"


@dataclass(frozen=True)
class Status:
    """How a run stands.

    Attributes:
        run: the run.
        work: of all accounts.
        is_led: whether a process leads it just now.
        at: when this was so.
    """

    run: FleetRun
    work: Sequence[Work]
    is_led: bool
    at: datetime

    @classmethod
    def of(cls, runs: Runs, workers: Workers, run: FleetRun) -> Status:
        """Read the books."""
        is_led = run.phase is Phase.UNDER_WAY and run.leader in workers.living()
        return cls(runs.run(run.id), runs.work(run.id), is_led, datetime.now(UTC))

    @property
    def summary(self) -> str:
        """The totals, in one line."""
        return totals(self.work) if self.is_led else f"{number(len(self.work), 'stack')}: {counted(self.work)}"

    @property
    def phase(self) -> str:
        """How far the run is, with the way on where there is one."""
        if self.run.phase is Phase.UNDER_WAY:
            return "under way" if self.is_led else "interrupted: `python -m fleet resume` goes on"
        if self.run.phase is Phase.STOPPED:
            return f"stopped: {self.run.reason}"
        return self.run.reason or self.run.phase.value

    @property
    def failures(self) -> list[Failures]:
        """What failed, by what the failures have in common, the most frequent first."""
        alike: dict[str, list[Work]] = defaultdict(list)
        for each in self.work:
            if each.state in FAILURES and each.outcome:
                alike[kind(each.outcome)].append(each)
        found = []
        for group in sorted(alike.values(), key=len, reverse=True):
            outcome = group[0].outcome
            assert outcome is not None
            cause = outcome.state.value + (f" ({outcome.cause.value})" if outcome.cause else "")
            found.append(Failures(cause, outcome.message, outcome.next_step, tuple(each.account_id for each in group)))
        return found

    @property
    def equal_plans(self) -> list[EqualPlans]:
        """What previews found, the most frequent first; empty for a run of another kind."""
        if self.run.do not in (Do.PREVIEW, Do.DRIFT):
            return []
        alike: dict[tuple[str, ...], list[Work]] = defaultdict(list)
        for each in self.work:
            if each.outcome and each.state in (RunState.DONE, RunState.UNCHANGED):
                alike[each.outcome.plan].append(each)
        return [
            EqualPlans(dict(group[0].outcome.changes), plan, tuple(each.account_id for each in group))
            for plan, group in sorted(alike.items(), key=lambda item: len(item[1]), reverse=True)
            if group[0].outcome
        ]

    @property
    def running(self) -> list[Work]:
        """What is under way."""
        return [each for each in self.work if each.state is RunState.RUNNING]

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "run": self.run.id,
            "do": self.run.do.value,
            "phase": self.run.phase.value,
            "led": self.is_led,
            "reason": self.run.reason,
            "at": self.at.isoformat(),
            "totals": {state.value: n for state in RunState if (n := sum(each.state is state for each in self.work))},
            "failures": [asdict(each) for each in self.failures],
            "plans": [asdict(each) for each in self.equal_plans],
            "accounts": [_account(each) for each in self.work],
        }

    def lines(self) -> Iterator[str]:
        """Yield it for people."""
        yield f"{self.run.do.value} of {self.run.id}: {self.phase}"
        yield self.summary
        if self.running:
            yield "under way: " + _named([each.account_id for each in self.running])
        for equal in self.equal_plans:
            yield str(equal)
            yield from (f"  {line}" for line in equal.plan[:_EACH])
            if len(equal.plan) > _EACH:
                yield f"  and {len(equal.plan) - _EACH} more"
        for each in self.failures:
            yield f"{each.cause}, {number(len(each.accounts), 'account')}: {_named(each.accounts)}"
            yield f"  {each.message}"
            yield f"  next: {each.next_step}"

    def write_page(self, file: Path) -> None:
        """Write it as a page in one piece; every value is escaped.

        Raises:
            OperateError: it cannot be written.
        """
        pages.write(file, pages.rendered(_TEMPLATE, status=self))


def _account(work: Work) -> dict[str, Any]:
    outcome = work.outcome
    return {
        "id": work.account_id,
        "name": work.name,
        "stack": work.stack,
        "wave": work.wave or None,
        "state": work.state.value,
        "cause": outcome.cause.value if outcome and outcome.cause else None,
        "message": outcome.message if outcome else "",
        "nextStep": outcome.next_step if outcome else "",
        "changes": outcome.changes if outcome else {},
        "seconds": outcome.seconds if outcome else None,
    }


def _named(accounts: Sequence[str]) -> str:
    more = f" and {len(accounts) - _EACH} more" if len(accounts) > _EACH else ""
    return ", ".join(accounts[:_EACH]) + more
