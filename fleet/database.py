"""Where the fleet keeps its books: a file of this checkout, or the PostgreSQL database of many machines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from operate.console import OperateError

VARIABLE = "FLEET_DATABASE_URL"
FOLDER = ".fleet"
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SQLITE_PATIENCE = 30  # seconds that one waits for another who writes


def database_url(project: Path) -> URL:
    """Return the address of the database that the environment names, or of the project's own file, which is made.

    Args:
        project: the folder of the Pulumi project.

    Raises:
        OperateError: the address is none of SQLite or PostgreSQL; it is not repeated, since it may hold a password.
    """
    given = os.environ.get(VARIABLE, "")
    if not given:
        return URL.create("sqlite", database=str(own_folder(project) / "fleet.db"))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise OperateError(f"{VARIABLE} is no database's address: postgresql://USER@HOST/DATABASE") from None
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise OperateError(f"{VARIABLE} names neither PostgreSQL nor SQLite: postgresql://USER@HOST/DATABASE")
    return url.set(drivername=driver)


def own_folder(project: Path) -> Path:
    """Return the project's folder for what the fleet keeps on this machine; it is made."""
    folder = project / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def connect(url: URL) -> sqlalchemy.Engine:
    """Return the engine of a database."""
    patience = {"timeout": _SQLITE_PATIENCE} if url.get_backend_name() == "sqlite" else {}
    return sqlalchemy.create_engine(url, connect_args=patience, hide_parameters=True)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what goes wrong with the database into one line; the driver's text names no password.

    Raises:
        OperateError: the database cannot be reached, or refused.
    """
    try:
        yield
    except DBAPIError as error:
        raise OperateError(f"the fleet's database ({VARIABLE}, or .fleet/fleet.db): {error.orig}") from None
