"""What the gate has to know of a request, and of the world behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from werkzeug.wrappers import Response

Environ = dict[str, Any]
PREFIX = "/_sandbox"
"""Where the gate's own calls are; all other paths are the world's."""


@dataclass(frozen=True)
class Call:
    """A request as its world names it: without a value that could be a secret.

    Attributes:
        service: `s3`, `workload`; `unknown` where the request does not tell.
        action: AWS's name of the operation, such as `PutBucketPolicy`; Trend's services have no names for theirs, so
            there it is method and path template, such as `POST /awsconnectors/{ID}`.
        changing: whether such a call can change something, whether or not this one does.
        resource: name or ARN of what it is about; "" where the world does not tell.
        caller: id of the AWS access key that signed it, or "".
        account: the AWS account that it acts in; "" at Trend.
    """

    service: str
    action: str
    changing: bool
    resource: str = ""
    caller: str = ""
    account: str = ""


class World(Protocol):
    """What stands behind a gate."""

    def identify(self, environ: Environ) -> Call:
        """Name a request; reading its body does no harm."""

    def answer(self, call: Any, environ: Environ, /) -> Response:
        """Do what a request asks for; `call` is what `identify` returned for it."""

    def error(self, call: Any, status: int, code: str, message: str, /) -> Response:
        """Word an error as the call's service words its own.

        Args:
            code: the error's name, where the service's errors have one; "" leaves it to the status.
        """
