"""What the books of the runs hold: a run, its waves and bounds, and its work."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from fleet.outcome import Do, Outcome, RunState
from fleet.unit.job import Job

UNFINISHED = (RunState.PENDING, RunState.RUNNING)
"""States in which something is still to be done."""


class Phase(Enum):
    """How far a run is."""

    UNDER_WAY = "under way"
    WAITING = "waiting at a gate"
    STOPPED = "stopped by a rule"
    ENDED = "ended"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Stage:
    """A wave as a run has it: its name, and whether somebody lets it begin."""

    name: str
    gated: bool = False


@dataclass(frozen=True)
class Bounds:
    """How much at once, and when it is enough: what `fleet.yaml` says under `limits` and `stop`."""

    at_once: int = 8
    starts_per_minute: int = 30
    failed_percent: int = 5
    same_error: int = 5

    def without_rules(self) -> Bounds:
        """Return the limits alone, for what changes nothing: it goes on whatever fails."""
        return replace(self, failed_percent=100, same_error=sys.maxsize)


@dataclass(frozen=True)
class FleetRun:
    """A run.

    Attributes:
        id: when it began, in words that sort.
        do: what it does to each stack.
        stages: its waves, in order.
        bounds: its limits and rules.
        phase: how far it is.
        reason: why it stopped or waits.
        leader: the worker that leads it.
        format, version: of the program that began it.
        began: in seconds since the epoch.
        ended: the same; None while it has not.
    """

    id: str
    do: Do
    stages: Sequence[Stage]
    bounds: Bounds
    phase: Phase
    reason: str
    leader: str
    format: int
    version: str
    began: float
    ended: float | None


@dataclass(frozen=True)
class Work:
    """What a run does for one account.

    Attributes:
        run: the run's id.
        stack, account_id, name: the account's.
        wave: name of its wave.
        job: what the account's own process is told.
        told: what the ledger keeps of it.
        attempt: counts up when it is given out again.
        state: where it stands.
        outcome: how it ended; None while it has not.
        began, ended: in seconds since the epoch.
    """

    run: str
    stack: str
    account_id: str
    name: str
    wave: str
    job: Job
    told: Mapping[str, str]
    attempt: int
    state: RunState
    outcome: Outcome | None
    began: float | None = None
    ended: float | None = None


@dataclass(frozen=True)
class Task:
    """Work that is about to be written down.

    Attributes:
        job, name, wave, told: as a `Work` has them.
        state: another where nothing is done with it.
        reason: why nothing is.
    """

    job: Job
    name: str
    wave: str
    told: Mapping[str, str]
    state: RunState = RunState.PENDING
    reason: str = ""
