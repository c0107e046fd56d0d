"""Statements of a policy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Condition = Mapping[str, Mapping[str, Any]]

MANAGED_POLICY_LIMIT = 6144
"""Characters of a managed policy, blanks aside (source: IAM quotas)."""


@dataclass(frozen=True)
class Statement:
    """Actions that are allowed on resources.

    Attributes:
        verb, target: what it is for, for example `Read` and `TrailBucket`; letters and digits.
        actions: for example `s3:GetBucketPolicy`.
        resources: ARNs.
        condition: when it holds; empty for always.
    """

    verb: str
    target: str
    actions: Sequence[str]
    resources: Sequence[str]
    condition: Condition = field(default_factory=dict)


def document(statements: Iterable[Statement]) -> dict[str, Any]:
    """Return a policy of all statements that allow anything.

    Statements about the same resources are put together, since a managed policy is short: `Read` and
    `CreateTrail` are `ReadAndCreateTrail`, and from three on the target alone names them.
    """
    together: dict[str, list[Statement]] = {}
    for each in statements:
        if each.actions:
            # What AWS knows no resource for is not one thing, either.
            about = [each.target, "*"] if "*" in each.resources else _needed(each.resources)
            key = json.dumps([about, each.condition])
            together.setdefault(key, []).append(each)
    return {"Version": "2012-10-17", "Statement": [_written(group) for group in together.values()]}


def length(policy: Mapping[str, Any]) -> int:
    """Return the characters of a policy as IAM counts them."""
    return len("".join(json.dumps(policy).split()))


def _written(group: Sequence[Statement]) -> dict[str, Any]:
    first = group[0]
    verbs = list(dict.fromkeys(each.verb for each in group))
    return {
        "Sid": ("And".join(verbs) if len(verbs) < 3 else "") + first.target,
        "Effect": "Allow",
        "Action": sorted({action for each in group for action in each.actions}),
        "Resource": _needed(first.resources),
        **({"Condition": first.condition} if first.condition else {}),
    }


def _needed(resources: Sequence[str]) -> list[str]:
    """Return the resources without those that another one covers: it ends with a `*` and is the beginning of them."""
    wide = [each[:-1] for each in resources if each.endswith("*") and not set(each[:-1]) & set("*?")]
    return sorted(
        {each for each in resources if not any(each != f"{start}*" and each.startswith(start) for start in wide)}
    )
