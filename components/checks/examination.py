"""Checks that depend on each other, made side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from components.aws.errors import AwsError
from components.checks.findings import Finding
from components.refusal import Refusal
from components.trend.errors import (
    CredentialsError,
    EndpointRefused,
    Forbidden,
    NoReply,
    RateLimited,
    ServiceFailed,
    TrendError,
    Unauthenticated,
    UnusableReply,
    WrongAccount,
)

KEY, CALLER = "API key", "AWS caller"
"""The two checks that most others need."""

_OF_TREND = (NoReply, RateLimited, ServiceFailed, UnusableReply)
"""Errors that say something about the service, and nothing about what was asked."""

Look = Callable[[], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """One thing to look at.

    Attributes:
        subject: what, for example `API key`.
        look: finds out; it may raise what the program's own checks raise.
        needs: subjects without which nothing can be found out; they stand earlier in the list.
        refusals: the errors of Trend that say for sure that a deployment would fail too.
    """

    subject: str
    look: Look
    needs: tuple[str, ...] = ()
    refusals: tuple[type[TrendError], ...] = (
        CredentialsError,
        EndpointRefused,
        Forbidden,
        Unauthenticated,
        WrongAccount,
    )


def examine(checks: Sequence[Check], redact: Callable[[str], str]) -> list[Finding]:
    """Make all checks side by side, each as soon as those that it needs were good.

    Args:
        checks: in the order in which they are shown.
        redact: takes the run's secrets out of texts.

    Returns:
        What was found, in that order; a check whose needs were not good says so.
    """
    done: dict[str, Future[list[Finding]]] = {}

    def made(check: Check) -> list[Finding]:
        for need in check.needs:
            if need in done and any(found.verdict != "ok" for found in done[need].result()):
                return [Finding(check.subject, "unknown", f"not checked: needs {need}")]
        return list(_made(check))

    # A worker for each, since they wait for each other.
    with ThreadPoolExecutor(max_workers=max(1, len(checks))) as pool:
        for check in checks:
            done[check.subject] = pool.submit(made, check)
        findings = [found for check in checks for found in done[check.subject].result()]
    return [replace(found, text=redact(found.text), hint=redact(found.hint)) for found in findings]


def _made(check: Check) -> Iterable[Finding]:
    try:
        return list(check.look())
    except TrendError as error:
        text = str(error).removesuffix(f"; {error.hint}")
        if isinstance(error, check.refusals):
            return [Finding(check.subject, "failed", text, error.hint)]
        return [Finding(check.subject, "unknown", text, error.hint, unanswered=isinstance(error, _OF_TREND))]
    except Refusal as refusal:
        return [Finding(check.subject, "failed", " / ".join(str(refusal).splitlines()))]
    except AwsError as error:
        return [Finding(check.subject, "unknown", str(error), unanswered=True)]
