"""What is kept of one life: each exchange with Trend in the order of arrival, without values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from live.shapes import Shape, union


@dataclass(frozen=True)
class Exchange:
    """One call and the vendor's answer.

    Attributes:
        phase: which part of the life it belongs to.
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
        """Whether the vendor did what it was asked."""
        return self.status is not None and self.status < 300

    def document(self) -> dict[str, Any]:
        """Return it for JSON, kinds in order."""
        return {**asdict(self), "body": {place: " or ".join(sorted(kinds)) for place, kinds in self.body.items()}}


@dataclass
class Record:
    """The exchanges of one life.

    Attributes:
        name: of the vendor, in reports.
        region: the Cloud One region.
        exchanges: in the order of arrival.
        ended: how each phase ended, its exit code by name.
        aws: what was seen in AWS, a yes or no by fact.
    """

    name: str
    region: str
    exchanges: list[Exchange] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)
    aws: dict[str, bool] = field(default_factory=dict)

    @property
    def completed(self) -> bool:
        """Whether every phase ended well."""
        return bool(self.ended) and not any(self.ended.values())

    def of(self, call: str, phase: str = "") -> Iterator[Exchange]:
        """Yield the answered exchanges of a call, in one phase or in all."""
        for exchange in self.exchanges:
            if exchange.call == call and exchange.status is not None and phase in ("", exchange.phase):
                yield exchange

    def body(self, call: str) -> Shape | None:
        """Return what the call's successful answers hold, taken together; None without one."""
        shapes = [exchange.body for exchange in self.of(call) if exchange.succeeded]
        return union(shapes) if shapes else None

    def to_json(self) -> str:
        """Return the record as a JSON document."""
        about = {"vendor": self.name, "region": self.region, "exit codes": self.ended, "aws": self.aws}
        return json.dumps({**about, "exchanges": [each.document() for each in self.exchanges]}, indent=1)
