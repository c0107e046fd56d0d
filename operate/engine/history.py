"""The runs of a stack, from Pulumi's own history, and the one that a failed run is reverted to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operate.engine.moments import moment
from operate.engine.pulumi_cli import Pulumi

_PAGE = 50


@dataclass(frozen=True)
class RecordedSetting:
    """One entry of a configuration.

    Attributes:
        value: a text, or an object; None for a secret.
        secret: whether it is one.
    """

    value: Any
    secret: bool

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> RecordedSetting:
        """Read an entry as `pulumi config --json` and the history write it."""
        secret = bool(entry.get("secret"))
        return cls(None if secret else entry.get("objectValue", entry.get("value", "")), secret)

    def __str__(self) -> str:
        if self.secret:
            return "(secret)"
        return (self.value or "(none)") if isinstance(self.value, str) else json.dumps(self.value)


Configuration = Mapping[str, RecordedSetting]


def configuration(document: Mapping[str, Any]) -> Configuration:
    """Read a configuration as `pulumi config --json` and the history write it."""
    return {key: RecordedSetting.of(entry) for key, entry in document.items()}


@dataclass(frozen=True)
class Run:
    """A run that ended, well or not. One that was killed has no entry.

    Attributes:
        kind: `update`, `destroy`, `refresh` or another of Pulumi's words.
        succeeded: whether it did.
        started, ended: when, in whole seconds.
        message: given by `--message`.
        configuration: the stack's, the project's defaults included.
        version: its number; 0 on a backend that has none.
        revision: the program's commit in Git; empty where it ran outside of one.
    """

    kind: str
    succeeded: bool
    started: datetime
    ended: datetime
    message: str
    configuration: Configuration
    version: int
    revision: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Run:
        """Read an entry of `pulumi stack history --json`."""
        return cls(
            kind=entry["kind"],
            succeeded=entry["result"] == "succeeded",
            started=moment(entry["startTime"]),
            ended=moment(entry.get("endTime") or entry["startTime"]),
            message=(entry.get("message") or "").strip(),
            configuration=configuration(entry.get("config") or {}),
            version=int(entry.get("version") or 0),
            revision=_revision(entry.get("environment") or {}),
        )


def _revision(environment: Mapping[str, str]) -> str:
    """Return the commit that Pulumi noted down."""
    commit = environment.get("git.head", "")
    return f"{commit} with changes that were not committed" if environment.get("git.dirty") == "true" else commit


def read(pulumi: Pulumi) -> list[Run]:
    """Return all runs, the newest first.

    Raises:
        PulumiError: the stack has no history that could be read.
    """
    runs: list[Run] = []
    while True:
        page = str(len(runs) // _PAGE + 1)
        entries = pulumi.ask_json("stack", "history", "--json", "--page-size", str(_PAGE), "--page", page)
        runs += map(Run.of, entries)
        if len(entries) < _PAGE:
            return runs


def completed_at(runs: Iterable[Run], when: datetime) -> Run | None:
    """Return the successful update that completed at some moment; None where the history has none.

    Which update that was is the state's to say: the newest one in the history may be that of another state, since a
    stack that was moved here leaves its own history behind.
    """
    second = when.replace(microsecond=0)
    updates = (run for run in runs if run.kind == "update" and run.succeeded)
    return next((run for run in updates if run.started <= second <= run.ended), None)


def last_change(runs: Iterable[Run]) -> Run | None:
    """Return the last run that was meant to change something."""
    return next((run for run in runs if run.kind in ("update", "destroy")), None)
