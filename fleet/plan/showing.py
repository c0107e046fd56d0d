"""A plan as a table, and as a JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from fleet.file.configuration import Fleet
from fleet.plan.stacks import Plan, PlannedStack, StackStatus

_STYLES = {
    StackStatus.NEW: "green",
    StackStatus.CHANGED: "yellow",
    StackStatus.FAILED: "red",
    StackStatus.ORPHANED: "magenta",
    StackStatus.SKIPPED: "dim",
}


def table(plan: Plan) -> Table:
    """Return the plan as a table, a row for each stack."""
    grid = Table(box=None, pad_edge=False)
    for name in ("account", "name", "wave", "stack", "status", "why"):
        grid.add_column(name, no_wrap=name != "why")
    for entry in (plan.tenant, *plan.accounts):
        account_id, name = (entry.account.id, entry.account.name) if entry.account else ("", "(the tenant)")
        cells = (account_id, name, entry.wave, entry.stack, entry.status.value, "; ".join(_why(entry)))
        grid.add_row(*(Text(cell) for cell in cells), style=_STYLES.get(entry.status))
    return grid


def totals(plan: Plan) -> str:
    """Return the number of accounts by status, in one line."""
    counted = Counter(entry.status for entry in plan.accounts)
    parts = [f"{counted[status]} {status.value}" for status in StackStatus if counted[status]]
    return f"{len(plan.accounts)} accounts: {', '.join(parts)}" if parts else "no accounts"


def document(plan: Plan, fleet: Fleet) -> dict[str, Any]:
    """Return the plan as a JSON document."""
    counted = Counter(entry.wave for entry in plan.accounts)
    return {
        "tenant": _stack(plan.tenant),
        "waves": [{"name": wave.name, "gate": wave.gate, "accounts": counted[wave.name]} for wave in fleet.waves],
        "accounts": [_stack(entry) for entry in plan.accounts],
        "totals": dict(Counter(entry.status.value for entry in plan.accounts)),
        "warnings": list(plan.warnings),
    }


def _stack(entry: PlannedStack) -> dict[str, Any]:
    account = {"id": entry.account.id, "name": entry.account.name} if entry.account else {}
    return {
        **account,
        "stack": entry.stack,
        "wave": entry.wave or None,
        "status": entry.status.value,
        "changed": list(entry.changed),
        "reason": entry.reason,
        "settings": dict(entry.settings),
    }


def _why(entry: PlannedStack) -> Iterator[str]:
    if entry.changed:
        yield ", ".join(entry.changed)
    if entry.reason:
        yield entry.reason.partition(": ")[0]  # what a run failed for takes more room than a table has
