"""Waiting, bounded: the sandbox answers at once, so what the official provider waits minutes for gets seconds here."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from sandbox.plugins.aws.errors import ProviderError, code_of, message_of

T = TypeVar("T")

WINDOW = 3.0
"""Seconds an operation is repeated for, in place of the provider's 2 to 20 minutes."""

STEP = 0.1

Refusal = tuple[str, str]
"""An error code, and the text its message must hold (empty: any message)."""


def matches(error: ClientError, *refusals: Refusal) -> bool:
    """Return whether the error is one of the refusals."""
    return any(code_of(error) == code and text in message_of(error) for code, text in refusals)


def repeated(call: Callable[[], T], *refusals: Refusal, window: float = WINDOW) -> T:
    """Return the result of the call, repeated while AWS refuses it in one of the given ways.

    Raises:
        ClientError: any other refusal at once, a given one when the window is over.
    """
    end = time.monotonic() + window
    while True:
        try:
            return call()
        except ClientError as error:
            if not matches(error, *refusals) or time.monotonic() >= end:
                raise
        time.sleep(STEP)


def until(probe: Callable[[], T | None], what: str, window: float = WINDOW) -> T:
    """Return the first result of the probe that is not None.

    Raises:
        ProviderError: there was none within the window; `what` says what was waited for.
    """
    end = time.monotonic() + window
    while True:
        result = probe()
        if result is not None:
            return result
        if time.monotonic() >= end:
            raise ProviderError(f"{what}: timeout while waiting")
        time.sleep(STEP)
