"""Errors of the plugin, worded as the official provider words its own: one line, no traceback, no secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from botocore.exceptions import BotoCoreError, ClientError
from pulumi.runtime.proto import provider_pb2 as pb

from sandbox.pulumi.provider import PluginError
from sandbox.pulumi.wire import PropertyMap, state_of

RefusedCall = tuple[str, str]
"""An error code of AWS, and the text its message must hold; either may be empty, for any."""


class ProviderError(PluginError):
    """An operation failed and nothing needs to be kept of it. The text is one line for the user."""


class InitFailedError(PluginError):
    """An operation failed after its object came to exist: the engine keeps the object, with the reasons.

    Args:
        resource_id: id of the object that exists.
        outputs: what is known of it.
        reason: the line for the user.
    """

    def __init__(self, resource_id: str, outputs: PropertyMap, reason: str) -> None:
        super().__init__(reason)
        self.detail = pb.ErrorResourceInitFailed(
            id=resource_id, properties=state_of(resource_id, outputs), reasons=[reason]
        )


def code_of(error: ClientError) -> str:
    """Return AWS's error code, such as `NoSuchEntity`; for a HEAD request it is the HTTP status as text."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """Return AWS's own message."""
    return str(error.response.get("Error", {}).get("Message", ""))


def matches(error: BaseException, *refusals: RefusedCall) -> bool:
    """Return whether the error is one of the refusals."""
    return isinstance(error, ClientError) and any(
        code in ("", code_of(error)) and text in message_of(error) for code, text in refusals
    )


@contextmanager
def ignoring(*refusals: RefusedCall) -> Iterator[None]:
    """Go on after one of the refusals as if the block had ended there."""
    try:
        yield
    except ClientError as error:
        if not matches(error, *refusals):
            raise


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
        hide: values that no message may show. AWS may quote them back; those under four characters are no secrets.
    """
    try:
        yield
    except ProviderError as error:
        raise ProviderError(_hidden(str(error), hide)) from None
    except aws_errors() as error:
        raise ProviderError(_hidden(f"{what}: {describe(error)}", hide)) from None


def _hidden(text: str, values: Sequence[str]) -> str:
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= 4:
            text = text.replace(value, "****")
    return text
