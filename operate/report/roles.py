"""The roles that were made, and what Trend's CloudFormation stacks hold, as they stand in AWS now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from components.aws.clients import AwsClients
from components.aws.cloudformation import NESTED_STACK, ROLE, describe_resources
from components.aws.errors import AwsError, calling
from operate.engine.state import Resource
from operate.report.policies import GrantedStatement, at_most, statements


@dataclass(frozen=True)
class Policy:
    """A policy of a role.

    Attributes:
        name: its name, or its ARN where it is a managed one.
        statements: what it says.
        unreadable: why that could not be read; empty where it could.
    """

    name: str
    statements: tuple[GrantedStatement, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True)
class Role:
    """A role, and what was granted through it.

    Attributes:
        purpose: what it is for, a few words.
        arn: its ARN, or its name where the ARN could not be read.
        source: where this was read.
        trust: who may assume it.
        policies: what it may do.
        boundary: ARN of the policy that bounds it.
        unreadable: why it could not be read; empty where it could.
    """

    purpose: str
    arn: str
    source: str
    trust: tuple[GrantedStatement, ...] = ()
    policies: tuple[Policy, ...] = ()
    boundary: str = ""
    unreadable: str = ""

    @property
    def at_most(self) -> str:
        """One line on what it can do at most, or that this cannot be told."""
        if any(policy.unreadable for policy in self.policies):
            return "cannot be determined: a policy is not readable"
        return at_most([each for policy in self.policies for each in policy.statements])


@dataclass(frozen=True)
class HeldObject:
    """Something that a stack made: its CloudFormation type, and its name or ARN."""

    type: str
    name: str


@dataclass(frozen=True)
class TrendStack:
    """One of Trend's stacks.

    Attributes:
        name, arn: its own; no ARN where the state does not know it any more.
        held: what it made.
        roles: those among it.
        unreadable: why that could not be read; empty where it could.
    """

    name: str
    arn: str = ""
    held: tuple[HeldObject, ...] = ()
    roles: tuple[Role, ...] = ()
    unreadable: str = ""


def own_role(role: Resource, purpose: str, policies: list[Resource], external_ids: Collection[str]) -> Role:
    """Return the role that Trend assumes as Pulumi's state has it, for whose purpose there are a few words."""
    return Role(
        purpose=purpose,
        arn=role.outputs["arn"],
        source="created by this program; from Pulumi's state",
        trust=statements(role.outputs["assumeRolePolicy"], external_ids),
        policies=tuple(Policy(each.inputs["name"], statements(each.inputs["policy"])) for each in policies),
        boundary=role.outputs.get("permissionsBoundary") or "",
    )


class TrendStacks:
    """Reads what Trend's templates made. What AWS does not tell says why, and ends nothing.

    Args:
        clients: make the calls.
        region: of the stacks.
        external_ids: those that the tenant is known by.
    """

    def __init__(self, clients: AwsClients, region: str, external_ids: Collection[str]) -> None:
        self._clients = clients
        self._region = region
        self._external_ids = external_ids

    def stack(self, stack: Resource, purpose: str) -> TrendStack:
        """Return one of the stacks, given from the state, and its roles, for whose purpose there are a few words."""
        name = str(stack.inputs["name"])
        try:
            found = self._resources(stack.id)
        except AwsError as error:
            return TrendStack(name, stack.id, unreadable=str(error))
        roles = [each.name for each in found if each.type == ROLE]
        return TrendStack(name, stack.id, found, tuple(self._role(each, name, purpose) for each in roles))

    def _resources(self, stack: str) -> tuple[HeldObject, ...]:
        """Return what a stack holds, and what the stacks within it hold.

        Raises:
            AwsError: AWS does not say.
        """
        found = describe_resources(self._clients, stack, self._region)
        held = [HeldObject(each["ResourceType"], each.get("PhysicalResourceId", "")) for each in found]
        within = (each.name for each in held if each.type == NESTED_STACK and each.name)
        return tuple(sorted([*held, *(inner for name in within for inner in self._resources(name))], key=str))

    def _role(self, name: str, stack: str, purpose: str) -> Role:
        source = f"created by Trend's stack {stack}; read from AWS"
        try:
            iam = self._clients.client("iam", self._region)
            with calling(f"reading role {name}", "iam:GetRole on it"):
                role = iam.get_role(RoleName=name)["Role"]
        except AwsError as error:
            return Role(purpose, name, source, unreadable=str(error))
        return Role(
            purpose,
            arn=role["Arn"],
            source=source,
            trust=statements(role["AssumeRolePolicyDocument"], self._external_ids),
            policies=tuple(self._policies(iam, name)),
            boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        )

    def _policies(self, iam: Any, role: str) -> Iterator[Policy]:
        try:
            with calling(f"listing the policies of role {role}", "iam:ListRolePolicies, iam:ListAttachedRolePolicies"):
                inline = _all(iam, "list_role_policies", "PolicyNames", role)
                attached = [
                    each["PolicyArn"] for each in _all(iam, "list_attached_role_policies", "AttachedPolicies", role)
                ]
        except AwsError as error:
            yield Policy("policies", unreadable=str(error))
            return
        for name in inline:
            yield self._inline(iam, role, name)
        for arn in attached:
            yield self._managed(iam, arn)

    def _inline(self, iam: Any, role: str, name: str) -> Policy:
        try:
            with calling(f"reading policy {name} of role {role}", "iam:GetRolePolicy on the role"):
                document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        except AwsError as error:
            return Policy(name, unreadable=str(error))
        return Policy(name, statements(document))

    def _managed(self, iam: Any, arn: str) -> Policy:
        try:
            with calling(f"reading policy {arn}", "iam:GetPolicy and iam:GetPolicyVersion on it"):
                version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        except AwsError as error:
            return Policy(arn, unreadable=str(error))
        return Policy(arn, statements(document))


def _all(iam: Any, call: str, key: str, role: str) -> list[Any]:
    return [entry for page in iam.get_paginator(call).paginate(RoleName=role) for entry in page[key]]
