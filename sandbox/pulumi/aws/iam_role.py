"""`aws:iam/role:Role`. Follows terraform-provider-aws internal/service/iam/role.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.documents import kept_if_same, normal, same_policy
from sandbox.pulumi.aws.errors import code_of, failing
from sandbox.pulumi.aws.kind import AutoName, Traits, changed
from sandbox.pulumi.aws.retry import repeated
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

GONE = "NoSuchEntity"
UNSPREAD = ("MalformedPolicyDocument", "Invalid principal in policy")
BUSY = ("ConcurrentModification", "")


class Role:
    """An IAM role; its id is its name. The deprecated exclusive policy inputs are refused, but read."""

    traits = Traits(
        type="aws:iam/role:Role",
        supported=frozenset(
            {"assumeRolePolicy", "description", "forceDetachPolicies", "maxSessionDuration", "name", "path"}
            | {"permissionsBoundary", "tags"}
        ),
        replaces=frozenset({"name", "path"}),
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        same={"assumeRolePolicy": same_policy},
        auto_name=AutoName(limit=64),
        regional=False,
    )

    def create(self, aws: Aws, inputs: Props) -> str:
        """CreateRole, tags and boundary included."""
        name = str(inputs["name"])
        request: Props = {
            "AssumeRolePolicyDocument": normal(inputs["assumeRolePolicy"]),
            "MaxSessionDuration": inputs["maxSessionDuration"],
            "Path": inputs["path"],
            "RoleName": name,
            "Description": inputs.get("description"),
            "PermissionsBoundary": inputs.get("permissionsBoundary"),
            "Tags": tags.pairs(inputs.get("tagsAll")),
        }
        given = {key: value for key, value in request.items() if value not in (None, "", [])}
        with failing(f"creating IAM Role ({name})"):
            repeated(lambda: aws.client("iam").create_role(**given), UNSPREAD, BUSY)
        return name

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """Nothing: without inline policies or managed ones the create call does it all."""

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """GetRole, then the policies on it, whoever put them there."""
        iam = aws.client("iam")
        with failing(f"reading IAM Role ({resource_id})"):
            try:
                role: dict[str, Any] = iam.get_role(RoleName=resource_id)["Role"]
            except ClientError as error:
                if code_of(error) == GONE:
                    return None
                raise
            inline = [
                {"name": name, "policy": normal(_inline_policy(iam, resource_id, name))}
                for name in _inline_names(iam, resource_id)
            ]
            attached = _attached(iam, resource_id)
        return {
            "arn": role["Arn"],
            "assumeRolePolicy": kept_if_same(state.get("assumeRolePolicy"), role["AssumeRolePolicyDocument"]),
            "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "description": role.get("Description", ""),
            "forceDetachPolicies": state.get("forceDetachPolicies", False),
            "inlinePolicies": inline,
            "managedPolicyArns": attached,
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "name": role["RoleName"],
            "namePrefix": "",
            "path": role["Path"],
            "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            "uniqueId": role["RoleId"],
            **tags.found(aws, tags.from_pairs(role.get("Tags")), state),
        }

    def retag(self, aws: Aws, resource_id: str, state: Props, removed: Sequence[str], added: Mapping[str, str]) -> None:
        """UntagRole, TagRole."""
        iam = aws.client("iam")
        with failing(f"updating tags for IAM Role ({resource_id})"):
            if removed:
                iam.untag_role(RoleName=resource_id, TagKeys=list(removed))
            if added:
                iam.tag_role(RoleName=resource_id, Tags=tags.pairs(added))

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """One call for each thing that changed, in the provider's order."""
        iam = aws.client("iam")
        if not same_policy(old.get("assumeRolePolicy"), new["assumeRolePolicy"]):
            with failing(f"updating IAM Role ({resource_id}) assume role policy"):
                repeated(
                    lambda: iam.update_assume_role_policy(
                        RoleName=resource_id, PolicyDocument=normal(new["assumeRolePolicy"])
                    ),
                    UNSPREAD,
                    BUSY,
                )
        with failing(f"updating IAM Role ({resource_id})"):
            if changed(old, new, "description"):
                iam.update_role_description(RoleName=resource_id, Description=new.get("description", ""))
            if changed(old, new, "maxSessionDuration"):
                # The description goes with it, since moto drops it else.
                iam.update_role(
                    RoleName=resource_id,
                    Description=new.get("description", ""),
                    MaxSessionDuration=new["maxSessionDuration"],
                )
            if changed(old, new, "permissionsBoundary"):
                boundary = new.get("permissionsBoundary")
                if boundary:
                    iam.put_role_permissions_boundary(RoleName=resource_id, PermissionsBoundary=boundary)
                else:
                    iam.delete_role_permissions_boundary(RoleName=resource_id)

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """Leave instance profiles, drop policies if forced or known to the state, then DeleteRole."""
        iam = aws.client("iam")
        forced = bool(state.get("forceDetachPolicies"))
        with failing(f"deleting IAM Role ({resource_id})"):
            try:
                profiles = iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=resource_id)
                for profile in profiles.search("InstanceProfiles[].InstanceProfileName"):
                    iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=resource_id)
                if forced or state.get("managedPolicyArns"):
                    for arn in _attached(iam, resource_id):
                        iam.detach_role_policy(RoleName=resource_id, PolicyArn=arn)
                if forced or state.get("inlinePolicies"):
                    for name in _inline_names(iam, resource_id):
                        iam.delete_role_policy(RoleName=resource_id, PolicyName=name)
                repeated(lambda: iam.delete_role(RoleName=resource_id), ("DeleteConflict", ""))
            except ClientError as error:
                if code_of(error) != GONE:
                    raise


def _inline_names(iam: Any, role: str) -> list[str]:
    pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
    return sorted(pages.search("PolicyNames[]"))


def _inline_policy(iam: Any, role: str, name: str) -> Any:
    return iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]


def _attached(iam: Any, role: str) -> list[str]:
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
    return sorted(pages.search("AttachedPolicies[].PolicyArn"))
