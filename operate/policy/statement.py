"""Statements of a policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Condition = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Statement:
    """Actions that are allowed on resources.

    Attributes:
        sid: says what it is for; letters and digits.
        actions: for example `s3:GetBucketPolicy`.
        resources: ARNs.
        condition: when it holds; empty for always.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[str]
    condition: Condition = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return it as IAM reads it."""
        return {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": sorted(set(self.actions)),
            "Resource": sorted(set(self.resources)),
            **({"Condition": self.condition} if self.condition else {}),
        }


def document(statements: Iterable[Statement]) -> dict[str, Any]:
    """Return a policy of all statements that allow anything."""
    return {"Version": "2012-10-17", "Statement": [each.document() for each in statements if each.actions]}
