"""`OpenIdConnectProvider`. Follows terraform-provider-aws internal/service/iam/openid_connect_provider.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from botocore.exceptions import ClientError

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.documents import same_url
from sandbox.pulumi.aws.errors import code_of, failing
from sandbox.pulumi.aws.kind import Traits
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

GONE = "NoSuchEntity"


class OpenIdConnectProvider:
    """An identity provider; its id is its ARN, and there is one per account and address. Nothing is retried."""

    traits = Traits(
        type="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        supported=frozenset({"clientIdLists", "tags", "thumbprintLists", "url"}),
        replaces=frozenset({"url"}),
        computed=frozenset({"thumbprintLists"}),
        sets=frozenset({"clientIdLists"}),
        same={"url": same_url},
        regional=False,
    )

    def create(self, aws: Aws, inputs: Props) -> str:
        """CreateOpenIDConnectProvider."""
        request = {
            "Url": inputs["url"],
            "ClientIDList": inputs["clientIdLists"],
            "ThumbprintList": inputs.get("thumbprintLists"),
            "Tags": tags.pairs(inputs.get("tagsAll")),
        }
        with failing("creating IAM OIDC Provider"):
            created = aws.client("iam").create_open_id_connect_provider(
                **{key: value for key, value in request.items() if value}
            )
        return str(created["OpenIDConnectProviderArn"])

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """Nothing follows the create call."""

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """GetOpenIDConnectProvider. The address comes back without its scheme."""
        with failing(f"reading IAM OIDC Provider ({resource_id})"):
            try:
                found = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=resource_id)
            except ClientError as error:
                if code_of(error) == GONE:
                    return None
                raise
        return {
            "arn": resource_id,
            "clientIdLists": sorted(found.get("ClientIDList", [])),
            "thumbprintLists": list(found.get("ThumbprintList", [])),
            "url": str(found["Url"]).removeprefix("https://"),
            **tags.found(aws, tags.from_pairs(found.get("Tags")), state),
        }

    def retag(self, aws: Aws, resource_id: str, state: Props, removed: Sequence[str], added: Mapping[str, str]) -> None:
        """UntagOpenIDConnectProvider, TagOpenIDConnectProvider."""
        iam = aws.client("iam")
        with failing(f"updating tags for IAM OIDC Provider ({resource_id})"):
            if removed:
                iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=resource_id, TagKeys=list(removed))
            if added:
                iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=resource_id, Tags=tags.pairs(added))

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """Thumbprints, if there are any; then client ids, first those that come."""
        iam = aws.client("iam")
        with failing(f"updating IAM OIDC Provider ({resource_id})"):
            thumbprints = new.get("thumbprintLists")
            if thumbprints and thumbprints != old.get("thumbprintLists"):
                iam.update_open_id_connect_provider_thumbprint(
                    OpenIDConnectProviderArn=resource_id, ThumbprintList=thumbprints
                )
            before, after = set(old.get("clientIdLists") or []), set(new.get("clientIdLists") or [])
            for client in sorted(after - before):
                iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=resource_id, ClientID=client)
            for client in sorted(before - after):
                iam.remove_client_id_from_open_id_connect_provider(
                    OpenIDConnectProviderArn=resource_id, ClientID=client
                )

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """DeleteOpenIDConnectProvider."""
        with failing(f"deleting IAM OIDC Provider ({resource_id})"):
            try:
                aws.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=resource_id)
            except ClientError as error:
                if code_of(error) != GONE:
                    raise
