"""Taking a failed run back: to the configuration of the last update that worked, or to nothing where there was none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from components.aws.errors import AwsError
from components.resources.base import OnboardingError
from operate.console import OperateError, say, worded
from operate.engine import history, stack_file
from operate.engine.history import Run
from operate.engine.moments import shown
from operate.engine.stack import Stack
from operate.engine.state import Resource, State
from operate.recovery import interrupted_run
from operate.recovery.links import take_back
from operate.recovery.orphans import remove_orphans

_ATTEMPTS = 2
"""The second is for what passes with time: a service that had a fault, a role that IAM had not spread yet."""


class RevertFailed(OperateError):
    """Something of the failed run is left; it was said what."""


@dataclass(frozen=True)
class Plan:
    """What a stack is reverted to.

    Attributes:
        target: the update whose configuration is applied again; None for nothing.
        differences: a line for each setting that differs from those of now.
    """

    target: Run | None
    differences: tuple[str, ...] = ()

    @classmethod
    def of(cls, stack: Stack) -> Plan:
        """Look for the last update that worked."""
        target = history.last_good(stack.runs())
        if target is None:
            return cls(None)
        return cls(target, tuple(stack_file.differences(target.configuration, stack.configuration())))

    def announce(self, stack: Stack) -> None:
        """Say what is going to be done."""
        if self.target is None:
            say(f"reverting stack {stack.name} to nothing: no update of it has worked yet")
            return
        message = f" ({self.target.message})" if self.target.message else ""
        say(f"reverting stack {stack.name} to the update of {shown(self.target.ended)}{message}")
        for line in self.differences:
            say(f"  {line}")


def is_needed(stack: Stack) -> bool:
    """Whether the last run failed or died, as far as Pulumi knows.

    A run that was killed has no entry in the history. The state was written after the newest entry then.
    """
    state, runs = stack.state(), stack.runs()
    last = history.last_change(runs)
    if state.operations:
        return True
    if last is None:
        return bool(state.resources)
    # The history counts in whole seconds, and a run writes the state before its entry.
    written_since = state.written is not None and (state.written - runs[0].ended).total_seconds() > 2
    return not last.succeeded or written_since


def revert(stack: Stack, plan: Plan, doubtful: Sequence[Resource] = ()) -> None:
    """Bring everything back to what the plan says.

    Args:
        stack: the stack.
        plan: where to.
        doubtful: resources that the failed run could not make, as far as it knows.

    Raises:
        RevertFailed: something is left; it was said what, and how to go on.
    """
    try:
        interrupted_run.clear(stack, links_too=True)
        before = stack.state()
        remove_orphans(stack, doubtful, before)
        take_back(stack, doubtful, before)
        back = _to_nothing(stack, before) if plan.target is None else _to_update(stack, plan.target)
        if back:
            after = stack.state()
            remove_orphans(stack, _left_behind(before, after), after)
    except (OperateError, AwsError, OnboardingError) as error:
        say(worded(error))
        back = False
    if not back:
        raise _what_is_left(stack, plan)
    if plan.differences:
        say(f"{stack.settings_file.name} was left alone, so the next `pulumi up` tries these changes again:")
        for line in plan.differences:
            say(f"  {line}")
    say(f"reverted stack {stack.name}")


def _to_nothing(stack: Stack, state: State) -> bool:
    """Remove all that stands, as far as the state knows."""
    if not state.resources:
        return True
    return _run(stack, "destroy", "--refresh", *stack.pulumi.configured())


def _to_update(stack: Stack, target: Run) -> bool:
    """Apply the configuration of an update again. A change that failed half-way shows in a refresh alone."""
    with stack_file.of_earlier_run(stack.settings_file, target.configuration, stack.configuration()) as file:
        message = f"Reverted to the update of {shown(target.ended)}"
        # The program is run for the refresh too: a plain one works with the settings that the failed run left.
        refresh = ("--refresh", "--run-program")
        return _run(stack, "up", *refresh, "--config-file", str(file), "--message", message)


def _run(stack: Stack, *arguments: str) -> bool:
    asked = ["--non-interactive"] if stack.pulumi.flags.non_interactive else []
    for _ in range(_ATTEMPTS):
        ended = stack.pulumi.run(*arguments, "--yes", "--skip-preview", *asked)
        if ended.code == 0 or ended.interrupted:
            break
    return ended.code == 0


def _left_behind(before: State, after: State) -> list[Resource]:
    """Return what the failed run made and its removal from the stack did not remove, such as a new trail's bucket."""
    still = {(resource.type, resource.id) for resource in after.resources}
    return [each for each in before.real() if each.retained and (each.type, each.id) not in still]


def _what_is_left(stack: Stack, plan: Plan) -> RevertFailed:
    """Say what stands and how to go on."""
    state = stack.state()
    titles = sorted(each.title for each in state.real() if not (each.only_asks or each.is_part))
    if plan.target is None and titles:
        say("these are left:")
        for title in titles:
            say(f"  {title}")
    for operation in state.operations:
        say(f"  {operation.resource.title}: Pulumi was stopped while {operation.kind} it")
    again = stack.pulumi.shown("python -m operate revert")
    return RevertFailed(f"stack {stack.name} is not reverted: put right what the errors say, then run `{again}`")
