"""The table: what was measured beside what it may be, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table

QUIET = 0.25
"""How much the floor's own runs may differ, as a part of their median, on a machine on which seconds say something."""

WITHIN, EXCEEDED, LOADED = 0, 1, 2
"""Exit codes. LOADED: a limit of time is exceeded, on a machine that does too much else to judge it."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: was measured.
        value: of it.
        limit: it may be at most so much; None where nothing is demanded.
        unit: of both.
        why: where the limit comes from, or what there is to say about the value.
        timed: whether the value depends on what else the machine does.
    """

    what: str
    value: float
    limit: float | None
    unit: str = ""
    why: str = ""
    timed: bool = False

    @property
    def exceeded(self) -> bool:
        """Whether the value is greater than it may be."""
        return self.limit is not None and self.value > self.limit

    def cells(self, *, quiet: bool) -> tuple[str, str, str, str]:
        """Return what the table shows of it: what, value, limit, verdict."""
        verdict = "" if self.limit is None else "ok"
        if self.exceeded:
            verdict = "loaded" if self.timed and not quiet else "over"
        return self.what, self._format(self.value), f"{self._format(self.limit)} {self.why}".strip(), verdict

    def _format(self, value: float | None) -> str:
        if value is None:
            return ""
        return f"{value:.2f}{self.unit}" if isinstance(value, float) else f"{value}{self.unit}"


def spread(seconds: Sequence[float]) -> float:
    """Return how much runs of one thing differ: the range as a part of the median of those between."""
    ordered = sorted(seconds)
    return (ordered[-1] - ordered[0]) / ordered[len(ordered) // 2]


def table(rows: Sequence[Row], *, quiet: bool) -> Table:
    """Return the rows as a table for a terminal of 80 columns."""
    grid = Table("what", "measured", "limit", "", box=box.SIMPLE)
    for row in rows:
        grid.add_row(*row.cells(quiet=quiet))
    return grid


def exit_code(rows: Sequence[Row], *, quiet: bool) -> int:
    """Return what the process ends with."""
    exceeded = [row for row in rows if row.exceeded]
    if any(quiet or not row.timed for row in exceeded):
        return EXCEEDED
    return LOADED if exceeded else WITHIN
