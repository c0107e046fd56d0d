"""Objects in AWS that a run made and the state never heard of: they are found by name, and ours by the owner's tag."""

from __future__ import annotations

from collections.abc import Iterable

from components.aws.tags import OWNER_TAG
from operate.console import say
from operate.engine.stack import Stack
from operate.engine.state import Resource, State
from operate.recovery.aws_objects import aws_object


def remove_orphans(stack: Stack, doubtful: Iterable[Resource], state: State) -> None:
    """Remove what was made of some resources, unless the state knows it or it is not ours.

    Args:
        stack: whose they would be.
        doubtful: resources that a run was about to make, or that are in the stack no more.
        state: what is there by right.

    Raises:
        AwsError, OperateError: AWS refuses, or cannot be asked.
    """
    known = {(resource.type, resource.id) for resource in state.resources}
    for resource in doubtful:
        if not resource.type.startswith("aws:"):
            continue
        found = aws_object(stack.aws, resource, stack.aws.region)
        live = found.find() if found else None
        if found is None or live is None or (resource.type, live.id) in known:
            continue
        if live.tags.get(OWNER_TAG) != stack.owner:
            say(f"left {resource.title} alone: it does not carry the tag {OWNER_TAG} of this stack")
        elif kept_because := found.remove(live):
            say(f"kept {resource.title}: {kept_because}")
        else:
            say(f"removed {resource.title}, which was left behind")
