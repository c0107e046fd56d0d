"""Waiting, bounded: the sandbox answers at once, so what the official provider waits minutes for gets seconds here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar, cast

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_delay,
    wait_fixed,
)

from sandbox.pulumi.aws.errors import ProviderError, RefusedCall, matches

T = TypeVar("T")

WINDOW = 3.0
"""Seconds an operation is repeated for, in place of the provider's 2 to 20 minutes."""

STEP = wait_fixed(0.1)


def repeated(call: Callable[[], T], *refusals: RefusedCall) -> T:
    """Return the result of the call, repeated while AWS refuses it in one of the given ways.

    Raises:
        ClientError: any other refusal at once, a given one when the window is over.
    """
    refused = retry_if_exception(lambda error: matches(error, *refusals))
    return Retrying(retry=refused, wait=STEP, stop=stop_after_delay(WINDOW), reraise=True)(call)


def until(probe: Callable[[], T | None], what: str, window: float = WINDOW) -> T:
    """Return the first result of the probe that is not None.

    Raises:
        ProviderError: there was none within the window; `what` says what was waited for.
    """

    def over(_: RetryCallState) -> NoReturn:
        raise ProviderError(f"waiting for {what}: timeout while waiting")

    nothing = retry_if_result(lambda result: result is None)
    looking = Retrying(retry=nothing, wait=STEP, stop=stop_after_delay(window), retry_error_callback=over)
    return cast("T", looking(probe))
