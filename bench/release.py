"""What the last release took, in `release.json` beside this file: `python -m bench --record` writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).with_name("release.json")


@dataclass(frozen=True)
class Release:
    """CPU seconds of a release, and what the floor took on the same machine on that day.

    Attributes:
        version: of the release.
        machine: it was measured on.
        program, floor: CPU seconds by what was run.
    """

    version: str
    machine: str
    program: Mapping[str, float]
    floor: Mapping[str, float]

    def here(self, what: str, floor: float) -> float | None:
        """Return what it would take on a machine on which the floor takes so many CPU seconds; None if nobody knows."""
        return self.program[what] * floor / self.floor[what] if what in self.program else None


def last_release() -> Release:
    """Return the last release that was recorded."""
    return Release(**json.loads(FILE.read_text()))


def record(release: Release) -> None:
    """Write a release down."""
    FILE.write_text(json.dumps(asdict(release), indent=2) + "\n")
