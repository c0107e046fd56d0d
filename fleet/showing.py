"""A plan for the reader: as a table, and as a document for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from fleet.configuration import Fleet
from fleet.plan import Entry, Plan, Standing

_STYLES = {
    Standing.NEW: "green",
    Standing.CHANGED: "yellow",
    Standing.FAILED: "red",
    Standing.ORPHANED: "magenta",
    Standing.SKIPPED: "dim",
}


def table(plan: Plan) -> Table:
    """Return the plan as a table, a row for each stack."""
    shown = Table(box=None, pad_edge=False)
    for name in ("account", "name", "wave", "stack", "standing", "why"):
        shown.add_column(name, no_wrap=name != "why")
    for entry in (plan.tenant, *plan.accounts):
        account_id, name = (entry.account.id, entry.account.name) if entry.account else ("", "(the tenant)")
        cells = (account_id, name, entry.wave, entry.stack, entry.standing.value, "; ".join(_why(entry)))
        shown.add_row(*(Text(cell) for cell in cells), style=_STYLES.get(entry.standing))
    return shown


def totals(plan: Plan) -> str:
    """Return how many accounts stand how, in one line."""
    counted = Counter(entry.standing for entry in plan.accounts)
    parts = [f"{counted[standing]} {standing.value}" for standing in Standing if counted[standing]]
    return f"{len(plan.accounts)} accounts: {', '.join(parts)}" if parts else "no accounts"


def document(plan: Plan, fleet: Fleet) -> dict[str, Any]:
    """Return the plan as a document of JSON's types."""
    counted = Counter(entry.wave for entry in plan.accounts)
    return {
        "tenant": _stack(plan.tenant),
        "waves": [{"name": wave.name, "gate": wave.gate, "accounts": counted[wave.name]} for wave in fleet.waves],
        "accounts": [_stack(entry) for entry in plan.accounts],
        "totals": dict(Counter(entry.standing.value for entry in plan.accounts)),
        "warnings": list(plan.warnings),
    }


def _stack(entry: Entry) -> dict[str, Any]:
    account = {"id": entry.account.id, "name": entry.account.name} if entry.account else {}
    return {
        **account,
        "stack": entry.stack,
        "wave": entry.wave or None,
        "standing": entry.standing.value,
        "changed": list(entry.changed),
        "reason": entry.reason,
        "settings": dict(entry.settings),
    }


def _why(entry: Entry) -> Iterator[str]:
    if entry.changed:
        yield ", ".join(entry.changed)
    if entry.reason:
        yield entry.reason
