"""A run for one account, from the proof that it is the right one to what became of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from components.aws.errors import AwsError
from components.aws.identity import redactor
from components.redaction import Redactor
from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE
from fleet.outcome import Cause, Do, Outcome, RunState
from fleet.unit import access, ending, locks, verdict
from fleet.unit import stack as stacks
from fleet.unit.access import Unreachable
from fleet.unit.deadline import Deadline
from fleet.unit.job import Job
from fleet.unit.locks import Lock
from fleet.unit.output import Output
from fleet.unit.verdict import RunVerdict
from operate.ci.previews import DRIFTED
from operate.console import ONE_LINE_ERRORS, worded
from operate.engine.moments import now
from operate.engine.plan import Change, Planned
from operate.engine.run_log import RunLog
from operate.engine.stack import Stack
from operate.engine.state import State
from operate.recovery import interrupted_run, runs

CHANGES = 2
"""Exit code of a preview that found something to do."""

_INTERRUPTED = 130
_UNATTENDED = ("--yes", "--skip-preview")


def run_one(job: Job, do: Do) -> int:
    """Do something to the stack of one account, and print what became of it as one line of JSON.

    All else is printed to standard error. The environment of this process changes: it is for one run.

    Args:
        job: the account.
        do: what.

    Returns:
        The exit code.
    """
    os.environ["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    if not job.enrolls:
        os.environ.pop(TOKEN_VARIABLE, None)
    run = UnitRun(job, do)
    with Output() as output:

        def give_up() -> None:
            output.restore()
            ending.begin(job, do, run.began)

        with Deadline(job.minutes * 60, give_up) as deadline:
            outcome = run.outcome(output)
            if deadline.passed and outcome.exit_code:
                outcome = run.timed_out(outcome.exit_code)
        output.answer(outcome.to_json())
    return outcome.exit_code


class UnitRun:
    """One run.

    Args:
        job: the account.
        do: what is done to its stack.

    Attributes:
        began: when.
    """

    def __init__(self, job: Job, do: Do) -> None:
        self._job = job
        self._do = do
        self.began = now()
        keys = [os.environ.get(name, "") for name in (KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE)]
        self._redact_trend = Redactor([*keys, *(key.partition(":")[2] for key in keys)])
        self._redact_aws = redactor(lambda _name: None)

    def outcome(self, output: Output) -> Outcome:
        """Do it; whatever goes wrong is an outcome."""
        try:
            outcome = self._done()
        except KeyboardInterrupt:
            return self._failed(verdict.of_text(Cause.OTHER, "interrupted"), _INTERRUPTED)
        except Unreachable as error:
            return self._ended(RunState.UNREACHABLE, RunVerdict(Cause.OTHER, worded(error), error.next_step), 1)
        except AwsError as error:
            return self._failed(verdict.of_text(Cause.AWS, worded(error)))
        except ONE_LINE_ERRORS as error:
            outcome = self._failed(verdict.of_text(Cause.OTHER, worded(error)))
        lock = Lock.among(output.tail) if outcome.exit_code else None
        return outcome if lock is None else self._locked(lock)

    def timed_out(self, code: int) -> Outcome:
        """Return the outcome of a run that was stopped since it took too long."""
        return self._failed(verdict.of_timeout(self._job.minutes), code)

    def _done(self) -> Outcome:
        aws = access.enter(self._job)
        stack = stacks.open_stack(self._job)
        state = stacks.state_of(stack)
        is_new = state is None
        if is_new and self._do in (Do.DESTROY, Do.DRIFT):
            return self._ended(RunState.UNCHANGED)
        state = stacks.create(stack, self._job) if state is None else state
        stacks.configure(stack, self._job, aws, state)
        if self._job.dead and (lock := locks.lock_of(stack)) and any(map(lock.is_of, self._job.dead)):
            interrupted_run.lift_lock(stack)
        if self._do is Do.UP:
            return self._up(stack, state)
        if self._do is Do.DESTROY:
            return self._destroy(stack)
        if self._do is Do.DRIFT:
            return self._previewed(stack, DRIFTED, "--refresh", "--run-program")
        try:
            return self._previewed(stack, CHANGES)
        finally:
            if is_new:  # a preview takes a stack; it was for nothing else
                stacks.remove(stack)

    def _up(self, stack: Stack, state: State) -> Outcome:
        """Deploy what differs. A stack that is as it should be costs a preview, which asks Trend nothing."""
        if state.completed is not None and not state.operations:
            previewed = self._previewed(stack, CHANGES)
            if previewed.state is not RunState.DONE:
                return previewed
        ended = runs.update(stack, [*_UNATTENDED, *self._flags(stack)])
        if ended.tried is None:
            return self._failed(verdict.of_check(ended.found), ended.code)
        if ended.code:
            return self._failed(verdict.of_run(ended.tried), ended.code)
        return self._ended(RunState.DONE, changes=_counted(ended.tried))

    def _destroy(self, stack: Stack) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
            log = Path(folder, "events.jsonl")
            code, _ = runs.destroy(stack, [*_UNATTENDED, *self._flags(stack)], event_log=str(log))
            tried = RunLog.read(log)
        if code:
            return self._failed(verdict.of_run(tried), code)
        stacks.remove(stack)
        return self._ended(RunState.DONE, changes=_counted(tried))

    def _previewed(self, stack: Stack, found: int, *flags: str) -> Outcome:
        """Preview, and end with `found` where something differs."""
        with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
            log = Path(folder, "events.jsonl")
            code = stack.pulumi.run("preview", *flags, *self._flags(stack), event_log=str(log)).code
            planned, tried = Planned.read(log), RunLog.read(log)
        if code:
            return self._failed(verdict.of_run(replace(tried, changed=False)), code)
        if not planned.changes:
            return self._ended(RunState.UNCHANGED)
        counts = {kind: len(planned.of_kind(kind)) for kind in ("create", "update", "replace", "delete")}
        outcome = self._ended(RunState.DONE, code=found, changes={kind: n for kind, n in counts.items() if n})
        return replace(outcome, plan=tuple(_line(change) for change in planned.changes))

    def _flags(self, stack: Stack) -> list[str]:
        return ["--non-interactive", *stack.pulumi.configured()]

    def _locked(self, lock: Lock) -> Outcome:
        cancel = f"`pulumi cancel --yes {self._job.stack}`"
        step = f"wait for it to end; where it no longer runs for sure: {cancel}, then `python -m fleet retry`"
        return self._ended(RunState.LOCKED, RunVerdict(Cause.OTHER, f"locked by {lock}", step), 1)

    def _failed(self, why: RunVerdict, code: int = 1) -> Outcome:
        return replace(self._ended(RunState.FAILED, why, code), cause=why.cause)

    def _ended(
        self, state: RunState, why: RunVerdict | None = None, code: int = 0, changes: Mapping[str, int] | None = None
    ) -> Outcome:
        return Outcome(
            account_id=self._job.account_id,
            stack=self._job.stack,
            do=self._do,
            state=state,
            message=self._redacted(why.message) if why else "",
            next_step=self._redacted(why.next_step) if why else "",
            changes=dict(changes or {}),
            exit_code=code,
            seconds=round((now() - self.began).total_seconds(), 2),
        )

    def _redacted(self, text: str) -> str:
        return self._redact_aws(self._redact_trend(text))


def _counted(tried: RunLog) -> dict[str, int]:
    return {op: count for op, count in tried.changes.items() if op in ("create", "update", "replace", "delete")}


def _line(change: Change) -> str:
    """Return what becomes of a resource, without what differs between accounts."""
    paths = ", ".join(sorted({each.path for each in change.properties})) if change.kind != "create" else ""
    return f"{change.kind} {change.resource}" + (f" ({paths})" if paths else "")
