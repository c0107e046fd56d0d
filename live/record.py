"""What is kept of one life: each exchange with Trend in the order of arrival, without values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from live.shapes import Shape


@dataclass(frozen=True)
class Exchange:
    """One call and Trend's answer.

    Attributes:
        phase: the part of the life that it belongs to.
        service, method, path: the call; ids in the path are replaced.
        query: names of the query's parameters.
        status: of the answer; None where none came.
        headers: names of the answer's headers, in lower case.
        content_type: media type of the answer; empty without one.
        body: shape of the answer's body.
    """

    phase: str
    service: str
    method: str
    path: str
    query: tuple[str, ...]
    status: int | None
    headers: tuple[str, ...]
    content_type: str
    body: Shape

    @property
    def call(self) -> str:
        """How reports name the call."""
        return f"{self.method} {self.service} {self.path}{'?' if self.query else ''}{'&'.join(self.query)}"

    @property
    def succeeded(self) -> bool:
        """Whether Trend did what was asked."""
        return self.status is not None and self.status < 300

    def document(self) -> dict[str, Any]:
        """Return what JSON takes, kinds in order."""
        return {**asdict(self), "body": {place: " or ".join(sorted(kinds)) for place, kinds in self.body.items()}}


@dataclass
class Record:
    """The exchanges of one life.

    Attributes:
        name: of whoever answers, in reports.
        region: Trend's, of Cloud One or of Vision One.
        exchanges: in the order of arrival.
        exit_codes: of each phase that was run, by its name.
        where: how reports name the region.
    """

    name: str
    region: str
    exchanges: list[Exchange] = field(default_factory=list)
    exit_codes: dict[str, int] = field(default_factory=dict)
    where: str = ""

    @property
    def completed(self) -> bool:
        """Whether every phase succeeded."""
        return bool(self.exit_codes) and not any(self.exit_codes.values())

    def to_json(self) -> str:
        """Return the record as a JSON document."""
        about = {"name": self.name, "where": self.where, "exit codes": self.exit_codes}
        return json.dumps({**about, "exchanges": [each.document() for each in self.exchanges]}, indent=1)
