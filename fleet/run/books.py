"""The books of runs: what is to be done for each account, by whom it is being done, and how it ended.

All of it is in tables of the fleet's own, so that the engine of the queue only dispatches. No secret gets in: a job has
none, and what a run says is redacted where it is made.
"""

from __future__ import annotations

import sqlalchemy
from sqlalchemy import Column, Float, Integer, Text
from sqlalchemy.sql.elements import ColumnElement

METADATA = sqlalchemy.MetaData()

RUNS = sqlalchemy.Table(
    "fleet_runs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("do", Text, nullable=False),
    Column("waves", Text, nullable=False),
    Column("limits", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("leader", Text, nullable=False),
    Column("format", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("began", Float, nullable=False),
    Column("ended", Float),
)
"""A run: what for, in which waves, how far it is, and which process leads it."""

WORK = sqlalchemy.Table(
    "fleet_work",
    METADATA,
    Column("run", Text, primary_key=True),
    Column("stack", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("wave", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("attempt", Integer, nullable=False, default=1),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("began", Float),
    Column("ended", Float),
)
"""What a run does for one account."""

HOLDS = sqlalchemy.Table(
    "fleet_holds",
    METADATA,
    Column("stack", Text, primary_key=True),
    Column("run", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("began", Float, nullable=False),
    Column("dead", Text, nullable=False, default="[]"),
)
"""Which worker does something to a stack just now, the process that leads the session in which it does, and those that
died while they held it: their locks on the stack may be left."""

WORKERS = sqlalchemy.Table(
    "fleet_workers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born", Float, nullable=False),
    Column("beat", Float, nullable=False),
)
"""Who works: the process, when it was born by its own machine's clock, and its last beat by the database's."""

JOURNAL = sqlalchemy.Table(
    "fleet_journal",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", Text, nullable=False),
    Column("stack", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("at", Float, nullable=False),
)
"""When which worker began something for a stack, ended it, or took it over from a dead one; written once, in order."""

PAUSE = sqlalchemy.Table("fleet_pause", METADATA, Column("id", Integer, primary_key=True), Column("until", Float))
"""Until when nobody begins anything, since Trend asked for it: one row."""


def now_in(engine: sqlalchemy.Engine) -> ColumnElement[float]:
    """Return the database's own clock as an expression: seconds since the epoch."""
    if engine.dialect.name == "sqlite":
        return sqlalchemy.literal_column("((julianday('now') - 2440587.5) * 86400.0)", Float)
    return sqlalchemy.literal_column("EXTRACT(EPOCH FROM clock_timestamp())::float8", Float)
