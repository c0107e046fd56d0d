"""What a run leaves that died: a lock, and operations of which nobody knows how they ended.

Pulumi's plugins outlive it and may finish a call after its death, so that an object appears which the state never heard
of.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from operate.console import OperateError, say
from operate.file_backend import Lock
from operate.moments import seconds_since, shown
from operate.orphans import remove_orphans
from operate.stack import Stack
from operate.state import Operation, Resource, State

LINGER = 10.0
"""Seconds after the last word of a dead run in which its plugins may still finish a call."""


class StackLocked(OperateError):
    """A run is going on, or may be, which only its own host can tell."""


def clear(stack: Stack) -> tuple[Operation, ...]:
    """Clear what a dead run left of the stack, so that the next run starts as if it had not been.

    Trend's links need nothing before an update: making one looks first, and takes up what is ours.

    Returns:
        What it had under way. Where there was anything, what stands may differ from the state: a refresh is needed.

    Raises:
        StackLocked: another run holds the stack.
        AwsError, OperateError: something in AWS could not be removed.
    """
    lift_locks(stack)
    state = stack.state()
    if not state.operations:
        return ()
    names = ", ".join(operation.resource.title for operation in state.operations)
    say(f"an earlier run died and left open: {names}")
    _wait_for_plugins(state)
    remove_orphans(stack, creates(state.operations), state)
    stack.replace_state(state.without_operations())
    return state.operations


def creates(operations: Iterable[Operation]) -> list[Resource]:
    """Return what was about to be made."""
    return [operation.resource for operation in operations if operation.kind == "creating"]


def lift_locks(stack: Stack) -> bool:
    """Lift the locks of dead runs. Only a folder says whose they are; on other backends Pulumi's own words must do.

    Returns:
        Whether there was one.

    Raises:
        StackLocked: a run holds the stack that is not known to be dead.
    """
    if stack.backend is None:
        return False
    locks = stack.backend.locks()
    for lock in locks:
        if lock is not None and not lock.is_dead:
            raise StackLocked(_who_holds(stack, lock))
    for path in stack.backend.mend():
        say(f"removed {path.name}, which a killed run left empty")
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
