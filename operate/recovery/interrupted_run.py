"""What a run leaves that died: a lock, and operations of which nobody knows how they ended.

Pulumi's plugins outlive it and may finish a call after its death, so that an object appears which the state never heard
of.
"""

from __future__ import annotations

import time

from operate.console import OperateError, say
from operate.engine.file_backend import Lock
from operate.engine.moments import seconds_since, shown
from operate.engine.stack import Stack
from operate.engine.state import State
from operate.recovery.links import take_back
from operate.recovery.orphans import remove_orphans

LINGER = 10.0
"""Seconds after the last word of a dead run in which its plugins may still finish a call."""


class StackLocked(OperateError):
    """A run is going on, or may be, which only its own host can tell."""


def clear(stack: Stack, *, links_too: bool = False) -> bool:
    """Clear what a dead run left of the stack, so that the next run starts as if it had not been.

    Args:
        stack: the stack.
        links_too: whether to take half-made links back as well. Before an update they need nothing: making one looks
            first, and takes up what is ours.

    Returns:
        Whether there was anything under way. What stands may differ from the state then: a refresh is needed.

    Raises:
        StackLocked: another run holds the stack.
        AwsError, OnboardingError, OperateError: something could not be removed; the next call tries it again.
    """
    lift_locks(stack)
    state = stack.state()
    if not state.operations:
        return False
    names = ", ".join(operation.resource.title for operation in state.operations)
    say(f"an earlier run died and left open: {names}")
    _wait_for_plugins(state)
    begun = [operation.resource for operation in state.operations if operation.kind == "creating"]
    remove_orphans(stack, begun, known=state, marks=state.marks, since=state.since)
    if links_too:
        take_back(stack, begun, state)
    stack.replace_state(state.without_operations())
    return True


def lift_locks(stack: Stack) -> bool:
    """Lift the locks of dead runs. Only a folder says whose they are; on other backends Pulumi's own words must do.

    Returns:
        Whether there was one.

    Raises:
        StackLocked: a run holds the stack that is not known to be dead.
    """
    for path in stack.mend_backend():
        say(f"removed {path.name}, which a killed run left empty")
    if stack.backend is None:
        return False
    locks = stack.backend.locks()
    for lock in locks:
        if lock is not None and not lock.is_dead:
            raise StackLocked(_who_holds(stack, lock))
    if locks:
        pids = ", ".join(str(lock.pid) for lock in locks if lock is not None)
        say(f"lifting the lock of a dead run (pid {pids or 'unknown'})")
        stack.pulumi.ask("cancel", "--yes")
    return bool(locks)


def _who_holds(stack: Stack, lock: Lock) -> str:
    who = f"stack {stack.name} is locked by {lock.user}@{lock.host} (pid {lock.pid}) since {shown(lock.since)}"
    if lock.is_of_this_host:
        return f"{who}, and that process runs: wait for it to end, or stop it by Ctrl-C there"
    return (
        f"{who}, which only that host can tell the state of: wait for it to end, or, once it is dead for sure, run "
        f"`{stack.pulumi.shown('pulumi cancel')}`"
    )


def _wait_for_plugins(state: State) -> None:
    if state.written is None:
        return
    patience = min(LINGER, LINGER - seconds_since(state.written))
    if patience > 0:
        say(f"waiting {patience:.0f} s for calls that it may have under way")
        time.sleep(patience)
