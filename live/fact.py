"""What a fact is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from live.judges import Judge


@dataclass(frozen=True)
class Fact:
    """One statement about Trend.

    Attributes:
        id: names it in reports.
        source: how it came to be believed.
        statement: what is believed, in one sentence.
        calls: what bears on it.
        judge: reads the verdict from a record.
    """

    id: str
    source: Literal["verified", "inferred", "unknown"]
    statement: str
    calls: tuple[str, ...]
    judge: Judge
