"""Reverting a failed run: to the settings of the update that completed last, or to nothing where none has yet."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from operate.console import ONE_LINE_ERRORS, OperateError, say, worded
from operate.engine import history, stack_file
from operate.engine.history import Run
from operate.engine.moments import format_moment
from operate.engine.plan import Planned
from operate.engine.stack import Stack
from operate.engine.state import Resource, State
from operate.recovery import interrupted_run
from operate.recovery.links import roll_back
from operate.recovery.orphans import remove_orphans

_ATTEMPTS = 2
"""The second is for what passes with time: a service that had a fault, a role that IAM had not spread yet."""

_WITH_REFRESH = ("--refresh", "--run-program")
"""The program is run for the refresh too: a plain one works with the settings that the failed run left."""


@dataclass(frozen=True)
class Nothing:
    """No update has completed since there was nothing, so that all that exists is of failed runs."""

    differences: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "nothing: no update of it has succeeded yet"


@dataclass(frozen=True)
class Update:
    """An update that completed, and the state still is its state.

    Attributes:
        run: the update, whose settings are applied again.
        differences: a line for each setting that differs from those of now.
    """

    run: Run
    differences: tuple[str, ...]

    def __str__(self) -> str:
        message = f" ({self.run.message})" if self.run.message else ""
        return f"the update of {format_moment(self.run.ended)}{message}"

    def settings(self, stack: Stack) -> AbstractContextManager[Path]:
        """Write the update's settings into a file that Pulumi takes in place of the stack's own."""
        return stack_file.of_earlier_run(stack.settings_file, self.run.configuration, stack.configuration())


Target = Nothing | Update


def target_of(stack: Stack, before: State) -> Target:
    """Determine what a failed run is reverted to. The state tells; the history only has the settings.

    Args:
        stack: the stack.
        before: its state when the run began; that of now for a run of which no earlier one is at hand, since a failed
            run leaves in it which update completed last.

    Raises:
        OperateError: it cannot be determined; nothing may be changed then.
    """
    if before.is_unfinished:
        return Nothing()
    if before.completed is None:
        raise _undecided(stack, "its state does not tell which update completed last")
    run = history.completed_at(stack.runs(), before.completed)
    if run is None:
        raise _undecided(
            stack,
            f"the update that completed at {format_moment(before.completed)} is not in the history of this backend, "
            "where its settings would be (the stack was moved here, or the history was cut)",
        )
    return Update(run, tuple(stack_file.differences(run.configuration, stack.configuration())))


def announce(stack: Stack, target: Target) -> None:
    """Say what is going to be done."""
    say(f"reverting stack {stack.name} to {target}")
    for line in target.differences:
        say(f"  {line}")


def endangered(stack: Stack, target: Target, before: State) -> list[str]:
    """Return what a revert would delete or replace although an update that succeeded created it.

    A program that was checked out since, or what was changed by hand, lets that happen.

    Raises:
        OperateError: the revert cannot be previewed; it was said why, and how to go on.
    """
    if isinstance(target, Nothing) or before.completed is None:
        return []
    created = {
        each.urn: each.title
        for each in before.real()
        if each.created and each.created <= before.completed and not (each.only_asks or each.retained)
    }
    with target.settings(stack) as file, tempfile.TemporaryDirectory(prefix="operate-") as folder:
        log = Path(folder, "events.jsonl")
        try:
            stack.pulumi.ask("preview", *_WITH_REFRESH, "--config-file", str(file), event_log=str(log))
        except OperateError as error:
            say(worded(error))
            raise _what_is_left(stack, target) from None
        planned = Planned.read(log)
    losses = (*planned.of_kind("delete"), *planned.of_kind("replace"))
    return [f"{each.kind} {created[each.urn]}" for each in losses if each.urn in created]


def is_needed(stack: Stack) -> bool:
    """Whether the last run failed or was killed, as far as Pulumi knows.

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


def revert(stack: Stack, target: Target, doubtful: Sequence[Resource] = (), *, began: datetime | None = None) -> None:
    """Bring everything back.

    Args:
        stack: the stack.
        target: to what.
        doubtful: resources that the failed run could not create, as far as it knows.
        began: when the failed run began; None where that is not known.

    Raises:
        OperateError: something is left; it was said what, and how to go on.
    """
    try:
        if interrupted_run.clear(stack, links_too=True):
            interrupted_run.forget_operations(stack)
        before = stack.state()
        remove_orphans(stack, doubtful, known=before, marks=before.marks, since=began or before.since)
        roll_back(stack, doubtful, before)
        done = _destroy(stack, before) if isinstance(target, Nothing) else _apply(stack, target)
        if done:
            after = stack.state()
            left = _left_behind(before, after)
            remove_orphans(stack, left, known=after, marks=before.marks, since=before.since)
            interrupted_run.forget_needless_record(stack.aws, after)
    except ONE_LINE_ERRORS as error:
        say(worded(error))
        done = False
    if not done:
        raise _what_is_left(stack, target)
    if target.differences:
        say(f"{stack.settings_file.name} was left alone, so the next `pulumi up` tries these changes again:")
        for line in target.differences:
            say(f"  {line}")
    say(f"reverted stack {stack.name}")


def _destroy(stack: Stack, state: State) -> bool:
    """Remove all that exists, as far as the state knows."""
    if not state.resources:
        return True
    return _run(stack, "destroy", "--refresh", *stack.pulumi.configured())


def _apply(stack: Stack, target: Update) -> bool:
    """Apply the settings of an update again. A change that failed half-way shows in a refresh alone."""
    with target.settings(stack) as file:
        message = f"Reverted to the update of {format_moment(target.run.ended)}"
        return _run(stack, "up", *_WITH_REFRESH, "--config-file", str(file), "--message", message)


def _run(stack: Stack, *arguments: str) -> bool:
    asked = ["--non-interactive"] if stack.pulumi.flags.non_interactive else []
    for _ in range(_ATTEMPTS):
        ended = stack.pulumi.run(*arguments, "--yes", "--skip-preview", *asked)
        if ended.code == 0 or ended.interrupted:
            break
    return ended.code == 0


def _left_behind(before: State, after: State) -> list[Resource]:
    """Return what the failed run created and its removal from the stack left, such as a new trail's bucket."""
    still = {(resource.type, resource.id) for resource in after.resources}
    return [each for each in before.real() if each.retained and (each.type, each.id) not in still]


def _undecided(stack: Stack, reason: str) -> OperateError:
    up, destroy = (stack.pulumi.format_command(f"python -m operate {command}") for command in ("up", "destroy"))
    return OperateError(
        f"stack {stack.name} is not reverted, and nothing was changed for it: {reason}. Decide by hand: `{up}` applies "
        f"the settings of now to what exists, `{destroy}` removes all of it"
    )


def _what_is_left(stack: Stack, target: Target) -> OperateError:
    """Say what exists and how to go on."""
    state = stack.state()
    titles = sorted(each.title for each in state.real() if not (each.only_asks or each.is_part))
    if isinstance(target, Nothing) and titles:
        say("these are left:")
        for title in titles:
            say(f"  {title}")
    for operation in state.operations:
        say(f"  {operation.resource.title}: Pulumi was stopped while {operation.kind} it")
    again = stack.pulumi.format_command("python -m operate revert")
    return OperateError(f"stack {stack.name} is not reverted: put right what the errors say, then run `{again}`")
