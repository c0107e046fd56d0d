"""IAM's resources in a stack: OIDC providers, which moto skips, and roles, whose changes it mostly ignores."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, Role, iam_backends
from moto.utilities.utils import get_partition

from sandbox.aws.taught.resource import Properties, TaughtResource, tag_list


class OidcProvider(TaughtResource):
    """AWS::IAM::OIDCProvider: one for each URL in an account."""

    TYPE = "AWS::IAM::OIDCProvider"
    PROPERTIES = frozenset({"Url", "ClientIdList", "ThumbprintList", "Tags"})
    REPLACING = frozenset({"Url"})

    @property
    def arn(self) -> str:
        """The provider's ARN, which is made of its URL."""
        url = self.properties["Url"].removeprefix("https://")
        return f"arn:{get_partition(self.region)}:iam::{self.account_id}:oidc-provider/{url}"

    def make(self) -> None:
        """Make it, unless the account has one for the URL."""
        url = self.properties["Url"]
        if self.arn in _backend_of(self).open_id_providers:
            raise ServiceException("EntityAlreadyExists", f"Provider with url {url} already exists.")
        thumbprints, clients = self.properties.get("ThumbprintList", []), self.properties.get("ClientIdList", [])
        _backend_of(self).create_open_id_connect_provider(url, thumbprints, clients, self.properties.get("Tags", []))

    def change(self, properties: Properties) -> None:
        """Change client ids, thumbprints and tags."""
        provider = _backend_of(self).get_open_id_connect_provider(self.arn)
        provider.client_id_list = list(properties.get("ClientIdList", []))
        provider.thumbprint_list = list(properties.get("ThumbprintList", []))
        _backend_of(self).tag_open_id_connect_provider(self.arn, properties.get("Tags", []))
        self.properties = properties

    def remove(self) -> None:
        """Delete it."""
        _backend_of(self).delete_open_id_connect_provider(self.arn)

    def tag(self, tags: Mapping[str, str], gone: Collection[str]) -> None:
        """Add the stack's tags, and take off those that are gone."""
        _backend_of(self).untag_open_id_connect_provider(self.arn, list(gone))
        _backend_of(self).tag_open_id_connect_provider(self.arn, tag_list(tags))


class StackRole(TaughtResource):
    """AWS::IAM::Role with inline and managed policies."""

    TYPE = "AWS::IAM::Role"
    PROPERTIES = frozenset(
        {
            "AssumeRolePolicyDocument",
            "RoleName",
            "Path",
            "Policies",
            "ManagedPolicyArns",
            "PermissionsBoundary",
            "Description",
            "MaxSessionDuration",
            "Tags",
        }
    )
    REPLACING = frozenset({"RoleName", "Path"})

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Whether Fn::GetAtt knows the attribute."""
        return attr in ("Arn", "RoleId")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute for Fn::GetAtt."""
        return str(self._role.id) if attribute_name == "RoleId" else super().get_cfn_attribute(attribute_name)

    @property
    def physical_resource_id(self) -> str:
        """The role's name."""
        return str(self.properties.get("RoleName", self.name))

    @property
    def arn(self) -> str:
        """The role's ARN, path included."""
        return str(self._role.arn)

    @property
    def _role(self) -> Role:
        return _backend_of(self).get_role(self.physical_resource_id)

    def make(self) -> None:
        """Make the role and its policies."""
        if len(self.physical_resource_id) > 64:
            raise ServiceException("ValidationError", "Member must have length less than or equal to 64 at 'roleName'")
        _backend_of(self).create_role(
            role_name=self.physical_resource_id,
            assume_role_policy_document=_document(self.properties["AssumeRolePolicyDocument"]),
            path=self.properties.get("Path", "/"),
            permissions_boundary=self.properties.get("PermissionsBoundary"),
            description=self.properties.get("Description", ""),
            tags=self.properties.get("Tags", []),
            max_session_duration=str(self.properties.get("MaxSessionDuration", 3600)),
        )
        self._put_policies(self.properties)

    def change(self, properties: Properties) -> None:
        """Change trust, policies, boundary, description, session length and tags."""
        name = self.physical_resource_id
        _backend_of(self).update_assume_role_policy(name, _document(properties["AssumeRolePolicyDocument"]))
        _backend_of(self).update_role(
            name, properties.get("Description", ""), str(properties.get("MaxSessionDuration", 3600))
        )
        self._role.permissions_boundary_arn = properties.get("PermissionsBoundary")
        _backend_of(self).tag_role(name, properties.get("Tags", []))
        self._remove_policies(self.properties)
        self._put_policies(properties)
        self.properties = properties

    def remove(self) -> None:
        """Delete it with the stack's own policies; somebody else's on it make IAM refuse."""
        self._remove_policies(self.properties)
        _backend_of(self).delete_role(self.physical_resource_id)

    def tag(self, tags: Mapping[str, str], gone: Collection[str]) -> None:
        """Add the stack's tags, and take off those that are gone."""
        _backend_of(self).untag_role(self.physical_resource_id, list(gone))
        _backend_of(self).tag_role(self.physical_resource_id, tag_list(tags))

    def _put_policies(self, properties: Properties) -> None:
        for policy in properties.get("Policies", []):
            _backend_of(self).put_role_policy(
                self.physical_resource_id, policy["PolicyName"], _document(policy["PolicyDocument"])
            )
        for arn in properties.get("ManagedPolicyArns", []):
            _know_managed_policy(self, arn)
            _backend_of(self).attach_role_policy(arn, self.physical_resource_id)

    def _remove_policies(self, properties: Properties) -> None:
        role = self._role
        for policy in properties.get("Policies", []):
            role.policies.pop(policy["PolicyName"], None)
        for arn in set(properties.get("ManagedPolicyArns", [])) & set(role.managed_policies):
            _backend_of(self).detach_role_policy(arn, role.name)


def _backend_of(resource: TaughtResource) -> IAMBackend:
    return iam_backends[resource.account_id][get_partition(resource.region)]


def _know_managed_policy(resource: TaughtResource, arn: str) -> None:
    """Let IAM know one of AWS's own policies: moto knows all or none, and all are a thousand in each account."""
    name, known = arn.rpartition("/")[2], _backend_of(resource).managed_policies
    if ":iam::aws:policy/" in arn and arn not in known and name in _managed_policies():
        described = _managed_policies()[name]
        known[arn] = AWSManagedPolicy.from_data(name, resource.account_id, resource.region, described)


@lru_cache
def _managed_policies() -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return content


def _document(given: Any) -> str:
    """Return a policy document as text; a template may hold it as an object or as a text of its own."""
    return given if isinstance(given, str) else json.dumps(given)
