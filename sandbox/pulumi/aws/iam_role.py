"""`aws:iam/role:Role`. Follows terraform-provider-aws internal/service/iam/role.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.documents import kept_if_same, normal, same_policy
from sandbox.pulumi.aws.errors import RefusedCall
from sandbox.pulumi.aws.kind import AutoName, ResourceType, Traits, changed
from sandbox.pulumi.aws.retry import repeated
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap

UNSPREAD: RefusedCall = ("MalformedPolicyDocument", "Invalid principal in policy")
BUSY: RefusedCall = ("ConcurrentModification", "")
IN_USE: RefusedCall = ("DeleteConflict", "")


class RoleType(ResourceType):
    """An IAM role; its id is its name. The deprecated exclusive policy inputs are refused, but read."""

    traits = Traits(
        type="aws:iam/role:Role",
        label="IAM Role",
        supported=frozenset(
            {"assumeRolePolicy", "description", "forceDetachPolicies", "maxSessionDuration", "name", "path"}
            | {"permissionsBoundary", "tags"}
        ),
        replaces=frozenset({"name", "path"}),
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        same={"assumeRolePolicy": same_policy},
        auto_name=AutoName(limit=64),
        gone=(("NoSuchEntity", ""),),
        regional=False,
    )

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """CreateRole, tags and boundary included."""
        request: PropertyMap = {
            "AssumeRolePolicyDocument": normal(inputs["assumeRolePolicy"]),
            "MaxSessionDuration": inputs["maxSessionDuration"],
            "Path": inputs["path"],
            "RoleName": inputs["name"],
            "Description": inputs.get("description"),
            "PermissionsBoundary": inputs.get("permissionsBoundary"),
            "Tags": tags.pairs(inputs.get("tagsAll")),
        }
        given = {key: value for key, value in request.items() if value}
        repeated(lambda: aws.client("iam").create_role(**given), UNSPREAD, BUSY)
        return str(inputs["name"])

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """GetRole, then the policies on it, whoever put them there."""
        iam = aws.client("iam")
        role = iam.get_role(RoleName=resource_id)["Role"]
        return {
            "arn": role["Arn"],
            "assumeRolePolicy": kept_if_same(state.get("assumeRolePolicy"), role["AssumeRolePolicyDocument"]),
            "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "description": role.get("Description", ""),
            "forceDetachPolicies": state.get("forceDetachPolicies", False),
            "inlinePolicies": [_inline_policy(iam, resource_id, name) for name in _inline_names(iam, resource_id)],
            "managedPolicyArns": _attached(iam, resource_id),
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "name": role["RoleName"],
            "namePrefix": "",
            "path": role["Path"],
            "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            "uniqueId": role["RoleId"],
            **tags.found(aws, tags.from_pairs(role.get("Tags")), state),
        }

    def retag(
        self, aws: Aws, resource_id: str, state: PropertyMap, removed: Sequence[str], added: Mapping[str, str]
    ) -> None:
        """UntagRole, TagRole."""
        iam = aws.client("iam")
        if removed:
            iam.untag_role(RoleName=resource_id, TagKeys=list(removed))
        if added:
            iam.tag_role(RoleName=resource_id, Tags=tags.pairs(added))

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """One call for each thing that changed, in the provider's order."""
        iam, description = aws.client("iam"), new.get("description", "")
        if not same_policy(old.get("assumeRolePolicy"), new["assumeRolePolicy"]):
            trust = {"RoleName": resource_id, "PolicyDocument": normal(new["assumeRolePolicy"])}
            repeated(lambda: iam.update_assume_role_policy(**trust), UNSPREAD, BUSY)
        if changed(old, new, "description"):
            iam.update_role_description(RoleName=resource_id, Description=description)
        if changed(old, new, "maxSessionDuration"):
            # The description goes with it, since moto drops it else.
            seconds = new["maxSessionDuration"]
            iam.update_role(RoleName=resource_id, Description=description, MaxSessionDuration=seconds)
        if changed(old, new, "permissionsBoundary"):
            boundary = new.get("permissionsBoundary")
            if boundary:
                iam.put_role_permissions_boundary(RoleName=resource_id, PermissionsBoundary=boundary)
            else:
                iam.delete_role_permissions_boundary(RoleName=resource_id)

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """Leave instance profiles, drop policies if forced or known to the state, then DeleteRole."""
        iam = aws.client("iam")
        forced = bool(state.get("forceDetachPolicies"))
        profiles = iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=resource_id)
        for profile in profiles.search("InstanceProfiles[].InstanceProfileName"):
            iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=resource_id)
        if forced or state.get("managedPolicyArns"):
            for arn in _attached(iam, resource_id):
                iam.detach_role_policy(RoleName=resource_id, PolicyArn=arn)
        if forced or state.get("inlinePolicies"):
            for name in _inline_names(iam, resource_id):
                iam.delete_role_policy(RoleName=resource_id, PolicyName=name)
        repeated(lambda: iam.delete_role(RoleName=resource_id), IN_USE)


def _inline_names(iam: Any, role: str) -> list[str]:
    pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
    return sorted(pages.search("PolicyNames[]"))


def _inline_policy(iam: Any, role: str, name: str) -> PropertyMap:
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    return {"name": name, "policy": normal(document)}


def _attached(iam: Any, role: str) -> list[str]:
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
    return sorted(pages.search("AttachedPolicies[].PolicyArn"))
