"""Policies on a role.

Follow role_policy.go and role_policy_attachment.go of terraform-provider-aws internal/service/iam.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from sandbox.pulumi.aws.documents import kept_if_same, normal, same_policy, version_first
from sandbox.pulumi.aws.errors import ProviderError, code_of, failing
from sandbox.pulumi.aws.kind import AutoName, Traits
from sandbox.pulumi.aws.retry import repeated, until
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

GONE = "NoSuchEntity"


class RolePolicy:
    """An inline policy; its id is `role:name`."""

    traits = Traits(
        type="aws:iam/rolePolicy:RolePolicy",
        supported=frozenset({"name", "policy", "role"}),
        replaces=frozenset({"name", "role"}),
        same={"policy": same_policy},
        auto_name=AutoName(),
        regional=False,
    )

    def create(self, aws: Aws, inputs: Props) -> str:
        """PutRolePolicy, not repeated."""
        resource_id = f"{inputs['role']}:{inputs['name']}"
        self._put(aws, resource_id, inputs, "creating")
        return resource_id

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """GetRolePolicy until it is there."""
        what = f"waiting for IAM Role Policy ({resource_id})"
        with failing(what):
            until(lambda: _inline(aws, resource_id), what)

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """GetRolePolicy."""
        role, name = _split(resource_id)
        with failing(f"reading IAM Role Policy ({resource_id})"):
            document = _inline(aws, resource_id)
        if document is None:
            return None
        policy = version_first(kept_if_same(state.get("policy"), document))
        return {"name": name, "namePrefix": "", "policy": policy, "role": role}

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """PutRolePolicy."""
        self._put(aws, resource_id, new, "updating")

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """DeleteRolePolicy."""
        role, name = _split(resource_id)
        with failing(f"deleting IAM Role Policy ({resource_id})"):
            try:
                aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)
            except ClientError as error:
                if code_of(error) != GONE:
                    raise

    def _put(self, aws: Aws, resource_id: str, inputs: Props, doing: str) -> None:
        role, name = _split(resource_id)
        with failing(f"{doing} IAM Role Policy ({resource_id})"):
            aws.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=normal(inputs["policy"]))


class RolePolicyAttachment:
    """A managed policy on a role; its id is `role/policyArn`."""

    traits = Traits(
        type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        supported=frozenset({"policyArn", "role"}),
        replaces=frozenset({"policyArn", "role"}),
        delete_first=True,
        regional=False,
    )

    def create(self, aws: Aws, inputs: Props) -> str:
        """AttachRolePolicy."""
        role, arn = str(inputs["role"]), str(inputs["policyArn"])
        with failing(f"attaching IAM Policy ({arn}) to IAM Role ({role})"):
            repeated(
                lambda: aws.client("iam").attach_role_policy(RoleName=role, PolicyArn=arn),
                ("ConcurrentModification", ""),
            )
        return f"{role}/{arn}"

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """Nothing: the read looks until the policy is listed."""

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """ListAttachedRolePolicies."""
        role, _, arn = resource_id.partition("/")
        with failing(f"reading IAM Role Policy Attachment ({resource_id})"):
            try:
                pages = aws.client("iam").get_paginator("list_attached_role_policies").paginate(RoleName=role)
                listed = list(pages.search("AttachedPolicies[].PolicyArn"))
            except ClientError as error:
                if code_of(error) == GONE:
                    return None
                raise
        return {"policyArn": arn, "role": role} if arn in listed else None

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """Refuse: every input replaces the resource."""
        raise ProviderError(f"{self.traits.type} ({resource_id}): doesn't support update")

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """DetachRolePolicy."""
        role, _, arn = resource_id.partition("/")
        with failing(f"detaching IAM Policy ({arn}) from IAM Role ({role})"):
            try:
                aws.client("iam").detach_role_policy(RoleName=role, PolicyArn=arn)
            except ClientError as error:
                if code_of(error) != GONE:
                    raise


def _split(resource_id: str) -> tuple[str, str]:
    role, _, name = resource_id.partition(":")
    return role, name


def _inline(aws: Aws, resource_id: str) -> dict[str, Any] | None:
    role, name = _split(resource_id)
    try:
        document: dict[str, Any] = aws.client("iam").get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    except ClientError as error:
        if code_of(error) == GONE:
            return None
        raise
    return document
