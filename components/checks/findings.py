"""What a look at something outside the stack found, in three verdicts; nothing is changed by looking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from components.aws.clients import AwsError, AwsUnavailable

Verdict = Literal["ok", "refused", "unknown"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        subject: what was looked at, for example `trail bucket`.
        verdict: `ok`; `refused`: it is sure that the deployment cannot work; `unknown`: it may work, or may not, or
            nobody was allowed to look.
        text: what was found.
        hint: what to do; empty where there is nothing to do.
    """

    subject: str
    verdict: Verdict
    text: str
    hint: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.text}; {self.hint}" if self.hint else self.text


class Unanswered(Finding):
    """A look that nobody was able to make: the same question may be answered later."""


def looked(subject: str, look: Callable[[], Finding]) -> Finding:
    """Look, and turn a look that AWS did not allow or answer into `unknown`: it is no reason to refuse, nor to pass.

    Args:
        subject: what is looked at.
        look: returns what was found; may raise `AwsError`, whose text says what to do.
    """
    try:
        return look()
    except AwsUnavailable as error:
        return Unanswered(subject, "unknown", f"{subject} not checked: {error}")
    except AwsError as error:
        return Finding(subject, "unknown", f"{subject} not checked: {error}")
