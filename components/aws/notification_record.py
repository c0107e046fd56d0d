"""The existing notifications of a bucket, recorded in AWS while Trend's stack is being deleted.

The deletion wipes the bucket, and the run that is to restore what it held may end before it does. A record is there for
the next run, on any machine, and is removed once the notifications are restored. It is kept in parameters of Systems
Manager: text that a person can read, beside the bucket, in no policy or setting of the bucket's owner.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from components.aws.clients import AwsClients
from components.aws.errors import calling
from components.aws.notifications import Entry, Notifications

ROOT = "/trend-onboarding/notifications"
"""Beginning of the parameters' names; the bucket follows, and a number."""

MOST_CHARACTERS = 4096
"""Of one parameter (source: AWS General Reference, Systems Manager quotas, standard parameters: 4 KB). A hundred
notifications take several, each a document of its own."""

_MOST_NAMES = 10
"""Names that one call deletes (source: API reference, DeleteParameters)."""


@dataclass(frozen=True)
class NotificationRecord:
    """The record of one bucket. Every method raises `AwsError` when AWS refuses or cannot be asked.

    Attributes:
        aws: the clients that ask.
        bucket_name: the bucket.
        region: where it is, and the parameters.
    """

    aws: AwsClients
    bucket_name: str
    region: str

    @property
    def path(self) -> str:
        """What the names of its parameters begin with."""
        return f"{ROOT}/{self.bucket_name}"

    def read(self) -> Notifications:
        """Return what is recorded; nothing where there is no record."""
        recorded = Notifications()
        for parameter in self._parameters():
            recorded, _ = recorded.merge(Notifications.of(json.loads(parameter["Value"])))
        return recorded

    def write(self, existing: Notifications) -> None:
        """Record notifications, in place of what is recorded."""
        before = {each["Name"] for each in self._parameters()}
        written = set()
        for number, part in enumerate(_parts(existing), start=1):
            name = f"{self.path}/{number}"
            with calling(f"recording the notifications of bucket {self.bucket_name}", f"ssm:PutParameter on {name}"):
                self._ssm.put_parameter(
                    Name=name,
                    Type="String",
                    Value=part,
                    Overwrite=True,
                    Description=f"Notifications of bucket {self.bucket_name} until they are restored",
                )
            written.add(name)
        self._delete(before - written)

    def remove(self) -> None:
        """Remove the record."""
        self._delete({each["Name"] for each in self._parameters()})

    def _parameters(self) -> list[Any]:
        needs = f"ssm:GetParametersByPath on {self.path}"
        with calling(f"reading the recorded notifications of bucket {self.bucket_name}", needs):
            pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=self.path)
            return [each for page in pages for each in page["Parameters"]]

    def _delete(self, names: set[str]) -> None:
        listed = sorted(names)
        needs = f"ssm:DeleteParameters on {self.path}/*"
        with calling(f"removing the recorded notifications of bucket {self.bucket_name}", needs):
            for begin in range(0, len(listed), _MOST_NAMES):
                self._ssm.delete_parameters(Names=listed[begin : begin + _MOST_NAMES])

    @property
    def _ssm(self) -> Any:
        return self.aws.client("ssm", self.region)


def _parts(existing: Notifications) -> Iterator[str]:
    """Yield S3's document in parts that fit into a parameter each."""
    part: tuple[Entry, ...] = ()
    for entry in existing:
        if part and len(_text((*part, entry))) > MOST_CHARACTERS:
            yield _text(part)
            part = ()
        part = (*part, entry)
    if part:
        yield _text(part)


def _text(entries: tuple[Entry, ...]) -> str:
    return json.dumps(Notifications(entries).document(), separators=(",", ":"))
