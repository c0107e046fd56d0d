"""`pulumi up` and `pulumi destroy` with what belongs before and after them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from operate.console import say, worded
from operate.doctor.diagnosis import before_deployment
from operate.engine.flags import Flags
from operate.engine.pulumi_cli import Pulumi
from operate.engine.run_log import RunLog
from operate.engine.stack import Stack
from operate.recovery import interrupted_run
from operate.recovery.revert import Plan, RevertFailed, revert

_REFUSED = 1
_KILLED = 128
"""Exit codes above are of commands that a signal ended."""


def up(arguments: Sequence[str]) -> int:
    """Clear what a dead run left, look for what stands in the way, update the stack, and revert an update that fails
    after it began to change things.

    Args:
        arguments: the flags of `pulumi up`.

    Returns:
        The update's exit code, reverted or not; 1 where something stands in the way, and nothing was started.

    Raises:
        OperateError, AwsError: it could not be cleared; nothing was started.
    """
    stack = Stack(Pulumi(Flags.among(arguments)))
    refresh = _refresh_after(interrupted_run.clear(stack))
    if not _may_begin(stack):
        return _REFUSED
    earlier = stack.runs()
    with tempfile.TemporaryDirectory(prefix="operate-") as folder:
        log = Path(folder, "events.jsonl")
        ended = stack.pulumi.run("up", *arguments, *refresh, event_log=str(log))
        tried = RunLog.read(log)
    if ended.code == 0 or not (tried.changed or ended.code > _KILLED):
        return ended.code
    runs = stack.runs()
    if len(runs) > len(earlier) and runs[0].succeeded:
        return ended.code  # it did what it should; `--expect-no-changes` has a code of its own
    say(f"the update failed (exit code {ended.code})")
    try:
        plan = Plan.of(stack)
        plan.announce(stack)
        revert(stack, plan, tried.failed_creates)
    except RevertFailed as error:
        say(worded(error))
    return ended.code


def destroy(arguments: Sequence[str]) -> int:
    """Clear what a dead run left, its half-made links included, and destroy the stack.

    Args:
        arguments: the flags of `pulumi destroy`.

    Returns:
        Its exit code.

    Raises:
        OperateError, AwsError, OnboardingError: it could not be cleared; nothing was started.
    """
    stack = Stack(Pulumi(Flags.among(arguments)))
    refresh = _refresh_after(interrupted_run.clear(stack, links_too=True))
    return stack.pulumi.run("destroy", *arguments, *refresh).code


def _may_begin(stack: Stack) -> bool:
    """Look for what stands in the way, and say what does; where nothing does, say what nobody could tell."""
    found = before_deployment(stack)
    for line in found.lines():
        say(line)
    if found.failed:
        say("nothing was started; put it right and run it again (`python -m operate doctor` shows all checks)")
    else:
        say(f"nothing stands in the way ({len(found.findings)} checks)")
    return not found.failed


def _refresh_after(a_dead_run: bool) -> list[str]:
    """Return the flag that lets a run see what became of the calls that a dead one had under way."""
    return ["--refresh"] if a_dead_run else []
