"""What is written from the declarations of `fleet.yaml`'s parts: its schema for editors, and the table of its keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fleet.file.configuration import Fleet


def schema() -> str:
    """Return the JSON schema of `fleet.yaml`."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fleet.yaml",
        "description": "Many accounts from one file: docs/fleet.md",
        **{name: part for name, part in _schema().items() if name not in ("title", "description")},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def keys() -> str:
    """Return the table of the keys."""
    return "\n".join(["| key | default | meaning |", "| --- | --- | --- |", *_rows(_schema(), _schema()["$defs"], "")])


def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = _without_titles(Fleet.model_json_schema(by_alias=True))
    return schema


def _without_titles(part: Any) -> Any:
    """Return a schema without the names of the classes and fields, which say nothing to an editor's user."""
    if isinstance(part, dict):
        kept = {name: each for name, each in part.items() if name != "title" or not isinstance(each, str)}
        return {name: _without_titles(each) for name, each in kept.items()}
    return [_without_titles(each) for each in part] if isinstance(part, list) else part


def _rows(model: dict[str, Any], models: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, part in model["properties"].items():
        inner = next((models[each] for each in _references(part)), None)
        path = f"{prefix}{name}[]" if inner and part.get("type") == "array" else f"{prefix}{name}"
        meaning = part.get("description") or (inner or {})["description"]
        yield f"| `{path}` | {_default(name, model, part, is_group=inner is not None)} | {meaning} |"
        if inner:
            yield from _rows(inner, models, f"{path}.")


def _default(name: str, model: dict[str, Any], part: dict[str, Any], *, is_group: bool) -> str:
    if name in model.get("required", []):
        return "required"
    if is_group:
        return ""
    return "none" if part["default"] in (None, {}, []) else f"`{json.dumps(part['default'])}`"


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield str(part["$ref"]).rpartition("/")[2]
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)
