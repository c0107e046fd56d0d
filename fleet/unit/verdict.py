"""What a failed run failed for, from what the engine and the checks have noted down.

What a resource's failure is about, its type tells. A refusal by AWS is known by the code that AWS's client puts into
the message (`api error AccessDenied`), and a policy of the organization by its ARN or by AWS's words for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fleet.outcome import Cause
from operate.doctor.diagnosis import Diagnosis
from operate.engine.run_log import Failure, RunLog
from operate.engine.state import COMMAND, DYNAMIC

_DENIED = re.compile(
    r"(api error |\b)(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError)\b|is not authorized to perform"
)
_ACTION = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
_CONTROL_POLICY = re.compile(r"service control policy(?:[: ]+(arn:[\w-]+:organizations::\d{12}:policy/[\w/-]+))?", re.I)
_ASK_AWS = frozenset(f"{DYNAMIC}{name}" for name in ("NotificationSnapshot", "NotificationMerge", "VendorTemplate"))
_LENGTH = 500
"""Characters of a message that are kept."""

_NEXT_STEPS = {
    Cause.CHECK: "put it right, then `python -m fleet retry`",
    Cause.TREND: "look at the message of Trend, then `python -m fleet retry`",
    Cause.AWS: "look at the message of AWS, then `python -m fleet retry`",
    Cause.TIMEOUT: "`python -m fleet retry`; where it happens again, raise limits.minutes in fleet.yaml",
    Cause.OTHER: "look at the account's log, then `python -m fleet retry`",
}


@dataclass(frozen=True)
class RunVerdict:
    """Why a run failed.

    Attributes:
        cause: what kind of reason it is.
        message: one line for a person.
        next_step: one line.
    """

    cause: Cause
    message: str
    next_step: str


def of_check(found: Diagnosis) -> RunVerdict:
    """Judge a run that a check refused before it began."""
    failed = [each for each in found.findings if each.verdict == "failed" and each.subject not in found.accepted]
    first = failed[0]
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    cause = Cause.DENIED if first.denied else Cause.CHECK
    message = f"{first.subject}: {first.text}{more}"
    return RunVerdict(cause, _short(message), first.hint or _NEXT_STEPS[Cause.CHECK])


def of_run(tried: RunLog) -> RunVerdict:
    """Judge a run by what the engine noted down; the first failure counts, the others may follow from it."""
    told = [each for each in tried.failures if each.message not in ("update failed", "preview failed")]
    if not told:
        return of_text(Cause.OTHER, "the engine ended without telling why")
    first = next((each for each in told if each.type not in ("", "pulumi:pulumi:Stack")), told[0])
    return of_failure(first, began=tried.changed)


def of_failure(failure: Failure, *, began: bool) -> RunVerdict:
    """Judge a single failure.

    Args:
        failure: what went wrong.
        began: whether the run had begun to change something.
    """
    if _DENIED.search(failure.message):
        return of_denial(failure.message)
    if failure.type in ("", "pulumi:pulumi:Stack"):
        return of_text(Cause.OTHER if began else Cause.CHECK, failure.message)
    text = failure.message.removeprefix("OnboardingError: ")
    is_trend = failure.type.startswith(DYNAMIC) and failure.type not in _ASK_AWS
    cause = Cause.TREND if is_trend or failure.type == COMMAND else Cause.AWS
    message, _, hint = text.rpartition("; ")  # the program's own errors end with the one next step that fits
    if failure.type.startswith(DYNAMIC) and message:
        return RunVerdict(cause, _short(message), f"{hint}, then `python -m fleet retry`")
    return of_text(cause, text)


def of_denial(message: str) -> RunVerdict:
    """Judge a refusal by AWS; the policy of the organization is named where AWS names it."""
    action = _ACTION.search(message)
    what = action[1] if action else "the call"
    policy = _CONTROL_POLICY.search(message)
    if policy is None:
        step = f"allow the role of `access.roleName` {what}: `python -m operate policy --for up` prints all it needs"
    else:
        name = policy[1] or "a policy of the organization"
        step = f"{name} denies {what}: except the role of `access.roleName` from it, or exclude the account"
    return RunVerdict(Cause.DENIED, _short(message), step)


def of_timeout(minutes: float) -> RunVerdict:
    """Judge a run that was stopped since it took too long."""
    return of_text(Cause.TIMEOUT, f"not done within {minutes:g} minutes, and stopped")


def of_text(cause: Cause, message: str) -> RunVerdict:
    """Judge by a cause that is known."""
    return RunVerdict(cause, _short(message), _NEXT_STEPS[cause])


def _short(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= _LENGTH else line[: _LENGTH - 1] + "…"
