"""The hard end of a run that took too long and did not stop when asked to: `python -m fleet.unit.ending`.

It takes the process of the run over. Where only what the run has started were killed, the run would go on as `operate`
does after a killed update: it would begin to revert, and hold the stack's lock again.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import NoReturn

from fleet.outcome import Do, Outcome, RunState
from fleet.processes import end_started
from fleet.unit import locks, verdict
from fleet.unit import stack as stacks
from fleet.unit.job import Job
from fleet.unit.output import Output
from operate.console import ONE_LINE_ERRORS, say, worded
from operate.engine.moments import moment, now
from operate.recovery import interrupted_run


def begin(job: Job, do: Do, began: datetime) -> NoReturn:
    """End the run in this process, whatever its threads are at, by becoming another program.

    Args:
        job: the run's.
        do: what it does.
        began: when.
    """
    os.execv(sys.executable, [sys.executable, "-m", "fleet.unit.ending", do.value, began.isoformat(), job.to_json()])


def end(job: Job, do: Do, began: datetime) -> Outcome:
    """Kill all that the run has started, lift the lock that it leaves, and return the outcome."""
    end_started()
    try:
        stack = stacks.open_stack(job)
        lock = locks.lock_of(stack) if stacks.state_of(stack) is not None else None
        if lock is not None and lock.is_of(locks.here(began)):
            interrupted_run.lift_lock(stack)
    except ONE_LINE_ERRORS as error:
        say(worded(error))
    why = verdict.of_timeout(job.minutes)
    return Outcome(
        account_id=job.account_id,
        stack=job.stack,
        do=do,
        state=RunState.FAILED,
        cause=why.cause,
        message=why.message,
        next_step=why.next_step,
        exit_code=1,
        seconds=round((now() - began).total_seconds(), 2),
    )


def main(do: str, began: str, job: str) -> int:
    """End the run and print its outcome as it would have done; the exit code is 1."""
    with Output() as output:
        outcome = end(Job.from_json(job), Do(do), moment(began))
        output.answer(outcome.to_json())
    return outcome.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
