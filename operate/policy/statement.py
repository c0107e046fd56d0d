"""Statements of a policy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Condition = Mapping[str, Mapping[str, Any]]


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

    Statements about the same are put together: a managed policy holds 6,144 characters.
    """
    together: dict[str, list[Statement]] = {}
    for each in statements:
        if each.actions:
            key = json.dumps([each.target, sorted(each.resources), each.condition])
            together.setdefault(key, []).append(each)
    return {"Version": "2012-10-17", "Statement": [_written(group) for group in together.values()]}


def _written(group: Sequence[Statement]) -> dict[str, Any]:
    first = group[0]
    return {
        "Sid": "And".join(dict.fromkeys(each.verb for each in group)) + first.target,
        "Effect": "Allow",
        "Action": sorted({action for each in group for action in each.actions}),
        "Resource": sorted(set(first.resources)),
        **({"Condition": first.condition} if first.condition else {}),
    }
