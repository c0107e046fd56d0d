"""How a stack stands after an update, as Markdown for the summary of a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from operate.engine import history
from operate.engine.moments import shown
from operate.engine.stack import Stack

_HEALTH = "health"


def summary(stack: Stack) -> str:
    """Return the page: the last run that was meant to change something, the health, the outputs.

    Raises:
        PulumiError: the stack cannot be read.
    """
    # Without `--show-secrets`, a secret among the outputs would read `[secret]`.
    outputs: Mapping[str, Any] = stack.pulumi.ask_json("stack", "output", "--json")
    run = history.last_change(stack.runs())
    parts = [f"### `{stack.owner}`"]
    if run is not None:
        parts.append(f"Last {run.kind}: {shown(run.ended)}, **{'succeeded' if run.succeeded else 'failed'}**")
    if _HEALTH in outputs:
        parts.append(f"#### Health\n\n```json\n{_pretty(outputs[_HEALTH])}\n```")
    rows = [f"| {name} | `{value}` |" for name, value in outputs.items() if name != _HEALTH]
    if rows:
        parts.append("\n".join(["| output | value |", "| --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def _pretty(health: Any) -> str:
    """Return the health, a JSON document as text, with line breaks."""
    return json.dumps(json.loads(health) if isinstance(health, str) else health, indent=2)
