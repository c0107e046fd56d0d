"""How a run goes, while it does: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from fleet.outcome import RunState
from fleet.run.entries import UNFINISHED, Stage, Work
from fleet.run.rules import FAILURES

STYLES = {
    RunState.DONE: "green",
    RunState.UNCHANGED: "dim",
    RunState.RUNNING: "cyan",
    RunState.FAILED: "red",
    RunState.UNREACHABLE: "red",
    RunState.LOCKED: "yellow",
    RunState.SKIPPED: "dim",
    RunState.ORPHANED: "magenta",
}


class Display:
    """Shows how a run goes. As a context manager it owns the terminal's last lines.

    Args:
        console: where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._known: dict[str, RunState] = {}

    def __enter__(self) -> Display:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def wave_begins(self, stage: Stage, work: Sequence[Work]) -> None:
        """Say that a wave begins."""
        self._say(f"wave {stage.name}: {number(len(work), 'account')}")

    def goes_on(self, work: Sequence[Work]) -> None:
        """Say what has ended, and show what is under way."""
        for each in work:
            before = self._known.get(each.stack, RunState.PENDING if each.state in UNFINISHED else each.state)
            self._known[each.stack] = each.state
            if each.state is before:
                continue
            if each.state is RunState.RUNNING:
                if self._live is None:
                    self._say(f"running: {_title(each)}")
            elif each.outcome:
                self._say(line_about(each), STYLES.get(each.state, ""))
        if self._live:
            self._live.update(Group(_running(work), Text(totals(work))), refresh=True)

    def wave_ended(self, stage: Stage, work: Sequence[Work]) -> None:
        """Say how a wave ended."""
        self._say(f"wave {stage.name}: {counted(work)}")

    def _say(self, text: str, style: str = "") -> None:
        # In a log, one line is one line; a terminal breaks between words.
        self._console.print(escape(text), style=style, soft_wrap=not self._console.is_terminal, highlight=False)


def line_about(work: Work) -> str:
    """Return how a piece of work ended, as one line."""
    outcome = work.outcome
    if outcome is None:
        return f"{work.state.value}: {_title(work)}"
    what = outcome.state.value if outcome.cause is None else f"{outcome.state.value} ({outcome.cause.value})"
    changes = (
        ", ".join(f"{count} to {kind}" for kind, count in outcome.changes.items())
        if outcome.plan
        else ", ".join(f"{count} {_past(kind)}" for kind, count in outcome.changes.items())
    )
    parts = [part for part in (changes, outcome.message) if part]  # the next step is told once for all alike
    return f"{what}: {_title(work)} in {outcome.seconds:.0f} s" + "".join(f"; {part}" for part in parts)


def totals(work: Sequence[Work]) -> str:
    """Return how far a run is, and how long it may take still, in one line."""
    left = [each for each in work if each.state in UNFINISHED]
    running = sum(each.state is RunState.RUNNING for each in work)
    took = [each.ended - each.began for each in work if each.ended and each.began]
    line = f"{len(work) - len(left)} of {len(work)}: {counted(work)}"
    if left and took and running:
        seconds = sum(took) / len(took) * len(left) / running
        line += f"; about {_duration(seconds)} left"
    return line


def counted(work: Sequence[Work]) -> str:
    """Return the number of accounts by state."""
    counts = Counter(each.state for each in work)
    return ", ".join(f"{counts[state]} {state.value}" for state in RunState if counts[state]) or "nothing"


def number(count: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def failures(work: Sequence[Work]) -> list[Work]:
    """Return what failed."""
    return [each for each in work if each.state in FAILURES]


def _running(work: Sequence[Work]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for each in work:
        if each.state is RunState.RUNNING:
            seconds = time.time() - (each.began or time.time())
            table.add_row(each.account_id, escape(each.name), escape(each.stack), f"{max(0, seconds):.0f} s")
    return table


def _title(work: Work) -> str:
    return f"{work.account_id} {work.name}".strip()


def _past(kind: str) -> str:
    return kind + ("d" if kind.endswith("e") else "ed")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
