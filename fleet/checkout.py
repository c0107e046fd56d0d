"""The checkout that a command runs in: its file, its database, its plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlalchemy

from components import __version__
from fleet.database import connect, database_url
from fleet.file import loading
from fleet.file.configuration import Fleet
from fleet.plan.ledger import Ledger
from fleet.plan.planning import plan_of
from fleet.plan.stacks import Plan
from fleet.source import reading
from operate.engine.stack import find_project


@dataclass(frozen=True)
class Checkout:
    """What every command begins with.

    Attributes:
        folder: of the Pulumi project.
        file: `fleet.yaml`, or what takes its place.
        fleet: what the file says.
    """

    folder: Path
    file: Path
    fleet: Fleet

    @classmethod
    def of(cls, file: Path | None = None) -> Checkout:
        """Return the current checkout, with its file judged as a whole.

        Args:
            file: another than the `fleet.yaml` beside the project's file.

        Raises:
            OperateError: there is no Pulumi project here.
            FileRefused: the file has mistakes; with every one and its line.
        """
        folder = find_project(Path.cwd())
        file = file or folder / loading.NAME
        return cls(folder, file, loading.load(file))

    @cached_property
    def engine(self) -> sqlalchemy.Engine:
        """The fleet's database.

        Raises:
            OperateError: the environment's URL is not usable.
        """
        return connect(database_url(self.folder))

    @cached_property
    def ledger(self) -> Ledger:
        """What was deployed.

        Raises:
            OperateError: the database cannot be used.
        """
        return Ledger(self.engine)

    def plan(self) -> Plan:
        """Read the source once, and plan.

        Raises:
            FileRefused: a file has mistakes, alone or for these accounts.
            AwsError: the organization cannot be read.
            OperateError: the database cannot be used.
        """
        accounts = reading.accounts_of(self.fleet, self.file.parent)
        return plan_of(self.fleet, accounts, self.ledger.records(), __version__)
