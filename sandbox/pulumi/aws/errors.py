"""Errors of the plugin, worded as the official provider words its own: one line, no traceback, no secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from botocore.exceptions import BotoCoreError, ClientError


class ProviderError(Exception):
    """An operation failed and nothing needs to be kept of it. The text is one line for the user."""


class InitFailedError(Exception):
    """An operation failed after its object came to exist: the engine keeps the object, with the reasons.

    Args:
        resource_id: id of the object that exists.
        outputs: what is known of it.
        reason: the line for the user.
    """

    def __init__(self, resource_id: str, outputs: dict[str, object], reason: str) -> None:
        super().__init__(reason)
        self.resource_id = resource_id
        self.outputs = outputs
        self.reason = reason


def code_of(error: ClientError) -> str:
    """Return AWS's error code, such as `NoSuchEntity`; for a HEAD request it is the HTTP status as text."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """Return AWS's own message."""
    return str(error.response.get("Error", {}).get("Message", ""))


@cache
def aws_errors() -> tuple[type[Exception], ...]:
    """Return all that a call may raise; the last stands for an answer that is not AWS's, as moto's to unknown calls."""
    from botocore.parsers import ResponseParserError  # costs a fifth of the start-up, and is seldom needed

    return (ClientError, BotoCoreError, ResponseParserError)


def describe(error: Exception) -> str:
    """Return `Code: message` of one of `aws_errors` on one line."""
    if isinstance(error, ClientError):
        text = f"{code_of(error)}: {message_of(error)}"
    elif isinstance(error, BotoCoreError):
        text = str(error)
    else:
        text = "the endpoint's answer is not one of AWS: the call may not be implemented there"
    return " ".join(text.split())


@contextmanager
def failing(what: str, hide: Sequence[str] = ()) -> Iterator[None]:
    """Turn an error of AWS into a `ProviderError` that says what was being done.

    Args:
        what: such as `creating IAM Role (name)`.
        hide: values that must not be shown, because AWS may quote them back.
    """
    try:
        yield
    except aws_errors() as error:
        raise ProviderError(hidden(f"{what}: {describe(error)}", hide)) from None


def hidden(text: str, values: Sequence[str]) -> str:
    """Return the text with every one of the values masked. Values under four characters are no secrets."""
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= 4:
            text = text.replace(value, "****")
    return text
