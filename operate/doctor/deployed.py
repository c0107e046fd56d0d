"""What the state says about the check after the last step: what it was told, and what it found."""

from __future__ import annotations

import json

from components.checks.assignment import Assignment, Expectation, VisionOneExpectation
from components.checks.deployed import Health
from operate.console import OperateError
from operate.engine.state import COMMAND, Resource, State


def links_no_account(state: State) -> bool:
    """Whether the stack was deployed to its end and its scope is a tenant: it has no check after the last step."""
    return state.completed is not None and all(each.type != COMMAND for each in state.resources)


def command(state: State) -> Resource:
    """Return the command of the program's last step.

    Raises:
        OperateError: the stack was never deployed to its end, or it links no AWS account.
    """
    for resource in state.resources:
        if resource.type == COMMAND:
            return resource
    if links_no_account(state):
        raise OperateError(
            "this stack links no AWS account (scope `tenant`), so that there is nothing to report of one: name the "
            "stack of an account, or see `python -m operate summary`"
        )
    raise OperateError("this stack is not deployed, or not to its end: run `pulumi up` first")


def expectation(state: State) -> Expectation | VisionOneExpectation:
    """Return what a deployed stack must hold: what its own last step was told.

    Raises:
        OperateError: the stack was never deployed to its end.
    """
    return Assignment.of(json.loads(command(state).inputs["stdin"])).expected


def last_health(state: State) -> Health:
    """Return what the last step found when it ran last.

    Raises:
        OperateError: the stack was never deployed to its end.
    """
    return Health.of(json.loads(command(state).outputs["stdout"]))
