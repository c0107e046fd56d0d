"""Whether Trend may assume a role: what STS would decide by the role's trust, which moto's STS does not look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from sandbox.aws.judging.policy import Ask, JudgedPolicy, many

TREND_ACCOUNT = "147995105371"
EXTERNAL_ID = "sts:ExternalId"


def assume(role_arn: str, external_id: str, account: str) -> dict[str, Any]:
    """Try a role of an account in Trend's name.

    Returns:
        `created`, in seconds since the epoch, and the account's `alias`; or why the role is `refused`.
    """
    backend = iam_backends[account][get_partition("us-east-1")]
    role = next((role for role in backend.roles.values() if role.arn == role_arn), None)
    if role is None:
        return {"refused": "there is no such role"}
    if not trusts_trend(json.loads(role.assume_role_policy_document), external_id):
        return {"refused": f"its trust policy does not let AWS account {TREND_ACCOUNT} in with just this external id"}
    created = role.create_date.replace(tzinfo=UTC).timestamp()
    return {"created": created, "alias": next(iter(backend.account_aliases), "")}


def trusts_trend(document: Mapping[str, Any], external_id: str) -> bool:
    """Whether a trust policy lets Trend's account assume the role with this external id, and with no other.

    Only the form that Trend asks for is known: any Deny, and any condition that is not judged here, counts as a no.
    """
    statements = many(document.get("Statement", []))
    if any(statement.get("Effect") != "Allow" for statement in statements):
        return False
    trusting = [
        {
            "Effect": "Allow",
            "Action": statement.get("Action", []),
            "Resource": "*",
            "Condition": statement.get("Condition", {}),
        }
        for statement in statements
        if _names_trend(statement.get("Principal"))
    ]
    try:
        policy = JudgedPolicy({"Statement": trusting})
    except ValueError:
        return False
    right, wrong = (Ask("sts:AssumeRole", "*", {EXTERNAL_ID: (value,)}) for value in (external_id, "another tenant's"))
    return policy.allows(right) and not policy.allows(wrong)


def _names_trend(principal: Any) -> bool:
    names = many(principal.get("AWS", [])) if isinstance(principal, dict) else []
    return any(name == TREND_ACCOUNT or name.endswith(f":iam::{TREND_ACCOUNT}:root") for name in names)
