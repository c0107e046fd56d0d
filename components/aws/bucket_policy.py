"""What the policy of a trail's bucket says of those who may deliver to it."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_SERVICE, _DELIVERY, _SOURCE = "cloudtrail.amazonaws.com", "s3:putobject", "aws:sourcearn"
_TRAIL = re.compile(r"arn:[\w-]+:cloudtrail:[\w-]+:(\d{12}):trail/[\w.-]+")
_ORGANIZATION = re.compile(r"/AWSLogs/(o-[a-z0-9]{10,32})/")


class Deliverer(NamedTuple):
    """A trail that a bucket's policy lets deliver.

    Attributes:
        trail_arn: the trail.
        account_id: whose it is.
        organization: whose logs it delivers, for example `o-a1b2c3d4e5`; empty for those of single accounts.
    """

    trail_arn: str
    account_id: str
    organization: str


def deliverers(policy: str) -> list[Deliverer]:
    """Return the trails that a bucket's policy names as those that may deliver.

    Source: CloudTrail user guide, bucket policy for CloudTrail, for one account and for an organization. Trails that a
    pattern stands for are left out: whose they are nobody can tell.

    Args:
        policy: the bucket's, as JSON; empty for none.
    """
    organizations: dict[str, str] = {}
    for statement in _many(json.loads(policy or "{}").get("Statement")):
        if _lets_cloudtrail_deliver(statement):
            found = [_ORGANIZATION.search(resource) for resource in _many(statement.get("Resource"))]
            organization = next((each[1] for each in found if each), "")
            organizations |= {arn: organizations.get(arn) or organization for arn in _sources(statement)}
    named = ((arn, _TRAIL.fullmatch(arn), organization) for arn, organization in organizations.items())
    return [Deliverer(arn, match[1], organization) for arn, match, organization in named if match]


def _lets_cloudtrail_deliver(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    return (
        statement.get("Effect") == "Allow"
        and isinstance(principal, dict)
        and _SERVICE in _many(principal.get("Service"))
        and any(fnmatch.fnmatchcase(_DELIVERY, action.lower()) for action in _many(statement.get("Action")))
    )


def _sources(statement: Mapping[str, Any]) -> Iterator[str]:
    for operands in (statement.get("Condition") or {}).values():
        for key, wanted in operands.items():
            if key.lower() == _SOURCE:
                yield from _many(wanted)


def _many(value: Any) -> list[Any]:
    """Return what a policy has as one value or a list of some."""
    return value if isinstance(value, list) else [] if value is None else [value]
