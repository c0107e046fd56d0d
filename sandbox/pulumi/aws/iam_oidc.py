"""`OpenIdConnectProvider`. Follows terraform-provider-aws internal/service/iam/openid_connect_provider.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.aws.kind import ResourceType, Traits
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap


class OidcProviderType(ResourceType):
    """An identity provider; its id is its ARN, and there is one for each account and address. Nothing is retried."""

    traits = Traits(
        type="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        label="IAM OIDC Provider",
        supported=frozenset({"clientIdLists", "tags", "url"}),
        replaces=frozenset({"url"}),
        computed=frozenset({"thumbprintLists"}),
        sets=frozenset({"clientIdLists"}),
        same={"url": lambda old, new: _host(old) == _host(new)},
        gone=(("NoSuchEntity", ""),),
        regional=False,
    )

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """CreateOpenIDConnectProvider, tags included."""
        request: PropertyMap = {"Url": inputs["url"], "ClientIDList": inputs["clientIdLists"]}
        if inputs.get("tagsAll"):
            request["Tags"] = tags.pairs(inputs["tagsAll"])
        return str(aws.client("iam").create_open_id_connect_provider(**request)["OpenIDConnectProviderArn"])

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """GetOpenIDConnectProvider. The address comes back without its scheme."""
        found = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=resource_id)
        return {
            "arn": resource_id,
            "clientIdLists": sorted(found.get("ClientIDList", [])),
            "thumbprintLists": list(found.get("ThumbprintList", [])),
            "url": _host(found["Url"]),
            **tags.found(aws, tags.from_pairs(found.get("Tags")), state),
        }

    def retag(
        self, aws: Aws, resource_id: str, state: PropertyMap, removed: Sequence[str], added: Mapping[str, str]
    ) -> None:
        """UntagOpenIDConnectProvider, TagOpenIDConnectProvider."""
        iam = aws.client("iam")
        if removed:
            iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=resource_id, TagKeys=list(removed))
        if added:
            iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=resource_id, Tags=tags.pairs(added))

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """Do nothing: only tags change. The official provider changes client ids, too, which moto cannot."""
        if set(old["clientIdLists"]) != set(new["clientIdLists"]):
            raise ProviderError("the sandbox does not change the client ids of an IAM OIDC Provider")

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """DeleteOpenIDConnectProvider."""
        aws.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=resource_id)


def _host(url: Any) -> str:
    return str(url).removeprefix("https://")
