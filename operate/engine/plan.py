"""What a preview would do, from the events that the engine wrote while it ran."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from operate.engine.state import DYNAMIC

# Steps that a reader counts: a replacement has one of these and two more for its halves.
Kind = Literal["create", "update", "replace", "delete"]
_COUNTED = get_args(Kind)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_ABSENT = object()


@dataclass(frozen=True)
class Property:
    """A property that changes.

    Attributes:
        path: such as `tags.team`.
        before, after: how it reads; None where there is nothing.
    """

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Change:
    """What becomes of one resource.

    Attributes:
        kind: `create`, `update`, `replace` or `delete`.
        urn: Pulumi's name of it.
        type: of it, for example `aws:iam/role:Role`.
        id: of what stands; empty for what is created.
        kept: whether what stands outlives its removal from the stack.
        causes: properties that force a replacement.
        properties: those that change.
    """

    kind: Kind
    urn: str
    type: str
    id: str
    kept: bool
    causes: tuple[str, ...]
    properties: tuple[Property, ...]

    @property
    def name(self) -> str:
        """Its logical name, for example `workload-security`."""
        return self.urn.rpartition("::")[2]

    @property
    def resource(self) -> str:
        """Type and name as Pulumi shows them, for example `aws:iam:Role workload-security`."""
        return f"{shown_type(self.type)} {self.name}"


@dataclass(frozen=True)
class Planned:
    """What a preview found.

    Attributes:
        changes: in the order of the engine's steps.
        errors, warnings: what the program, the providers and the engine said.
    """

    changes: tuple[Change, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Planned:
        """Read the events of a preview; one that ended before its first event has none."""
        events = list(_events(path))
        steps = [event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event]
        diagnostics = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        # A replacement that another one forces has no reason of its own; the half that creates says what would differ.
        causes = {step["urn"]: step.get("keys") for step in steps if step["op"] == "create-replacement"}
        return cls(
            changes=tuple(
                _change(step, causes.get(step["urn"]))
                for step in steps
                if step["op"] in _COUNTED and not _is_provider(step)
            ),
            errors=tuple(_text(each) for each in diagnostics if each["severity"] in ("error", "info#err")),
            warnings=tuple(_text(each) for each in diagnostics if each["severity"] == "warning"),
        )

    def of_kind(self, kind: Kind) -> list[Change]:
        """Return the changes of one kind."""
        return [change for change in self.changes if change.kind == kind]


def _events(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.is_file():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _is_provider(step: Mapping[str, Any]) -> bool:
    """Whether it is about the configuration of a plugin, which stands nowhere."""
    return str(step["type"]).startswith("pulumi:providers:")


def _text(diagnostic: Mapping[str, Any]) -> str:
    return str(diagnostic["message"]).strip().removeprefix("error: ").removeprefix("warning: ")


def _change(step: Mapping[str, Any], causes: Sequence[str] | None) -> Change:
    old = step.get("old") or {}
    return Change(
        kind=step["op"],
        urn=step["urn"],
        type=step["type"],
        id=old.get("id", ""),
        kept=bool(old.get("retainOnDelete")),
        causes=tuple(step.get("keys") or causes or ()),
        properties=tuple(_properties(step)),
    )


def shown_type(type_: str) -> str:
    """Return a type as Pulumi shows it: `aws:iam/role:Role` is `aws:iam:Role`."""
    if type_.startswith(DYNAMIC):
        return "trend:" + type_.removeprefix(DYNAMIC)
    package, module, name = type_.split(":")
    return f"{package}:{module.partition('/')[0]}:{name}"


def _properties(step: Mapping[str, Any]) -> Iterator[Property]:
    old, new = step.get("old") or {}, step.get("new") or {}
    for path, difference in (step.get("detailedDiff") or {}).items():
        if path.partition(".")[0] in ("tagsAll", "__provider"):
            continue  # the first repeats `tags`, the second is how Pulumi finds the provider's class
        before = old.get("inputs" if difference["inputDiff"] else "outputs") or {}
        yield Property(path, _format_value(_at(before, path)), _format_value(_at(new.get("inputs") or {}, path)))


def _at(value: Any, path: str) -> Any:
    """Return what stands at a path such as `rules[0].status` or `tags["a:b"]`."""
    for key, index, quoted in re.findall(r'([^.\[\]"]+)(?=$|[.\[])|\[(\d+)\]|\["([^"]*)"\]', path):
        if index:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else _ABSENT
        else:
            value = value.get(key or quoted, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value


def _format_value(value: Any) -> str | None:
    if value is _ABSENT or value is None:
        return None
    if value == _UNKNOWN:
        return "known after the update"
    if isinstance(value, dict) and _SIGNATURE in value:
        return "[secret]"
    return value if isinstance(value, str) else json.dumps(value)
