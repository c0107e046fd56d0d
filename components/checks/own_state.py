"""What Pulumi's state of this stack holds when a run begins, as the engine tells the program, in previews too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pulumi

from components.checks.stacks import StackIds, managed_among

# What `listResourceOutputs` of Pulumi's Node.js SDK calls; the Python SDK has no function for it.
_STATE_FUNCTION = "pulumi:pulumi:readStackResourceOutputs"

Held = Mapping[str, Mapping[str, Any]]
"""What a state holds: the outputs of each resource by URN. The id is among those of AWS's, not of dynamic ones."""


def managed_stacks() -> StackIds | None:
    """Return the ids of Trend's CloudFormation stacks in the state; None where the engine does not show it."""
    held = in_state()
    return None if held is None else managed_among({urn: str(outputs.get("id", "")) for urn, outputs in held.items()})


def in_state() -> Held | None:
    """Return what the state held as the run began; None where the engine does not show it."""
    return _told_by(pulumi.runtime.settings.get_monitor())


@lru_cache(maxsize=1)
def _told_by(_engine: Any) -> Held | None:
    """Ask the engine of a run, once: preflight and the gate before adoption both want to know."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    try:
        reply = pulumi.runtime.invoke(_STATE_FUNCTION, {"stackName": name}).value
    except Exception as error:
        if type(error) is not Exception:  # what the SDK raises for an invoke that failed is a plain Exception
            raise
        return None
    return {urn: each["outputs"] for urn, each in (reply or {}).get("outputs", {}).items()}
