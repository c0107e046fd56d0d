"""What a run tried to do, from the events that the engine wrote while it ran.

The state cannot tell: it does not show a change that failed half-way, nor an object whose making looked failed since
its reply was lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operate.engine.state import Resource

# Steps that change nothing outside of Pulumi.
_HARMLESS = frozenset({"same", "read", "refresh", "read-discard", "discard-replaced", "read-replacement"})


@dataclass(frozen=True)
class RunLog:
    """What a run tried.

    Attributes:
        changed: whether it began a step that changes something outside of Pulumi.
        failed_creates: resources that it could not make, as far as it knows.
    """

    changed: bool
    failed_creates: tuple[Resource, ...]

    @classmethod
    def read(cls, path: Path) -> RunLog:
        """Read the engine's events; a run that ended before its first one has none."""
        begun = list(_steps(path, "resourcePreEvent"))
        failed = list(_steps(path, "resOpFailedEvent"))
        return cls(
            changed=any(step["op"] not in _HARMLESS and _is_real(step) for step in begun),
            failed_creates=tuple(Resource.of(step["new"]) for step in failed if step["op"].startswith("create")),
        )


def _steps(path: Path, kind: str) -> Iterator[Mapping[str, Any]]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue  # the engine was killed while it wrote its last line
        if kind in event and not event[kind].get("planning"):
            yield event[kind]["metadata"]


def _is_real(step: Mapping[str, Any]) -> bool:
    return Resource.of(step.get("new") or step["old"]).custom
