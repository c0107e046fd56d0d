"""Leads a run through its waves: gates before, rules within, the result after each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from fleet.file.together import TENANT
from fleet.outcome import RunState
from fleet.run.entries import UNFINISHED, FleetRun, Phase, Stage, Work
from fleet.run.queue import Queue
from fleet.run.rules import FAILURES, reason_to_stop
from fleet.run.runs import Runs

FAILED, STOPPED = 1, 3
"""Exit codes: an account failed; a rule stopped the run, or a gate waits."""
_LOOK_AGAIN = 0.5

WaveGate = Callable[[Stage, int], bool]
"""Whether a wave may begin, given how many accounts it has."""


class Audience(Protocol):
    """Who is told how a run goes."""

    def wave_begins(self, stage: Stage, work: Sequence[Work]) -> None:
        """A wave begins."""

    def goes_on(self, work: Sequence[Work]) -> None:
        """How all the run's work stands, now and then."""

    def wave_ended(self, stage: Stage, work: Sequence[Work]) -> None:
        """A wave ended, or was stopped."""


class Conductor:
    """Leads a run.

    Args:
        runs: the books.
        queue: gives the work out.
        audience: is told how it goes.
        gate: lets gated waves begin.
    """

    def __init__(self, runs: Runs, queue: Queue, audience: Audience, gate: WaveGate) -> None:
        self._runs = runs
        self._queue = queue
        self._audience = audience
        self._gate = gate

    def lead(self, run: FleetRun) -> int:
        """Lead a run to its end, or to where it waits or stops, and return the exit code."""
        for stage in run.stages:
            work = self._runs.work(run.id, stage.name)
            if all(each.state not in UNFINISHED for each in work):
                continue
            if stage.name != TENANT and (reason := self._tenant_failed(run)):
                self._runs.enter(run.id, Phase.STOPPED, reason)
                return STOPPED
            has_begun = any(each.attempt > 1 or each.state is not RunState.PENDING for each in work)
            if stage.gated and not has_begun and not self._gate(stage, len(work)):
                how = f"`python -m fleet resume --approve {stage.name}` lets it begin"
                self._runs.enter(run.id, Phase.WAITING, f"wave {stage.name} waits for approval: {how}")
                return STOPPED
            self._audience.wave_begins(stage, work)
            reason = self._wave(run, stage)
            self._audience.wave_ended(stage, self._runs.work(run.id, stage.name))
            if reason:
                self._runs.enter(run.id, Phase.STOPPED, reason)
                return STOPPED
        self._runs.enter(run.id, Phase.ENDED)
        return FAILED if any(self._runs.counts(run.id).get(state) for state in FAILURES) else 0

    def _wave(self, run: FleetRun, stage: Stage) -> str:
        """Lead a wave to its end, and return why the run stops after it; empty where it goes on."""
        given: dict[str, int] = {}
        while True:
            work = self._runs.work(run.id)
            wave = [each for each in work if each.wave == stage.name]
            unfinished = [each for each in wave if each.state in UNFINISHED]
            self._audience.goes_on(work)
            reason = self._reason(run, stage, wave, work)
            if reason and any(each.state in UNFINISHED for each in work):
                self._runs.enter(run.id, Phase.STOPPED, reason)
                self._queue.take_back(unfinished)
                self._let_end(run, stage)
                return reason
            if not unfinished:
                return ""
            self._queue.give_out(
                (each.run, each.stack, each.attempt) for each in unfinished if given.get(each.stack) != each.attempt
            )
            given |= {each.stack: each.attempt for each in unfinished}
            time.sleep(_LOOK_AGAIN)

    def _reason(self, run: FleetRun, stage: Stage, wave: Sequence[Work], work: Sequence[Work]) -> str:
        if stage.name == TENANT:
            return self._tenant_failed(run)
        reason = reason_to_stop(run.bounds, wave, work)
        return (
            f"{reason}; `python -m fleet up` takes what failed and the rest, `resume` the rest alone" if reason else ""
        )

    def _tenant_failed(self, run: FleetRun) -> str:
        """Return why nothing else begins where the tenant's stack failed."""
        failed = [each.stack for each in self._runs.work(run.id, TENANT) if each.state in FAILURES]
        return (
            f"stack {failed[0]} failed, which the others need; put it right, then `python -m fleet up`"
            if failed
            else ""
        )

    def _let_end(self, run: FleetRun, stage: Stage) -> None:
        """Wait for what is under way."""
        while any(each.state is RunState.RUNNING for each in self._runs.work(run.id, stage.name)):
            self._audience.goes_on(self._runs.work(run.id))
            time.sleep(_LOOK_AGAIN)
