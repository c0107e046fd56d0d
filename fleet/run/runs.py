"""The books of the runs: written, and read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import func, select

from components import __version__
from fleet.database import create_tables
from fleet.outcome import Do, Outcome, RunState
from fleet.run.books import METADATA, RUNS, WORK, now_in
from fleet.run.entries import Bounds, FleetRun, Phase, Stage, Task, Work
from fleet.unit.job import Job

FORMAT = 1
"""Of what is stored about a run. A program of another format cannot go on with it."""


class Runs:
    """The runs in a database.

    Args:
        engine: of the database; tables are made where they are missing.
    """

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self.engine = engine
        create_tables(engine, METADATA)
        self._now = now_in(engine)

    def begin(self, do: Do, stages: Sequence[Stage], bounds: Bounds, tasks: Sequence[Task], leader: str) -> FleetRun:
        """Write a new run down. What an earlier one has not done is abandoned."""
        id_ = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        with self.engine.begin() as connection:
            connection.execute(
                RUNS.update()
                .where(RUNS.c.phase.not_in((Phase.ENDED.value, Phase.ABANDONED.value)))
                .values(phase=Phase.ABANDONED.value)
            )
            connection.execute(
                RUNS.insert().values(
                    id=id_,
                    do=do.value,
                    waves=json.dumps([asdict(stage) for stage in stages]),
                    limits=json.dumps(asdict(bounds)),
                    phase=Phase.UNDER_WAY.value,
                    leader=leader,
                    format=FORMAT,
                    version=__version__,
                    began=self._now,
                )
            )
            if tasks:
                connection.execute(WORK.insert(), [_row(id_, do, at, task) for at, task in enumerate(tasks)])
        return self.run(id_)

    def run(self, id_: str) -> FleetRun:
        """Return a run."""
        with self.engine.connect() as connection:
            return _run(connection.execute(select(RUNS).where(RUNS.c.id == id_)).one())

    def last(self, *dos: Do) -> FleetRun | None:
        """Return the run that began last; of some kinds alone where they are given."""
        chosen = select(RUNS).order_by(RUNS.c.id.desc()).limit(1)
        if dos:
            chosen = chosen.where(RUNS.c.do.in_([do.value for do in dos]))
        with self.engine.connect() as connection:
            row = connection.execute(chosen).one_or_none()
        return None if row is None else _run(row)

    def enter(self, run: str, phase: Phase, reason: str = "", *, leader: str = "") -> None:
        """Note how far a run is, and, where it is given, who leads it now."""
        ended = self._now if phase is Phase.ENDED else None
        leads = {"leader": leader} if leader else {}
        with self.engine.begin() as connection:
            connection.execute(
                RUNS.update().where(RUNS.c.id == run).values(phase=phase.value, reason=reason, ended=ended, **leads)
            )

    def work(self, run: str, wave: str | None = None) -> list[Work]:
        """Return a run's work in its order, of one wave where it is given."""
        chosen = select(WORK).where(WORK.c.run == run).order_by(WORK.c.position)
        if wave is not None:
            chosen = chosen.where(WORK.c.wave == wave)
        with self.engine.connect() as connection:
            return [_work(row) for row in connection.execute(chosen)]

    def one(self, run: str, stack: str) -> Work:
        """Return the work of a run for one stack."""
        with self.engine.connect() as connection:
            row = connection.execute(select(WORK).where(WORK.c.run == run, WORK.c.stack == stack)).one()
            return _work(row)

    def counts(self, run: str) -> dict[RunState, int]:
        """Return how many accounts are in which state."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(WORK.c.state, func.count()).where(WORK.c.run == run).group_by(WORK.c.state)
            )
            return {RunState(state): count for state, count in rows}

    def is_open(self, run: str) -> bool:
        """Whether the run still begins something."""
        return self.run(run).phase is Phase.UNDER_WAY

    def give_out_again(self, run: str, stack: str) -> int:
        """Let the work be done once more, and return the number of the attempt; an earlier one does nothing more."""
        with self.engine.begin() as connection:
            where = (WORK.c.run == run) & (WORK.c.stack == stack)
            values = {"attempt": WORK.c.attempt + 1, "state": RunState.PENDING.value, "outcome": None, "ended": None}
            connection.execute(WORK.update().where(where).values(**values))
            return int(connection.execute(select(WORK.c.attempt).where(where)).scalar_one())

    def note_begin(self, work: Work, connection: sqlalchemy.Connection) -> None:
        """Note that the work is being done, as a part of what the connection is about to write."""
        connection.execute(_update(work).values(state=RunState.RUNNING.value, began=self._now))

    def note_end(self, work: Work, outcome: Outcome, connection: sqlalchemy.Connection) -> None:
        """Note how the work ended, as a part of what the connection is about to write."""
        values = {"state": outcome.state.value, "outcome": outcome.to_json(), "ended": self._now}
        connection.execute(_update(work).values(**values))


def _update(work: Work) -> sqlalchemy.Update:
    return WORK.update().where(WORK.c.run == work.run, WORK.c.stack == work.stack)


def _row(run: str, do: Do, position: int, task: Task) -> dict[str, Any]:
    settled = Outcome(task.job.account_id, task.job.stack, do, task.state, message=task.reason)
    return {
        "run": run,
        "stack": task.job.stack,
        "position": position,
        "account_id": task.job.account_id,
        "name": task.name,
        "wave": task.wave,
        "job": task.job.to_json(),
        "told": json.dumps(dict(task.told)),
        "attempt": 1,
        "state": task.state.value,
        "outcome": None if task.state is RunState.PENDING else settled.to_json(),
    }


def _run(row: sqlalchemy.Row[Any]) -> FleetRun:
    return FleetRun(
        id=row.id,
        do=Do(row.do),
        stages=[Stage(**each) for each in json.loads(row.waves)],
        bounds=Bounds(**json.loads(row.limits)),
        phase=Phase(row.phase),
        reason=row.reason or "",
        leader=row.leader,
        format=row.format,
        version=row.version,
        began=row.began,
        ended=row.ended,
    )


def _work(row: sqlalchemy.Row[Any]) -> Work:
    return Work(
        run=row.run,
        stack=row.stack,
        account_id=row.account_id,
        name=row.name,
        wave=row.wave,
        job=Job.from_json(row.job),
        told=json.loads(row.told),
        attempt=row.attempt,
        state=RunState(row.state),
        outcome=None if row.outcome is None else Outcome.from_json(row.outcome),
        began=row.began,
        ended=row.ended,
    )
