"""What is written from the declarations of the settings: `make docs` writes it, a test compares it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from components.settings.model import SETTINGS
from components.settings.setting import Setting
from tests import fleet_page

ROOT = Path(__file__).resolve().parents[1]


def project_configuration() -> str:
    """Return the settings as Pulumi.yaml declares them.

    Without a `type`: the engine's own error about a value of another one would hide all other mistakes.
    """

    def declaration(setting: Setting[Any]) -> dict[str, Any]:
        secret = {"secret": True} if setting.secret else {}
        return {**secret, "default": setting.pulumi_default, "description": setting.meaning}

    declared = {"config": {setting.name: declaration(setting) for setting in SETTINGS}}
    return yaml.safe_dump(declared, sort_keys=False, width=110).removeprefix("config:\n").rstrip("\n")


def table() -> str:
    """Return the table of what the settings are."""
    return "\n".join(_table())


def effects() -> str:
    """Return the table of what an `up` does when a setting changes."""
    rows = [f"| {change} | {does} | {why} |" for change, does, why in changes()]
    return "\n".join(["| setting | what `up` does | why |", "| --- | --- | --- |", *rows])


def changes() -> Iterator[tuple[str, str, str]]:
    """Yield each change of a setting, what an `up` does then, and why."""
    for setting in SETTINGS:
        for effect in setting.effects:
            yield f"`{setting.name}` {effect.change}".strip(), effect.does, effect.why


def _table() -> Iterator[str]:
    yield "| setting | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for setting in SETTINGS:
        default = setting.pulumi_default
        text = default if isinstance(default, str) else json.dumps(default)
        yield f"| `{setting.name}` | {setting.kind} | {f'`{text}`' if text else 'none'} | {setting.meaning} |"


# The parts of the files, by the name between their marks.
WRITTEN: dict[str, dict[str, Callable[[], str]]] = {
    "Pulumi.yaml": {"settings": project_configuration},
    "README.md": {"settings": table},
    "docs/settings.md": {"settings": table, "effects": effects},
    "docs/fleet.md": {"keys": fleet_page.keys},
}

# The files that are written as a whole.
WHOLE: dict[str, Callable[[], str]] = {"fleet/file/fleet.schema.json": fleet_page.schema}


def written(name: str) -> str:
    """Return a file with its parts written anew; the rest is left as it is."""
    text = (ROOT / name).read_text()
    for part, write in WRITTEN[name].items():
        begin, end = ("# ", "") if name.endswith(".yaml") else ("<!-- ", " -->")
        marks = (
            f"({re.escape(begin)}{part}: .*{re.escape(end)}\n)(?s:.*)(\n *{re.escape(begin)}/{part}{re.escape(end)})"
        )
        text, found = re.subn(marks, lambda match: match[1] + write() + match[2], text)  # noqa: B023
        assert found == 1, f"{name} has not one part {part}"
    return text


if __name__ == "__main__":
    for name in WRITTEN:
        (ROOT / name).write_text(written(name))
    for name, write in WHOLE.items():
        (ROOT / name).write_text(write())
