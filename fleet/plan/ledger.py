"""What was deployed for each account, and how its last run ended.

The truth is each stack's state. If the ledger is lost, all accounts count as new, a run finds them unchanged, and the
ledger is complete again, except for accounts that have left the source meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import Column, Text
from sqlalchemy.dialects import postgresql, sqlite

from fleet.database import create_tables, database_errors
from fleet.outcome import Do, Outcome, RunState

_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_METADATA = sqlalchemy.MetaData()
_DEPLOYED = sqlalchemy.Table(
    "fleet_ledger",
    _METADATA,
    Column("stack", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("settings", Text),
    Column("version", Text),
    Column("deployed_at", Text),
    Column("outcome", Text, nullable=False),
    Column("ended_at", Text, nullable=False),
)


@dataclass(frozen=True)
class Deployed:
    """The last update of a stack that succeeded.

    Attributes:
        settings: texts by name; there are no secrets among them.
        version: of the program.
        at: when it ended.
    """

    settings: Mapping[str, str]
    version: str
    at: datetime


@dataclass(frozen=True)
class StackRecord:
    """What is known of a stack.

    Attributes:
        stack: its name.
        account_id: twelve digits; empty for the tenant's stack.
        deployed: None where no update succeeded yet.
        last: how the last update or removal ended.
        ended_at: when.
    """

    stack: str
    account_id: str
    deployed: Deployed | None
    last: Outcome
    ended_at: datetime

    @property
    def is_of_tenant(self) -> bool:
        """Whether it is the tenant's stack, now or before."""
        return not self.account_id


class Ledger:
    """The table of what was deployed.

    Args:
        engine: of the database; the table is created if it is missing.

    Raises:
        OperateError: the database cannot be used; every method may raise it.
    """

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self._engine = engine
        with database_errors():
            create_tables(engine, _METADATA)

    def records(self) -> dict[str, StackRecord]:
        """Return what is known, by the stack's name."""
        with database_errors(), self._engine.connect() as connection:
            return {row.stack: _record(row) for row in connection.execute(_DEPLOYED.select())}

    def note(self, outcome: Outcome, settings: Mapping[str, str], version: str) -> None:
        """Record how an update or a removal ended; other runs are not recorded.

        Args:
            outcome: of the run.
            settings: that the stack was given: `PlannedStack.told`.
            version: of the program.
        """
        if outcome.do not in (Do.UP, Do.DESTROY):
            return
        succeeded = outcome.state in (RunState.DONE, RunState.UNCHANGED)
        with database_errors(), self._engine.begin() as connection:
            if outcome.do is Do.DESTROY and succeeded:
                connection.execute(_DEPLOYED.delete().where(_DEPLOYED.c.stack == outcome.stack))
                return
            now = datetime.now(UTC).isoformat()
            values = {"account_id": outcome.account_id, "outcome": outcome.to_json(), "ended_at": now}
            if succeeded:
                values |= {"settings": json.dumps(dict(settings)), "version": version, "deployed_at": now}
            insert = _INSERTS[self._engine.dialect.name](_DEPLOYED).values(stack=outcome.stack, **values)
            connection.execute(insert.on_conflict_do_update(index_elements=["stack"], set_=values))


def _record(row: Any) -> StackRecord:
    deployed = None
    if row.settings is not None:
        deployed = Deployed(json.loads(row.settings), row.version, datetime.fromisoformat(row.deployed_at))
    last = Outcome.from_json(row.outcome)
    return StackRecord(row.stack, row.account_id, deployed, last, datetime.fromisoformat(row.ended_at))
