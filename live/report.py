"""The report of a run: how each phase ended, and what differs from the simulator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from live.comparison import Difference
from live.record import Record


def summary(differences: Sequence[Difference]) -> str:
    """Return the outcome in one line."""
    return f"{len(differences)} differences from the simulator"


def page(trend: Record, simulator: Record, differences: Sequence[Difference]) -> str:
    """Return the report as a page of Markdown.

    Args:
        trend: the record of the life on real accounts.
        simulator: that of the same life in the sandbox.
        differences: between them.
    """
    return "\n".join(_lines(trend, simulator, differences)) + "\n"


def _lines(trend: Record, simulator: Record, differences: Sequence[Difference]) -> Iterator[str]:
    yield "# A life with a live tenant\n"
    yield f"{trend.name}, {trend.where}: {summary(differences)}.\n"
    yield "Names, kinds and statuses only: no value of any answer is in here.\n"
    yield "What a difference means for the program is in docs/limits.md.\n"
    phases = dict.fromkeys([*simulator.exit_codes, *trend.exit_codes])
    yield from _table(
        ("phase", "Trend", "simulator"), ((phase, _ended(trend, phase), _ended(simulator, phase)) for phase in phases)
    )
    yield from _table(
        ("what", "where", "Trend", "simulator"),
        ((each.what, each.where, each.trend, each.simulator) for each in differences),
    )


def _ended(record: Record, phase: str) -> str:
    code = record.exit_codes.get(phase)
    return "not run" if code is None else "ok" if code == 0 else f"exit code {code}"


def _table(heads: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""
