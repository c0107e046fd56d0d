"""The table of docs/settings.md, made from Pulumi.yaml: `make docs` writes it, a test compares it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "settings.md"
BEGIN, END = "<!-- settings: made from Pulumi.yaml by `make docs` -->", "<!-- /settings -->"


def page(text: str, project: dict[str, Any]) -> str:
    """Return the page with its table made anew; the rest is left as it is."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, *_table(project["config"]), END + after])


def _table(settings: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield "| setting | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, setting in settings.items():
        type_ = "secret string" if setting.get("secret") else setting["type"]
        default = setting["default"]
        shown = "none" if default == "" else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        yield f"| `{name}` | {type_} | {shown} | {' '.join(setting['description'].split())} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(), yaml.safe_load((ROOT / "Pulumi.yaml").read_text())))
