"""When Trend asks to be left alone, all are: whoever is told so tells the others, on this machine and elsewhere.

On one machine a file says until when: the client of Trend reads it before each call and writes it after a 429
(`components.trend.pacing`). Between machines a row of the database does, which each worker compares with its file.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from sqlalchemy import func, select

from components.trend.pacing import PAUSE_VARIABLE, Pacing
from fleet.database import create_tables
from fleet.run.books import METADATA, PAUSE


class Pause:
    """Until when nobody begins anything.

    Args:
        engine: of the database.
        file: of this machine.
    """

    def __init__(self, engine: sqlalchemy.Engine, file: Path) -> None:
        create_tables(engine, METADATA)
        self._engine = engine
        self._file = file.resolve()
        self._here = Pacing(self._file)

    def variables(self) -> dict[str, str]:
        """Return the variable that leads Trend's client to the file."""
        return {PAUSE_VARIABLE: str(self._file)}

    def is_on(self) -> bool:
        """Whether nothing is to be begun just now."""
        return self._here.remaining() > 0

    def compare(self) -> None:
        """Tell the other machines what this one knows, and this one what they know."""
        here = self._here.until()
        with self._engine.begin() as connection:
            there = connection.execute(select(func.max(PAUSE.c.until))).scalar_one() or 0.0
            if here > there:
                connection.execute(PAUSE.delete())
                connection.execute(PAUSE.insert().values(id=1, until=here))
        if there > here:
            self._here.ask_for(there)
