"""Who works, and who is dead: heartbeats decide, and holds see to it that nobody works on a stack twice at once.

A worker that does not beat any more, for whatever reason, ends itself, with all it started, before the others take it
for dead; one that was halted, as soon as it goes on.
"""

from __future__ import annotations

import json
import os
import socket
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import psutil
import sqlalchemy
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fleet.database import create_tables
from fleet.processes import end_session, started
from fleet.run.books import HOLDS, JOURNAL, METADATA, WORKERS, now_in
from fleet.unit.job import InterruptedRun

BEAT = 2.0
"""Seconds between two beats."""
SILENT = 20.0
"""Seconds without a beat of its own after which a worker ends itself."""
DEAD = 40.0
"""Seconds without a beat after which a worker counts as dead: well after it has ended itself."""
_CLOCKS = 1.0
"""Seconds by which the birth of a process may seem to move."""


@dataclass(frozen=True)
class Hold:
    """That a worker does something to a stack.

    Attributes:
        stack, run: which, and for which run.
        worker, host: who, and where.
        pid: leads the session in which it does; 0 while there is none.
        began: in seconds since the epoch.
        dead: those who died while they held it, as JSON.
    """

    stack: str
    run: str
    worker: str
    host: str
    pid: int
    began: float
    dead: str = "[]"

    def then_dead(self, died: float) -> str:
        """Return, as JSON, who died while they held the stack, this one included."""
        began, ended = (datetime.fromtimestamp(each, UTC).isoformat() for each in (self.began, died))
        return json.dumps([*json.loads(self.dead), asdict(InterruptedRun(self.host, began, ended))])


@dataclass(frozen=True)
class Taken:
    """That this worker has a stack now.

    Attributes:
        dead: runs that died while they held it.
    """

    dead: tuple[InterruptedRun, ...] = ()


class Workers:
    """The workers in a database; this process is one of them once it has beaten.

    Args:
        engine: of the database.
    """

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        create_tables(engine, METADATA)
        self._engine = engine
        self._now = now_in(engine)
        self.host = socket.gethostname()
        self.id = f"{self.host}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    def beat(self) -> bool:
        """Say that this process lives; return whether it was known: not at first, nor once others have buried it."""
        with self._engine.begin() as connection:
            beaten = connection.execute(WORKERS.update().where(WORKERS.c.id == self.id).values(beat=self._now))
            if beaten.rowcount == 0:
                born = started(psutil.Process())
                connection.execute(
                    WORKERS.insert().values(id=self.id, host=self.host, pid=os.getpid(), born=born, beat=self._now)
                )
        return bool(beaten.rowcount)

    def leave(self) -> None:
        """Say that this process works no more."""
        self.bury(self.id)

    def bury(self, worker: str) -> None:
        """Forget a worker."""
        with self._engine.begin() as connection:
            connection.execute(WORKERS.delete().where(WORKERS.c.id == worker))

    def living(self) -> list[str]:
        """Return who is taken for alive."""
        return [row.id for row in self._rows() if not self._is_dead(row)]

    def dead(self) -> list[str]:
        """Return who has died and is not buried yet."""
        return [row.id for row in self._rows() if self._is_dead(row)]

    def take(self, run: str, stack: str) -> Taken | Hold:
        """Take a stack for this worker, or return who has it.

        A dead worker's hold is taken over, once what it left on this machine is ended.
        """
        values = {"run": run, "worker": self.id, "host": self.host, "pid": 0, "began": self._now}
        try:
            with self._engine.begin() as connection:
                connection.execute(HOLDS.insert().values(stack=stack, dead="[]", **values))
            return Taken()
        except IntegrityError:
            holder = self.holder(stack)
        if holder is None:
            return self.take(run, stack)
        if holder.worker == self.id or holder.worker in self.living():
            return holder
        if holder.host == self.host and holder.pid:
            end_session(holder.pid, mark_of(holder.worker, stack))
        with self._engine.begin() as connection:
            dead = holder.then_dead(connection.execute(select(self._now)).scalar_one())
            taken = connection.execute(
                HOLDS.update()
                .where(HOLDS.c.stack == stack, HOLDS.c.worker == holder.worker)
                .values(dead=dead, **values)
            )
            if taken.rowcount:
                self.journal(run, stack, "took over", connection)
        if taken.rowcount == 0:
            return self.take(run, stack)
        return Taken(tuple(InterruptedRun(**each) for each in json.loads(dead)))

    def name_session(self, stack: str, pid: int) -> None:
        """Note which session works on a stack that this worker holds."""
        with self._engine.begin() as connection:
            connection.execute(HOLDS.update().where(HOLDS.c.stack == stack, HOLDS.c.worker == self.id).values(pid=pid))

    def release(self, stack: str, connection: sqlalchemy.Connection) -> None:
        """Give up a stack that this worker holds, as a part of what the connection is about to write."""
        connection.execute(HOLDS.delete().where(HOLDS.c.stack == stack, HOLDS.c.worker == self.id))

    def holder(self, stack: str) -> Hold | None:
        """Return who holds a stack; None where nobody does."""
        with self._engine.connect() as connection:
            row = connection.execute(select(HOLDS).where(HOLDS.c.stack == stack)).one_or_none()
        return None if row is None else Hold(**row._mapping)

    def journal(self, run: str, stack: str, event: str, connection: sqlalchemy.Connection) -> None:
        """Write down that this worker did something, as a part of what the connection is about to write."""
        connection.execute(JOURNAL.insert().values(run=run, stack=stack, worker=self.id, event=event, at=self._now))

    def _rows(self) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(select(WORKERS, (self._now - WORKERS.c.beat).label("silence"))))

    def _is_dead(self, row: Any) -> bool:
        return row.silence > DEAD or (row.host == self.host and not _runs(row.pid, row.born))


def mark_of(worker: str, stack: str) -> str:
    """Return the mark of the processes that a worker begins for a stack."""
    return f"{worker} {stack}"


def _runs(pid: int, born: float) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(started(process) - born) < _CLOCKS
    except psutil.NoSuchProcess:
        return False
