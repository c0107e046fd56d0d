"""Objects in AWS that a run created and the state never heard of: found by name, told from all others by the mark of
the deployment and by when they were created.

A reply that was lost leaves one behind. A name that is taken already does not make one: somebody else took it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from components.aws.tags import DEPLOYMENT_TAG
from operate.console import say
from operate.engine.moments import seconds_since
from operate.engine.stack import Stack
from operate.engine.state import Resource, State
from operate.recovery.aws_object import Live
from operate.recovery.aws_objects import aws_object

_WHOLE_SECONDS = 2.0
"""Seconds by which an object may seem older than it is: AWS and the clock of its replies count in whole ones."""


def remove_orphans(
    stack: Stack, doubtful: Iterable[Resource], *, known: State, marks: Collection[str], since: datetime | None
) -> None:
    """Remove what was created of some resources, unless the state knows it or it is not of the runs in question.

    Args:
        stack: whose they would be.
        doubtful: resources that a run was about to create, or that are in the stack no more.
        known: what is there by right.
        marks: of the stack's deployment.
        since: when the first of the runs began; None where that is not known, and nothing is removed then.

    Raises:
        AwsError, OperateError: AWS refuses, or cannot be asked.
    """
    by_right = {(resource.type, resource.id) for resource in known.resources}
    for resource in doubtful:
        if not resource.type.startswith("aws:"):
            continue
        found = aws_object(stack.aws, resource, stack.aws.region)
        live = found.find() if found else None
        if found is None or live is None or (resource.type, live.id) in by_right:
            continue
        if live.tags.get(DEPLOYMENT_TAG) not in marks:
            say(f"left {resource.title} alone: it does not carry the tag {DEPLOYMENT_TAG} of this deployment")
        elif since is None or not _was_created_since(since, live):
            say(f"left {resource.title} alone: it was created before the run")
        elif kept_because := found.remove(live):
            say(f"kept {resource.title}: {kept_because}")
        else:
            say(f"removed {resource.title}, which was left behind")


def _was_created_since(moment: datetime, live: Live) -> bool:
    return live.age is None or live.age < seconds_since(moment) + _WHOLE_SECONDS
