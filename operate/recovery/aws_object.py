"""What an object in AWS can be asked and told when what a run left is cleared, and how AWS is asked about one."""

from __future__ import annotations

import abc
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from components.aws.clients import AwsClients
from components.aws.errors import calling, error_code


@dataclass(frozen=True)
class Live:
    """An object that exists.

    Attributes:
        id: its id, as Pulumi's state has it.
        tags: those that tell whose it is.
        age: seconds since it was created, by AWS's own clock; None where AWS does not tell.
    """

    id: str
    tags: Mapping[str, str]
    age: float | None


class AwsObject(abc.ABC):
    """An object by its type and name. Its methods raise `AwsError` when AWS refuses or cannot be asked.

    Args:
        clients: make the calls.
        inputs: of the resource in Pulumi.
        region: where to look, unless the inputs say.
    """

    service: ClassVar[str]

    def __init__(self, clients: AwsClients, inputs: Mapping[str, Any], region: str) -> None:
        self._inputs = inputs
        self._client = clients.client(self.service, inputs.get("region") or region)

    @abc.abstractmethod
    def find(self) -> Live | None:
        """Return the object as it stands; None when there is none of this name."""

    @abc.abstractmethod
    def remove(self, live: Live) -> str:
        """Remove it; return why it is kept, where it is."""


def asked(what: str, call: Callable[[], dict[str, Any]], *absent: str) -> dict[str, Any] | None:
    """Return what a call answers; None where it answers that there is no such thing.

    Args:
        what: is read, for the error.
        call: reads it.
        absent: how the error begins that says so, as `<code>: <message>`.
    """
    with calling(f"reading {what}"):
        try:
            return call()
        except ClientError as error:
            message = f"{error_code(error)}: {error.response['Error'].get('Message', '')}"
            if any(re.match(pattern, message) for pattern in absent):
                return None
            raise


def age_of(reply: Mapping[str, Any], created: datetime) -> float:
    """Return the seconds between a moment and the reply that names it, whatever the clock of this machine says."""
    replied = parsedate_to_datetime(reply["ResponseMetadata"]["HTTPHeaders"]["date"])
    return (replied - created).total_seconds()


def tags_of(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}
