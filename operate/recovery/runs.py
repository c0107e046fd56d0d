"""`pulumi up` and `pulumi destroy` with what belongs before and after them, and the way back from a run that failed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from operate.console import ONE_LINE_ERRORS, OperateError, confirm, say, worded
from operate.doctor.diagnosis import Diagnosis, before_deployment, require_known
from operate.engine.moments import now
from operate.engine.run_log import RunLog
from operate.engine.stack import Stack
from operate.engine.state import State
from operate.recovery import interrupted_run, reverting
from operate.recovery.reverting import Target

_REFUSED = 1


@dataclass(frozen=True)
class UpdateResult:
    """How an update ended.

    Attributes:
        code: its exit code, reverted or not; 1 where something stands in the way, and nothing was started.
        found: what was looked at before it.
        tried: what it tried; None where nothing was started.
    """

    code: int
    found: Diagnosis
    tried: RunLog | None = None


def update(
    stack: Stack,
    arguments: Sequence[str],
    *,
    reverts: bool = True,
    accepted: Sequence[str] = (),
    break_lock: bool = False,
) -> UpdateResult:
    """Clear what an interrupted run left, look for what stands in the way, update the stack, and revert an update that
    fails after it began to change things.

    Args:
        stack: the stack.
        arguments: the flags of `pulumi up`.
        reverts: whether to; a failed update is left as it is otherwise.
        accepted: checks that do not stand in the way although they fail.
        break_lock: whether the operator says that the run is dead which holds the stack's lock.

    Raises:
        OperateError, AwsError: it could not be cleared, or there is no such check; nothing was started.
    """
    require_known(stack, accepted)
    if break_lock:
        interrupted_run.lift_lock(stack)
    was_interrupted = interrupted_run.clear(stack)
    found = before_deployment(stack, accepted)
    if not _may_begin(found):
        return UpdateResult(_REFUSED, found)
    refresh = _forget_operations(stack) if was_interrupted else []
    before, began = stack.state(), now()
    with tempfile.TemporaryDirectory(prefix="operate-") as folder:
        log = Path(folder, "events.jsonl")
        ended = stack.pulumi.run("up", *arguments, *refresh, event_log=str(log))
        tried = RunLog.read(log)
    done = UpdateResult(ended.code, found, tried)
    if was_interrupted and tried.succeeded:
        interrupted_run.forget_needless_record(stack.aws, stack.state())
    if tried.succeeded or not (tried.changed or ended.killed):
        return done
    say(f"the update {'was killed' if ended.killed else 'failed'} (exit code {ended.code})")
    if before.outputs:
        say("the outputs that Pulumi shows with `-` are still there: `pulumi stack output` shows them")
    if not reverts:
        say(f"it is left as it is; `{stack.pulumi.format_command('python -m operate revert')}` reverts it")
        return done
    try:
        target = reverting.target_of(stack, before)
        reverting.announce(stack, target)
        _confirm_losses(stack, target, before)
        if ended.killed and tried.changed:
            interrupted_run.lift_lock(stack)  # its own: it held the stack when it began to change things
        reverting.revert(stack, target, tried.failed_creates, began=began)
    except ONE_LINE_ERRORS as error:
        say(worded(error))
    return done


def revert(stack: Stack, *, confirmed: bool, break_lock: bool = False) -> None:
    """Revert a run that failed or was killed earlier.

    Args:
        stack: the stack.
        confirmed: whether the operator need not be asked.
        break_lock: whether the operator says that the run is dead which holds the stack's lock.

    Raises:
        OperateError, AwsError, OnboardingError: it is not reverted.
    """
    if break_lock:
        interrupted_run.lift_lock(stack)
    if not reverting.is_needed(stack):
        say(f"nothing to revert: the last run of stack {stack.name} succeeded")
        return
    before = stack.state()
    target = reverting.target_of(stack, before)
    reverting.announce(stack, target)
    if not confirmed:
        _say_losses(reverting.endangered(stack, target, before))
        _confirm(stack)
    reverting.revert(stack, target)


def destroy(
    stack: Stack, arguments: Sequence[str], *, break_lock: bool = False, event_log: str = ""
) -> tuple[int, State]:
    """Clear what an interrupted run left, its half-made links included, and destroy the stack.

    Args:
        stack: the stack.
        arguments: the flags of `pulumi destroy`.
        break_lock: whether the operator says that the run is dead which holds the stack's lock.
        event_log: file that takes the engine's events; empty for none.

    Returns:
        Its exit code, and the state before it: afterwards no backend but Pulumi Cloud has that.

    Raises:
        OperateError, AwsError, OnboardingError: it could not be cleared; nothing was started.
    """
    if break_lock:
        interrupted_run.lift_lock(stack)
    was_interrupted = interrupted_run.clear(stack, links_too=True)
    refresh = _forget_operations(stack) if was_interrupted else []
    before = stack.state()
    return stack.pulumi.run("destroy", *arguments, *refresh, event_log=event_log).code, before


def _may_begin(found: Diagnosis) -> bool:
    """Say what stands in the way; where nothing does, say what nobody could tell."""
    for line in found.lines():
        say(line)
    if found.failed:
        say(
            "nothing was started; put it right and run it again (`python -m operate doctor` shows all checks), or go "
            "on past a check with --accept '<check>'"
        )
    else:
        say(f"nothing stands in the way ({len(found.findings)} checks)")
    return not found.failed


def _confirm_losses(stack: Stack, target: Target, before: State) -> None:
    """Ask before what an update that succeeded created is lost. That the update was confirmed is no answer to that."""
    if losses := reverting.endangered(stack, target, before):
        _say_losses(losses)
        _confirm(stack)


def _say_losses(losses: Sequence[str]) -> None:
    if losses:
        say("reverting loses what an earlier update created:")
    for loss in losses:
        say(f"  {loss}")


def _confirm(stack: Stack) -> None:
    if stack.pulumi.flags.non_interactive or not confirm("Revert?"):
        again = stack.pulumi.format_command("python -m operate revert --yes")
        raise OperateError(f"stack {stack.name} is not reverted, since nobody said yes to it: `{again}` does it")


def _forget_operations(stack: Stack) -> list[str]:
    """Take open operations out of the state, and return the flag that lets a run see what became of them."""
    interrupted_run.forget_operations(stack)
    return ["--refresh"]
