"""This process at work: its books, its queue, and what ends it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import click
import sqlalchemy
from rich.console import Console

from components import __version__
from fleet.console import say
from fleet.database import connect, database_url, own_folder
from fleet.file.together import TENANT
from fleet.outcome import Do, Outcome, RunState
from fleet.plan.ledger import Ledger
from fleet.run.conducting import Conductor
from fleet.run.entries import UNFINISHED, Bounds, FleetRun, Phase, Stage, Task, Work
from fleet.run.pause import Pause
from fleet.run.progress import Display
from fleet.run.queue import Queue
from fleet.run.rules import FAILURES
from fleet.run.runs import FORMAT, Runs
from fleet.run.work import UNIT, Performer
from fleet.run.workers import Workers
from operate.console import OperateError
from operate.engine.flags import Flags
from operate.engine.pulumi_cli import Pulumi

INTERRUPTED = 130
_BACKEND_VARIABLE = "PULUMI_BACKEND_URL"


@dataclass
class Session:
    """A worker of a checkout.

    Attributes:
        folder: of the Pulumi project.
        approved: waves that may begin without being asked for.
        unit: the command for one account.
    """

    folder: Path
    approved: frozenset[str] = frozenset()
    unit: Sequence[str] = UNIT

    def __post_init__(self) -> None:
        self.url = database_url(self.folder)
        engine = connect(self.url)
        _require_shared_backend(self.url, self.folder)
        self.runs = Runs(engine)
        self.workers = Workers(engine)
        self._ledger = Ledger(engine)
        own = own_folder(self.folder)
        pause = Pause(engine, own / "pause")
        self._performer = Performer(self.runs, self.workers, pause, own / "logs", self._note, self.unit)

    def lead(self, begin: Callable[[], FleetRun]) -> int:
        """Work, and lead a run, to its end or to where it waits, stops or is interrupted.

        Args:
            begin: returns the run, which this process leads from then on.

        Returns:
            The exit code.
        """
        self.workers.beat()  # before anybody looks who leads the run
        run = begin()
        console = Console(stderr=True)
        with _SignalsAsInterrupts(), Queue(self._performer, self.url, run.bounds) as queue, Display(console) as display:
            try:
                self._give_out_what_was_dropped(run, queue)
                return Conductor(self.runs, queue, display, self._may_begin).lead(run)
            except KeyboardInterrupt:
                self._performer.closing.set()
                say("nothing more is begun; what is under way ends first (once more ends it at once)")
                while any(each.state is RunState.RUNNING for each in self._mine(run)):
                    display.goes_on(self.runs.work(run.id))
                    time.sleep(1)
                say("`python -m fleet resume` goes on")
                return INTERRUPTED

    def work(self) -> None:
        """Work on whatever is given out, until this process is told to stop: at once where it is told so twice."""
        with _Stop(self._performer.hand_back) as stop, Queue(self._performer, self.url):
            say(f"worker {self.workers.id} takes work; SIGTERM lets it finish what it has")
            stop.wait()

    def begin(self, do: Do, stages: Sequence[Stage], bounds: Bounds, tasks: Sequence[Task]) -> FleetRun:
        """Write a new run down, which this process leads.

        Raises:
            OperateError: another is under way.
        """
        self.require_nobody_leads()
        return self.runs.begin(do, stages, bounds, tasks, self.workers.id)

    def unfinished(self) -> FleetRun:
        """Return the last run, which has not come to its end.

        Raises:
            OperateError: it has, or there is none.
        """
        last = self.runs.last()
        if last is None or last.phase in (Phase.ENDED, Phase.ABANDONED):
            raise OperateError("nothing to go on with: no run was interrupted, stopped or waits")
        return last

    def failed(self) -> tuple[Do, list[str]]:
        """Return what the last run did, and the stacks for which it failed.

        Raises:
            OperateError: there was no run, or it has not come to its end.
        """
        last = self.runs.last()
        if last is None:
            raise OperateError("there was no run yet: `python -m fleet up` begins one")
        self.require_nobody_leads()
        return last.do, [each.stack for each in self.runs.work(last.id) if each.state in FAILURES]

    def taken_up(self, run: FleetRun) -> FleetRun:
        """Prepare a run that was interrupted, stopped or waits, so that it can be led on.

        Raises:
            OperateError: it cannot.
        """
        if run.format != FORMAT:
            raise OperateError(
                f"run {run.id} was begun by version {run.version}, whose notes this version cannot read: start another "
                "one with `python -m fleet up`; what is deployed is found unchanged"
            )
        self.require_nobody_leads()
        self.runs.enter(run.id, Phase.UNDER_WAY, leader=self.workers.id)
        return self.runs.run(run.id)

    def require_nobody_leads(self) -> None:
        """Make sure that no run is under way.

        Raises:
            OperateError: one is.
        """
        last = self.runs.last()
        if last and last.phase is Phase.UNDER_WAY and last.leader in self.workers.living():
            raise OperateError(
                f"run {last.id} is under way, led by {last.leader}: `python -m fleet status` shows it, and "
                "`python -m fleet worker` helps with it"
            )

    def _give_out_what_was_dropped(self, run: FleetRun, queue: Queue) -> None:
        """Let what the queue has let go of undone be given out again: a rule or an interruption took it back."""
        is_dropped = queue.has_dropped(run.id)
        for each in self.runs.work(run.id):
            if each.state in UNFINISHED and is_dropped(each):
                self.runs.give_out_again(run.id, each.stack)

    def _mine(self, run: FleetRun) -> list[Work]:
        work = self.runs.work(run.id)
        return [each for each in work if (hold := self.workers.holder(each.stack)) and hold.worker == self.workers.id]

    def _note(self, work: Work, outcome: Outcome) -> None:
        # The tenant's stack is nobody's account, whichever one it is deployed from.
        whose = replace(outcome, account_id="") if work.wave == TENANT else outcome
        self._ledger.note(whose, work.told, __version__)

    def _may_begin(self, stage: Stage, accounts: int) -> bool:
        if stage.name in self.approved:
            return True
        question = f"Wave {stage.name}, {accounts} accounts: begin?"
        return sys.stdin.isatty() and click.confirm(question, err=True)


def _require_shared_backend(url: sqlalchemy.URL, folder: Path) -> None:
    """Refuse a backend that other machines do not see, where the database is for many machines."""
    if url.get_backend_name() != "postgresql":
        return
    backend = os.environ.get(_BACKEND_VARIABLE)
    if backend is None:
        backend = str(Pulumi(Flags(cwd=str(folder))).ask_json("whoami", "--verbose", "--json").get("url", ""))
    if backend.startswith("file://"):
        raise OperateError(
            "FLEET_DATABASE_URL is for workers on many machines, and Pulumi's backend is a folder of this one "
            f"({_BACKEND_VARIABLE}): use one that all see, such as s3://BUCKET"
        )


class _SignalsAsInterrupts:
    """Lets SIGTERM end this process as Ctrl-C does."""

    def __enter__(self) -> None:
        self._earlier = signal.signal(signal.SIGTERM, signal.default_int_handler)

    def __exit__(self, *_error: object) -> None:
        signal.signal(signal.SIGTERM, self._earlier)


class _Stop:
    """Waits for SIGTERM or SIGINT; from the second on it calls `at_once`."""

    def __init__(self, at_once: Callable[[], None]) -> None:
        self._at_once = at_once
        self._asked = False

    def __enter__(self) -> _Stop:
        self._earlier = {each: signal.signal(each, self._heard) for each in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, *_error: object) -> None:
        for each, handler in self._earlier.items():
            signal.signal(each, handler)

    def wait(self) -> None:
        """Wait for the first."""
        while not self._asked:
            time.sleep(0.2)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            self._at_once()
        self._asked = True
