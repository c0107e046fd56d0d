"""The report of a run: what differs from the simulator, and what became of each fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from live.comparison import Difference
from live.fact import Fact
from live.facts import FACTS
from live.judges import Seen
from live.record import Record


class Report:
    """What two records come to.

    Args:
        vendor: the record of the life on real accounts.
        simulator: that of the same life in the sandbox.
        differences: between them.
    """

    def __init__(self, vendor: Record, simulator: Record, differences: Sequence[Difference]) -> None:
        self._vendor = vendor
        self._simulator = simulator
        self.differences = differences
        self.verdicts: list[tuple[Fact, Seen]] = [(fact, fact.judge(vendor)) for fact in FACTS]

    @property
    def clean(self) -> bool:
        """Whether nothing differs and no fact is refuted."""
        return not self.differences and all(seen.verdict != "refuted" for _, seen in self.verdicts)

    def summary(self) -> str:
        """Return the outcome in one line."""
        counts = Counter(seen.verdict for _, seen in self.verdicts)
        facts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("confirmed", "refuted", "not seen"))
        return f"{len(self.differences)} differences from the simulator; of {len(self.verdicts)} facts {facts}"

    def markdown(self) -> str:
        """Return the report as a page."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "# A life with a live tenant\n"
        yield f"Vendor: {self._vendor.name}. Cloud One region: {self._vendor.region}. {self.summary()}.\n"
        yield "Names, kinds and statuses only: no value of any answer is in here.\n"
        yield from _table(("phase", "vendor", "simulator"), self._phases())
        yield "## Differences\n"
        if self.differences:
            rows = ((each.what, each.where, each.vendor, each.simulator) for each in self.differences)
            yield from _table(("what", "where", "vendor", "simulator"), rows)
        else:
            yield "None.\n"
        yield "## Facts\n"
        yield from _table(("fact", "statement", "source", "verdict", "seen", "calls"), self._facts())

    def _phases(self) -> Iterator[tuple[str, ...]]:
        for phase in dict.fromkeys([*self._simulator.ended, *self._vendor.ended]):
            codes = (record.ended.get(phase) for record in (self._vendor, self._simulator))
            yield phase, *("not run" if code is None else "ok" if code == 0 else f"exit code {code}" for code in codes)

    def _facts(self) -> Iterator[tuple[str, ...]]:
        for fact, seen in self.verdicts:
            yield fact.id, fact.statement, fact.source, seen.verdict, seen.evidence, ", ".join(fact.calls)


def _table(heads: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""
