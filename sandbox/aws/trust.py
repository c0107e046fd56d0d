"""Whom a role's trust lets in, and whether that is Trend; moto's STS does not look at it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from moto.iam.models import Role, User, iam_backends
from moto.utilities.utils import PARTITION_NAMES

from sandbox.aws.judging.policy import Ask, JudgedPolicy, many
from sandbox.aws.organizations import is_suspended

TREND_ACCOUNT = "147995105371"
EXTERNAL_ID = "sts:ExternalId"


@dataclass(frozen=True)
class PresentedExternalId:
    """How Cloud One comes to a role: from Trend's AWS account, with an external id."""

    value: str

    def objection(self, role: Role) -> str:
        """Return why the role does not let it in, or ""."""
        if trusts_trend(json.loads(role.assume_role_policy_document), self.value):
            return ""
        return f"its trust policy does not let AWS account {TREND_ACCOUNT} in with just this external id"


@dataclass(frozen=True)
class WebIdentity:
    """How Vision One comes to a role: with a token of its OIDC provider. Source: Trend's manual, connecting by hand."""

    issuer: str
    subject: str

    def objection(self, role: Role) -> str:
        """Return why the role does not let it in, or ""."""
        arn = f"arn:{role.partition}:iam::{role.account_id}:oidc-provider/{self.issuer}"
        audience = f"arn:{role.partition}:iam::{role.account_id}:root"
        provider = iam_backends[role.account_id][role.partition].open_id_providers.get(arn)
        if provider is None:
            return f"AWS account {role.account_id} has no OIDC provider {self.issuer}"
        if audience not in provider.client_id_list:
            return f"{audience} is not among the client ids of the OIDC provider {self.issuer}"
        if trusts_identity(json.loads(role.assume_role_policy_document), arn, audience, self.subject):
            return ""
        return f"its trust policy does not let just {self.subject} of {arn} in, for {audience}"


def assume(role_arn: str, caller: PresentedExternalId | WebIdentity, permissions: Sequence[str] = ()) -> dict[str, Any]:
    """Try a role of any account in Trend's name.

    Args:
        role_arn: the role.
        caller: how Trend comes to it.
        permissions: actions that it should allow, on all resources.

    Returns:
        `created`, in seconds since the epoch, the account's `alias`, and the permissions that are `missing`; or why the
        role is `refused`.
    """
    role = role_of(role_arn)
    if role is None:
        return {"refused": "there is no such role"}
    if is_suspended(role.account_id):
        return {"refused": f"AWS account {role.account_id} is suspended"}
    if objection := caller.objection(role):
        return {"refused": objection}
    aliases = iam_backends[role.account_id][role.partition].account_aliases
    policies = list(_judged(policies_of(role))) if permissions else []
    return {
        "created": role.create_date.replace(tzinfo=UTC).timestamp(),
        "alias": next(iter(aliases), ""),
        "missing": [action for action in permissions if not _allow(policies, Ask(action, "*"))],
    }


def policies_of(principal: User | Role) -> Iterator[str]:
    """Yield the policies that a user or role has, its own and the managed ones."""
    yield from map(str, principal.policies.values())
    for policy in principal.managed_policies.values():
        yield next(each.document for each in policy.versions if each.version_id == policy.default_version_id)


def _judged(policies: Iterable[str]) -> Iterator[JudgedPolicy]:
    """Yield the policies that can be judged here; any other counts as allowing nothing."""
    for text in policies:
        with suppress(ValueError):
            yield JudgedPolicy(json.loads(text))


def _allow(policies: Sequence[JudgedPolicy], ask: Ask) -> bool:
    return any(policy.allows(ask) for policy in policies) and not any(policy.denies(ask) for policy in policies)


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


def trusts_identity(document: Mapping[str, Any], provider: str, audience: str, subject: str) -> bool:
    """Whether a trust policy lets this subject of an OIDC provider in for this audience, and no other for no other.

    As with `trusts_trend`, any Deny and any condition that is not judged here counts as a no.
    """
    if any(statement.get("Effect") != "Allow" for statement in many(document.get("Statement", []))):
        return False
    host = provider.partition("/")[2]

    def lets_in(audience: str, subject: str) -> bool:
        context = {f"{host}:aud": audience, f"{host}:sub": subject}
        return trusts(document, {provider}, context, "Federated", "sts:AssumeRoleWithWebIdentity")

    return lets_in(audience, subject) and not (lets_in("another's", subject) or lets_in(audience, "another's"))


def trusts(
    document: Mapping[str, Any],
    names: Set[str],
    context: Mapping[str, str],
    kind: str = "AWS",
    action: str = "sts:AssumeRole",
) -> bool:
    """Whether a trust policy lets somebody assume the role.

    Args:
        document: the policy. One with a condition that is not judged here lets nobody in.
        names: by which it may name who calls: account id, ARN of the account's root user, of a role, of a session.
        context: values of the condition keys.
        kind: of principal that the names are.
        action: by which it is assumed.
    """
    naming = [
        {
            "Effect": statement.get("Effect"),
            "Action": statement.get("Action", []),
            "Resource": "*",
            "Condition": statement.get("Condition", {}),
        }
        for statement in many(document.get("Statement", []))
        if names & _named(statement.get("Principal"), kind)
    ]
    try:
        policy = JudgedPolicy({"Statement": naming})
    except ValueError:
        return False
    return policy.allows(Ask(action, "*", {key: (value,) for key, value in context.items()}))


def _named(principal: Any, kind: str) -> set[str]:
    return set(many(principal.get(kind, []))) if isinstance(principal, dict) else set()
