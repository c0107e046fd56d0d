"""The fleet's database: a file of this checkout, or PostgreSQL for many machines."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from operate.console import OperateError

_ATTEMPTS = 5
VARIABLE = "FLEET_DATABASE_URL"
FOLDER = ".fleet"
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SQLITE_PATIENCE = 30  # seconds to wait for another writer


def database_url(project: Path) -> URL:
    """Return the URL from the environment, or that of the project's own file, whose folder is created.

    Args:
        project: the folder of the Pulumi project.

    Raises:
        OperateError: the URL is not one of SQLite or PostgreSQL; it is not repeated, since it may hold a password.
    """
    given = os.environ.get(VARIABLE, "")
    if not given:
        return URL.create("sqlite", database=str(own_folder(project) / "fleet.db"))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise OperateError(f"{VARIABLE} is not a database URL: postgresql://USER@HOST/DATABASE") from None
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise OperateError(f"{VARIABLE} names neither PostgreSQL nor SQLite: postgresql://USER@HOST/DATABASE")
    return url.set(drivername=driver)


def own_folder(project: Path) -> Path:
    """Return the project's folder for the fleet's data on this machine; it is created."""
    folder = project / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def connect(url: URL) -> sqlalchemy.Engine:
    """Return the engine of a database."""
    if url.get_backend_name() != "sqlite":
        return sqlalchemy.create_engine(url, hide_parameters=True)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": _SQLITE_PATIENCE}, hide_parameters=True)

    @sqlalchemy.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        # Many threads write: with a log they need not wait for the disk each time (measured: a third of the time).
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine


def create_tables(engine: sqlalchemy.Engine, metadata: sqlalchemy.MetaData) -> None:
    """Create the tables that are missing. Workers that begin side by side may both try."""
    for attempt in range(_ATTEMPTS):
        try:
            metadata.create_all(engine)
        except DBAPIError:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0.05, 0.5))
        else:
            return


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn errors of the database into one line; the drivers' messages hold no password.

    Raises:
        OperateError: the database failed.
    """
    try:
        yield
    except DBAPIError as error:
        raise OperateError(f"the fleet's database ({VARIABLE}, or .fleet/fleet.db): {error.orig}") from None
