"""What a run tried to do, from the events that the engine wrote while it ran.

The state cannot tell: it does not show a change that failed half-way, nor an object whose creation looked failed since
its reply was lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operate.engine.state import Resource

# Steps that change nothing outside of Pulumi.
_HARMLESS = frozenset({"same", "read", "refresh", "read-discard", "discard-replaced", "read-replacement"})

_COLOR = re.compile(r"<\{%.*?%\}>")
"""How the engine marks colors in what it says."""


@dataclass(frozen=True)
class Failure:
    """Something that went wrong in a run.

    Attributes:
        type: of the resource that it happened to; empty where it was the program or the engine.
        message: in one line, as the engine has it.
    """

    type: str
    message: str

    @classmethod
    def of(cls, diagnostic: Mapping[str, Any]) -> Failure:
        """Read the engine's event."""
        type_ = str(diagnostic.get("urn", "")).rpartition("::")[0].rpartition("::")[2].rpartition("$")[2]
        return cls(type_, " ".join(_COLOR.sub("", str(diagnostic["message"])).split()).removeprefix("error: "))


@dataclass(frozen=True)
class RunLog:
    """What a run tried.

    Attributes:
        changed: whether it began a step that changes something outside of Pulumi.
        succeeded: whether it ended, and without an error. `--expect-no-changes` has an exit code of its own for that.
        failed_creates: resources that it could not create, as far as it knows.
        failures: what went wrong, in the order in which it did.
        changes: how many resources each of the engine's operations was for, as it counts them at its end.
    """

    changed: bool
    succeeded: bool
    failed_creates: tuple[Resource, ...]
    failures: tuple[Failure, ...] = ()
    changes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> RunLog:
        """Read the engine's events; a run that ended before its first one has none."""
        events = list(_events(path))
        steps = _steps(events, "resourcePreEvent")
        failed = _steps(events, "resOpFailedEvent")
        diagnostics = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        summaries = [event["summaryEvent"].get("resourceChanges") or {} for event in events if "summaryEvent" in event]
        return cls(
            changed=any(step["op"] not in _HARMLESS and _is_real(step) for step in steps),
            succeeded=any(event.get("summaryEvent", {}).get("result") == "succeeded" for event in events),
            failed_creates=tuple(Resource.of(step["new"]) for step in failed if step["op"].startswith("create")),
            failures=tuple(Failure.of(each) for each in diagnostics if each["severity"] == "error"),
            changes={op: count for summary in summaries for op, count in summary.items()},
        )


def _events(path: Path) -> Iterator[Mapping[str, Any]]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue  # the engine was killed while it wrote its last line


def _steps(events: list[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    """Return what became of resources; plans of a preview are not among them."""
    return [event[kind]["metadata"] for event in events if kind in event and not event[kind].get("planning")]


def _is_real(step: Mapping[str, Any]) -> bool:
    return Resource.of(step.get("new") or step["old"]).custom
