"""Contradictions between parts of `fleet.yaml`. They are judged on raw content, so that no mistake hides another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleet.file.document import PlaceInFile

Problem = tuple[PlaceInFile, str]

TENANT = "tenant"
"""The wave of the tenant's stack: without it nothing else begins."""


def problems(content: Any) -> Iterator[Problem]:
    """Yield where parts contradict each other. Wrong types are the model's to report.

    Args:
        content: of the file, of any shape.
    """
    fleet = _object(content)
    if "source" in fleet:
        yield from _source(fleet["source"])
    for index, override in enumerate(_list(fleet.get("overrides"))):
        if isinstance(override, dict) and not any(override.get(name) for name in ("accounts", "units", "tags")):
            reason = "matches every account: name accounts, units or tags, or use the `settings` of the fleet"
            yield ("overrides", index), reason
    if "waves" in fleet:
        yield from _waves(_list(fleet["waves"]))


def _source(source: Any) -> Iterator[Problem]:
    if isinstance(source, dict) and len({"organizations", "file"} & source.keys()) != 1:
        yield ("source",), "takes one of `organizations` and `file`"
    organizations = _object(_object(source).get("organizations"))
    if organizations.get("nested") is False and not organizations.get("units"):
        yield ("source", "organizations", "nested"), "needs `units`: name some, or remove it"


def _waves(waves: list[Any]) -> Iterator[Problem]:
    names = [_object(wave).get("name") for wave in waves]
    sized = [bool({"count", "percent"} & _object(wave).keys()) for wave in waves]
    for index, wave in enumerate(waves):
        if {"count", "percent"} <= _object(wave).keys():
            yield ("waves", index), "has both `count` and `percent`: remove one"
        elif not sized[index] and index < len(waves) - 1:
            yield ("waves", index), "takes the rest, which only the last may: give it `count` or `percent`"
        if names[index] == TENANT:
            yield ("waves", index, "name"), f"'{TENANT}' is the wave of the tenant's stack: rename this one"
        if names[index] is not None and names[index] in names[:index]:
            yield ("waves", index, "name"), f"'{names[index]}' is the name of another wave, too: rename one"
    if not waves or sized[-1]:
        yield ("waves",), "do not end with one that takes the rest: add `{name: rest}`"


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
