"""What a check of something outside the stack found, in three verdicts; a check changes nothing."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from components.aws.errors import AwsError, AwsUnavailable

Verdict = Literal["ok", "failed", "unknown"]


class TrailDoubt(enum.StrEnum):
    """What is doubtful about the trail, for a step that acts upon it."""

    STOPPED = "the new trail is stopped"
    DELIVERY = "no trail is seen that delivers to the bucket"


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        subject: what was checked, for example `trail bucket`.
        verdict: `ok`; `failed`: it is sure that the deployment cannot work; `unknown`: it may work, or may not, or the
            check was not allowed.
        text: what was found.
        hint: what to do; empty where there is nothing to do.
        unanswered: whether the service gave no answer, so that the same check may succeed later.
        doubt: about the trail, where the verdict is `unknown`.
        denied: actions that AWS is sure to deny.
    """

    subject: str
    verdict: Verdict
    text: str
    hint: str = ""
    unanswered: bool = False
    doubt: TrailDoubt | None = None
    denied: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.text}; {self.hint}" if self.hint else self.text


def checked(subject: str, check: Callable[[], Finding]) -> Finding:
    """Make a check; one that AWS does not allow or answer is `unknown`: no reason to refuse, nor to pass.

    Args:
        subject: what is checked.
        check: returns what was found; may raise `AwsError`, whose text says what to do.
    """
    try:
        return check()
    except AwsError as error:
        unanswered = isinstance(error, AwsUnavailable)
        return Finding(subject, "unknown", f"{subject} not checked: {error}", unanswered=unanswered)
