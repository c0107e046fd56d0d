"""What a run leaves that was killed: a lock, and operations of which nobody knows how they ended.

Pulumi's plugins outlive it until they have finished their calls: an object may appear which the state never heard of.
Whose a lock is, the CLI alone knows on most backends, and only in words: the operator says that it may be lifted.
"""

from __future__ import annotations

import time

from components.aws.clients import AwsClients
from components.aws.errors import AwsError
from components.resources.notification_provider import BucketInputs, bucket_of, record_of
from operate.console import OperateError, say
from operate.engine.moments import seconds_since
from operate.engine.pulumi_cli import PulumiError
from operate.engine.stack import Stack
from operate.engine.state import DYNAMIC, ROOT, State
from operate.recovery.links import roll_back
from operate.recovery.orphans import remove_orphans

LINGER = 10.0
"""Seconds after the last word of a killed run in which its plugins may still finish a call."""


class StackLocked(OperateError):
    """A run is going on, or may be."""


def lift_lock(stack: Stack) -> None:
    """Lift the stale lock of a run that was interrupted."""
    say("lifting the lock of the interrupted run")
    stack.pulumi.ask("cancel", "--yes")


def clear(stack: Stack, *, links_too: bool = False) -> bool:
    """Clear what an interrupted run left in AWS and at Trend. Its operations stay in the state until another begins.

    Args:
        stack: the stack.
        links_too: whether to roll half-made links back as well. Before an update they need nothing: creating one looks
            first, and takes up what this stack manages.

    Returns:
        Whether there was anything under way. What exists may differ from the state then: a refresh is needed.

    Raises:
        StackLocked: another run holds the stack.
        AwsError, OnboardingError, OperateError: something could not be removed; the next call tries it again.
    """
    as_it_was_left = stack.state()
    if not as_it_was_left.operations:
        return False
    if refusal := refusal_of_lock(stack, as_it_was_left):
        raise StackLocked(
            f"stack {stack.name} is locked by a run that is interrupted or goes on still: {refusal}. Wait for it to "
            "end; where it no longer runs for sure, run this again with `--break-lock`"
        )
    _wait_for_plugins(as_it_was_left)
    state = stack.state()
    names = ", ".join(operation.resource.title for operation in state.operations)
    say(f"an earlier run was interrupted; pending operations: {names}")
    pending = [operation.resource for operation in state.operations if operation.kind == "creating"]
    remove_orphans(stack, pending, known=state, marks=state.marks, since=state.since)
    if links_too:
        roll_back(stack, pending, state)
    return True


def forget_operations(stack: Stack) -> None:
    """Take the open operations out of the state: Pulumi would warn of them for ever."""
    stack.replace_state(stack.state().without_operations())


def forget_needless_record(aws: AwsClients, state: State) -> None:
    """Remove the record of existing notifications that a killed deletion left, where all that it names is there.

    The run was killed between the record and the deletion that it is for: there is nothing to restore, and no update
    has a reason to look. Where it cannot be removed, that is said; the next deletion writes it anew.
    """
    for merge in state.resources:
        if merge.type != f"{DYNAMIC}NotificationMerge":
            continue
        inputs = BucketInputs.of(merge.inputs)
        record = record_of(inputs, aws)
        try:
            recorded, live = record.read(), bucket_of(inputs, aws).read()
            if recorded and live is not None and not live.missing(recorded):
                record.remove()
                say(f"removed the record of notifications that the interrupted run left ({record.path}): all are there")
        except AwsError as error:
            say(f"a record of notifications that the interrupted run left ({record.path}) may stay: {error}")


def refusal_of_lock(stack: Stack, state: State) -> PulumiError | None:
    """Take the stack's lock once, and return what the CLI says where a run holds it: the one way each backend has.

    A refresh of the root, which is nothing but a name, changes nothing; nor does one of a stack without resources.
    """
    target = [argument for each in state.resources if each.type == ROOT for argument in ("--target", each.urn)]
    try:
        stack.pulumi.ask("refresh", *target, "--yes", "--skip-preview", *stack.pulumi.configured())
    except PulumiError as error:
        return error
    return None


def _wait_for_plugins(state: State) -> None:
    if state.written is None:
        return
    patience = min(LINGER, LINGER - seconds_since(state.written))
    if patience > 0:
        say(f"waiting {patience:.0f} s for calls that it may have under way")
        time.sleep(patience)
