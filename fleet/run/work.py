"""What a worker does with one piece of work: it starts the account's own process, and notes down how that ended."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from components.trend.shared import SHARED_VARIABLE
from fleet.outcome import Cause, Outcome, RunState
from fleet.processes import MARK_VARIABLE, end_session
from fleet.run.entries import UNFINISHED, Work
from fleet.run.pause import Pause
from fleet.run.runs import Runs
from fleet.run.workers import Taken, Workers, mark_of
from fleet.unit.deadline import GRACE

UNIT = (sys.executable, "-m", "fleet.unit")
"""The command for one account: `--do` follows, and the job comes on its standard input. It is `fleet run-one` without
what that loads to find the job."""

_LOOK_AGAIN = 0.5
_PATIENCE = 60.0
"""Seconds beyond its own deadline after which a process that does not end is killed."""

Noted = Callable[[Work, Outcome], None]


@dataclass
class Performer:
    """Does the work that it is given, in any number of threads.

    Attributes:
        runs: the books.
        workers: this worker among the others.
        pause: until when nobody begins anything.
        logs: folder for what the processes print; beside it, what Trend says of the tenant in a run.
        noted: is told how each piece of work ended.
        unit: the command for one account.
        closing: set when nothing more is to be begun.
        handing_back: set when what is under way is ended, too.
    """

    runs: Runs
    workers: Workers
    pause: Pause
    logs: Path
    noted: Noted
    unit: Sequence[str] = UNIT
    closing: threading.Event = field(default_factory=threading.Event)
    handing_back: threading.Event = field(default_factory=threading.Event)
    _sessions: set[int] = field(default_factory=set)

    def perform(self, run: str, stack: str, attempt: int) -> None:
        """Do the work for a stack, unless it is done, given out again, or the run begins nothing more."""
        while (work := self.runs.one(run, stack)) and self._is_due(work, attempt):
            if self.closing.is_set():
                self.runs.give_out_again(run, stack)
                return
            if not self.pause.is_on():
                taken = self.workers.take(run, stack)
                if isinstance(taken, Taken):
                    self._perform(run, stack, attempt, taken)
                    return
            time.sleep(_LOOK_AGAIN)

    def hand_back(self) -> None:
        """End what is under way, with all that it started; it is given out again."""
        self.closing.set()
        self.handing_back.set()
        self.end_sessions()

    def end_sessions(self) -> None:
        """End all that was started for the accounts under way. It needs no database, which may be what fails."""
        for session in list(self._sessions):
            end_session(session)

    def _is_due(self, work: Work, attempt: int) -> bool:
        return work.attempt == attempt and work.state in UNFINISHED and self.runs.is_open(work.run)

    def _perform(self, run: str, stack: str, attempt: int, taken: Taken) -> None:
        books, work = self.runs.engine, self.runs.one(run, stack)
        if not self._is_due(work, attempt):  # whoever held the stack may have done it meanwhile
            with books.begin() as connection:
                self.workers.release(stack, connection)
            return
        with books.begin() as connection:
            self.runs.note_begin(work, connection)
            self.workers.journal(run, stack, "began", connection)
        outcome = self._run(replace(work, job=replace(work.job, dead=taken.dead)))
        if self.handing_back.is_set():
            # The hold stays, as that of a dead worker: whoever takes it over learns whose lock may be left.
            with books.begin() as connection:
                self.workers.journal(run, stack, "handed back", connection)
            self.runs.give_out_again(run, stack)
            return
        self.noted(work, outcome)
        # At once: a worker that is killed in between would leave a hold on work that nobody takes up again.
        with books.begin() as connection:
            self.runs.note_end(work, outcome, connection)
            self.workers.journal(run, stack, f"ended {outcome.state.value}", connection)
            self.workers.release(stack, connection)

    def _run(self, work: Work) -> Outcome:
        do = self.runs.run(work.run).do
        log = self.logs / work.run / f"{work.stack}.log"
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shared = self.logs.parent / "shared" / work.run
        shared.mkdir(mode=0o700, parents=True, exist_ok=True)
        job, began = work.job, time.monotonic()
        # The pipe stays open while the process runs: where this one dies, it ends.
        with (
            log.open("ab") as printed,
            subprocess.Popen(
                [*self.unit, "--do", do.value],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=printed,
                start_new_session=True,
                env={
                    **os.environ,
                    **self.pause.variables(),
                    SHARED_VARIABLE: str(shared),
                    MARK_VARIABLE: mark_of(self.workers.id, work.stack),
                },
            ) as process,
        ):
            self._sessions.add(process.pid)
            self.workers.name_session(work.stack, process.pid)
            assert process.stdin is not None
            assert process.stdout is not None
            limit = job.minutes * 60 + min(GRACE, job.minutes * 60) + _PATIENCE
            last_resort = threading.Timer(limit, end_session, (process.pid,))
            last_resort.daemon = True
            last_resort.start()
            try:
                process.stdin.write(f"{job.to_json()}\n".encode())
                process.stdin.flush()
            except BrokenPipeError:
                pass  # it has ended already, and its exit code tells
            told = process.stdout.read().decode("utf-8", "replace").splitlines()
            code = process.wait()
            last_resort.cancel()
        end_session(process.pid)
        self._sessions.discard(process.pid)
        if told:
            return Outcome.from_json(told[-1])
        return Outcome(
            account_id=work.account_id,
            stack=work.stack,
            do=do,
            state=RunState.FAILED,
            cause=Cause.OTHER,
            message=f"cannot determine its outcome: its process ended with code {code} and reported none",
            next_step=f"look at {log}, then `python -m fleet retry`",
            exit_code=code or 1,
            seconds=round(time.monotonic() - began, 2),
        )
