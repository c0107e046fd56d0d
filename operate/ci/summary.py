"""How a stack stands after an update, as Markdown for the summary of a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.checks.deployed import Health
from components.checks.findings import Finding
from operate.engine import history
from operate.engine.moments import format_moment
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
        parts.append(f"Last {run.kind}: {format_moment(run.ended)}, **{'succeeded' if run.succeeded else 'failed'}**")
    if _HEALTH in outputs:
        health = Health.of(outputs[_HEALTH])
        parts.append(f"#### Health: {health.verdict}")
        parts.append("\n".join(map(_line, health.findings)))
    rows = [f"| {name} | `{value}` |" for name, value in outputs.items() if name != _HEALTH]
    if rows:
        parts.append("\n".join(["| output | value |", "| --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def _line(finding: Finding) -> str:
    verdict = "ok" if finding.verdict == "ok" else f"**{finding.verdict}**: {finding}"
    return f"- {finding.subject}: {verdict}"
