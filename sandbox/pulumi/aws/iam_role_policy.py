"""`aws:iam/rolePolicy:RolePolicy`. Follows terraform-provider-aws internal/service/iam/role_policy.go."""

from __future__ import annotations

from typing import Any

from sandbox.pulumi.aws.documents import kept_if_same, normal, same_policy, version_first
from sandbox.pulumi.aws.errors import ignoring
from sandbox.pulumi.aws.kind import AutoName, ResourceType, Traits
from sandbox.pulumi.aws.retry import until
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap


class RolePolicyType(ResourceType):
    """An inline policy; its id is `role:name`."""

    traits = Traits(
        type="aws:iam/rolePolicy:RolePolicy",
        label="IAM Role Policy",
        supported=frozenset({"name", "policy", "role"}),
        replaces=frozenset({"name", "role"}),
        same={"policy": same_policy},
        auto_name=AutoName(),
        gone=(("NoSuchEntity", ""),),
        regional=False,
    )

    def named(self, inputs: PropertyMap) -> str:
        """Return the id that it will have."""
        return f"{inputs['role']}:{inputs['name']}"

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """PutRolePolicy, not repeated."""
        resource_id = self.named(inputs)
        self._put(aws, resource_id, inputs)
        return resource_id

    def complete(self, aws: Aws, resource_id: str, inputs: PropertyMap) -> None:
        """GetRolePolicy until it is there."""

        def probe() -> Any:
            with ignoring(*self.traits.gone):
                return self._get(aws, resource_id)

        until(probe, f"IAM Role Policy ({resource_id}) create")

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """GetRolePolicy."""
        role, _, name = resource_id.partition(":")
        policy = version_first(kept_if_same(state.get("policy"), self._get(aws, resource_id)))
        return {"name": name, "namePrefix": "", "policy": policy, "role": role}

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """PutRolePolicy."""
        self._put(aws, resource_id, new)

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """DeleteRolePolicy."""
        role, _, name = resource_id.partition(":")
        aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)

    def _get(self, aws: Aws, resource_id: str) -> Any:
        role, _, name = resource_id.partition(":")
        return aws.client("iam").get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]

    def _put(self, aws: Aws, resource_id: str, inputs: PropertyMap) -> None:
        role, _, name = resource_id.partition(":")
        aws.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=normal(inputs["policy"]))
