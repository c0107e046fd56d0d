"""Whom a role's trust lets in, and whether that is Trend; moto's STS does not look at it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from datetime import UTC
from typing import Any

from moto.iam.models import Role, iam_backends
from moto.utilities.utils import PARTITION_NAMES

from sandbox.aws.judging.policy import Ask, JudgedPolicy, many
from sandbox.aws.organizations import is_suspended

TREND_ACCOUNT = "147995105371"
EXTERNAL_ID = "sts:ExternalId"


def assume(role_arn: str, external_id: str) -> dict[str, Any]:
    """Try a role of any account in Trend's name.

    Returns:
        `created`, in seconds since the epoch, and the account's `alias`; or why the role is `refused`.
    """
    role = role_of(role_arn)
    if role is None:
        return {"refused": "there is no such role"}
    if is_suspended(role.account_id):
        return {"refused": f"AWS account {role.account_id} is suspended"}
    if not trusts_trend(json.loads(role.assume_role_policy_document), external_id):
        return {"refused": f"its trust policy does not let AWS account {TREND_ACCOUNT} in with just this external id"}
    aliases = iam_backends[role.account_id][role.partition].account_aliases
    return {"created": role.create_date.replace(tzinfo=UTC).timestamp(), "alias": next(iter(aliases), "")}


def role_of(arn: str) -> Role | None:
    """Return the role that has an ARN, of whatever account."""
    parts = arn.split(":")
    account = parts[4] if len(parts) == 6 else ""
    if account not in iam_backends:
        return None
    roles = iam_backends[account][parts[1]].roles.values() if parts[1] in iam_backends[account] else ()
    return next((role for role in roles if role.arn == arn), None)


def trusts_trend(document: Mapping[str, Any], external_id: str) -> bool:
    """Whether a trust policy lets Trend's account assume the role with this external id, and with no other.

    Only the form that Trend asks for is known: any Deny, and any condition that is not judged here, counts as a no.
    """
    if any(statement.get("Effect") != "Allow" for statement in many(document.get("Statement", []))):
        return False
    trend = {TREND_ACCOUNT, *(f"arn:{partition}:iam::{TREND_ACCOUNT}:root" for partition in PARTITION_NAMES)}
    return trusts(document, trend, {EXTERNAL_ID: external_id}) and not trusts(
        document, trend, {EXTERNAL_ID: "another tenant's"}
    )


def trusts(document: Mapping[str, Any], names: Set[str], context: Mapping[str, str]) -> bool:
    """Whether a trust policy lets somebody assume the role.

    Args:
        document: the policy. One with a condition that is not judged here lets nobody in.
        names: by which it may name who calls: account id, ARN of the account's root user, of a role, of a session.
        context: values of the condition keys.
    """
    naming = [
        {
            "Effect": statement.get("Effect"),
            "Action": statement.get("Action", []),
            "Resource": "*",
            "Condition": statement.get("Condition", {}),
        }
        for statement in many(document.get("Statement", []))
        if names & _named(statement.get("Principal"))
    ]
    try:
        policy = JudgedPolicy({"Statement": naming})
    except ValueError:
        return False
    return policy.allows(Ask("sts:AssumeRole", "*", {key: (value,) for key, value in context.items()}))


def _named(principal: Any) -> set[str]:
    return set(many(principal.get("AWS", []))) if isinstance(principal, dict) else set()
