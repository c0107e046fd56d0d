"""What Trend's refusal of a role means, and how long it is asked again."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from components.trend.errors import BadRequest
from components.waiting import wait

ROLE_SPREADS_WITHIN = 90.0
"""Seconds that IAM may take until Trend can assume a new role; Trend's documents speak of a minute."""

FIRST_PAUSE = 2.0
"""Seconds until a call that was refused for now is tried again; half as long again each further time."""

LONGEST_PAUSE = 10.0
"""Seconds that such a pause grows to."""

# The text is not documented: any 400 that speaks of the role is taken for such a refusal.
_SPEAKS_OF_ROLE = re.compile(r"role|assume|credential|external ?id", re.IGNORECASE)

T = TypeVar("T")


def speaks_of_role(error: BadRequest) -> bool:
    """Whether Trend refuses the role, and not something else."""
    return bool(_SPEAKS_OF_ROLE.search(" ".join([error.message, *error.fields, *error.fields.values()])))


def until_role_spreads(
    attempt: Callable[[], T], *, patience: Callable[[BadRequest], float], announce: Callable[[float], None]
) -> T:
    """Repeat an attempt for as long as Trend refuses it for a reason that passes with time.

    Args:
        attempt: is made at least once.
        patience: for how many seconds a refusal is worth asking again.
        announce: is told these seconds before the first wait.

    Raises:
        BadRequest: the last refusal.
        Interrupted: the operator ended the run meanwhile.
    """

    def seconds(refused: RetryCallState) -> float:
        error = refused.outcome.exception() if refused.outcome else None
        return patience(error) if isinstance(error, BadRequest) else 0

    def is_over(refused: RetryCallState) -> bool:
        return (refused.seconds_since_start or 0) + refused.upcoming_sleep > seconds(refused)

    def before_sleep(refused: RetryCallState) -> None:
        if refused.attempt_number == 1:
            announce(seconds(refused))

    asking = Retrying(
        retry=retry_if_exception_type(BadRequest),
        stop=is_over,
        wait=wait_exponential(FIRST_PAUSE, LONGEST_PAUSE, exp_base=1.5),
        before_sleep=before_sleep,
        sleep=partial(wait, reason="the role is not known everywhere in AWS yet"),
        reraise=True,
    )
    return asking(attempt)
