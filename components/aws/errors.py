"""What goes wrong in a call to AWS, in one line with the next step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# What is to be done about an error code; the rest gets `AwsError.hint`.
_HINTS = {
    "ExpiredToken": "the AWS credentials have expired: get new ones and run the command again",
    "InvalidAccessKeyId": "AWS does not know these credentials: give those that the AWS provider works with",
    "SignatureDoesNotMatch": "AWS does not know these credentials: give those that the AWS provider works with",
}
_DENIED = ("AccessDenied", "AccessDeniedException", "AllAccessDisabled", "UnauthorizedOperation")


class AwsError(Exception):
    """A call to AWS failed, or what it answered cannot be used; the text is one line with the next step."""

    hint = "run the command again; if it stays, compare the message with the AWS documentation of the call"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}; {hint or self.hint}")


class AwsUnavailable(AwsError):
    """AWS could not be reached, or had a fault or too much to do, after the client asked as often as it may."""


@contextmanager
def calling(what: str, needs: str = "") -> Iterator[None]:
    """Turn what botocore raises into an `AwsError`.

    Args:
        what: is being done, for the error.
        needs: the permission that it takes, for the next step after a refusal.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        HTTPClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        code = error_code(error)
        message = f"{code}: {error.response['Error'].get('Message') or 'no error message'}"
        hint = f"allow the deploying identity {needs}" if needs and code in _DENIED else _HINTS.get(code, "")
        failed = AwsUnavailable if _is_of_aws(error, code) else AwsError
        raise failed(f"{what}: {_one_line(message)}", hint) from None
    except (NoCredentialsError, PartialCredentialsError) as error:
        hint = "give the credentials that the AWS provider works with: aws:profile, aws:accessKey or AWS_*"
        raise AwsError(f"{what}: {_one_line(str(error))}", hint) from None
    except BotoCoreError as error:
        failed = AwsUnavailable if isinstance(error, (ConnectionError, HTTPClientError)) else AwsError
        hint = "check the network and the AWS settings, then run it again"
        raise failed(f"{what}: {_one_line(str(error))}", hint) from None
    except ResponseParserError:
        hint = "something between here and AWS may answer in its place: check proxies and endpoints"
        raise AwsUnavailable(f"{what}: the answer is not one of AWS's", hint) from None


def error_code(error: Any) -> str:
    """Return the code of a botocore `ClientError`, for example `NoSuchBucket`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _is_of_aws(error: Any, code: str) -> bool:
    """Whether an error says something about the service, and nothing about what was asked."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or status == 429 or "Throttl" in code or code in ("RequestLimitExceeded", "SlowDown")


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
