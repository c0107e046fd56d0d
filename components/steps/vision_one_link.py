"""The role that Vision One assumes, and the AWS account's link in Vision One, which names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.aws.context import AwsContext
from components.resources.prior_link import PriorLink, PriorVisionOneAccountProvider
from components.resources.vision_one_account import VisionOneAccount
from components.resources.vision_one_tenant import VisionOneTenant
from components.settings.direct import DirectLink, Feature
from components.steps.vision_one_reads import read_policy


class VisionOneLink(pulumi.ComponentResource):
    """`trend:onboarding:VisionOneLink`: an OpenID Connect provider, a role that Vision One assumes through it to read
    the inventory, and the AWS account's link in Vision One.

    A link that is not managed by this stack is left alone, unless `adopt` says otherwise. A provider that the account
    has already is used as it is.

    Args:
        name: the component's name.
        tenant: the Vision One tenant that gets the link.
        where: the AWS account.
        link: what the link is to be.
        features: what Vision One is to do with the account.
        oidc_provider_arn: of a provider that is there already; None creates one.
        adopt: whether to adopt a link that is not managed by this stack.
        permissions_boundary: ARN of the policy that bounds the role.
        role_path: IAM path of the role.
        tags: of what is created in AWS.

    Attributes:
        role_arn: the role.
        account_id: the link's id, which is the AWS account's.
    """

    role_arn: pulumi.Output[str]
    account_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        tenant: VisionOneTenant,
        where: AwsContext,
        link: DirectLink,
        features: Sequence[Feature],
        oidc_provider_arn: str | None,
        adopt: bool,
        permissions_boundary: str | None,
        role_path: str | None,
        tags: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:VisionOneLink", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        audience = where.iam("root")
        provider_arn: pulumi.Input[str]
        if oidc_provider_arn is None:
            provider_arn = aws.iam.OpenIdConnectProvider(
                "vision-one-oidc",
                url=pulumi.Output.format("https://{0}", tenant.oidc_provider),
                client_id_lists=[audience],
                tags=dict(tags),
                opts=child,
            ).arn
        else:
            provider_arn = oidc_provider_arn
        role = aws.iam.Role(
            "vision-one-role",
            description="Lets Trend Vision One read the inventory of this account",
            assume_role_policy=pulumi.Output.json_dumps(_trust(tenant, link.region, provider_arn, audience)),
            path=role_path,
            permissions_boundary=permissions_boundary,
            tags=dict(tags),
            opts=child,
        )
        reads = aws.iam.RolePolicy("vision-one-reads", role=role.name, policy=read_policy(), opts=child)
        managed = {
            "customTags": dict(link.tags) or None,
            "workloadInstance": link.workload_instance or None,
        }
        prior = adopt and PriorLink(
            "vision-one-account-before-adoption",
            PriorVisionOneAccountProvider(),
            of=tenant,
            aws_account_id=where.account_id,
            role_arn=role.arn,
            managed=managed,
            opts=child,
        )
        account = VisionOneAccount(
            "vision-one-account",
            tenant=tenant,
            aws_account_id=where.account_id,
            role_arn=role.arn,
            adopt=adopt,
            before=prior.before if prior else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[reads]),
            **describe_account(link, features, where.account_id),
        )
        self.role_arn = role.arn
        self.account_id = account.id
        self.register_outputs({"roleArn": self.role_arn, "accountId": self.account_id})


def describe_account(link: DirectLink, features: Sequence[Feature], aws_account_id: str) -> dict[str, Any]:
    """Return the settings of an account as the console shows them, by the arguments of `VisionOneAccount`."""
    return {
        "account_name": link.name or f"AWS {aws_account_id}",
        "description": link.description or f"Onboarded by the Pulumi stack {pulumi.get_project()}/{pulumi.get_stack()}",
        "features": [{"id": each.id, "regions": list(each.regions)} for each in features],
        "custom_tags": link.tags or None,
        "workload_instance": link.workload_instance or None,
    }


def _trust(
    tenant: VisionOneTenant, region: str, provider_arn: pulumi.Input[str], audience: str
) -> pulumi.Output[dict[str, object]]:
    """Return the role's trust: Vision One, on behalf of this tenant alone, for this AWS account alone.

    Source: Trend's page on connecting an AWS account without its template. Where nobody tells the tenant's business id,
    the subject is left out, and a warning says so: any tenant could then name the role to Vision One.
    """

    def trust(known: Mapping[str, str]) -> dict[str, object]:
        issuer, business = known["issuer"], known["business"]
        conditions = {f"{issuer}:aud": audience}
        if business:
            conditions[f"{issuer}:sub"] = f"urn:visionone:identity:{region}:{business}:account/{business}"
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": known["provider"]},
                    "Action": ["sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity"],
                    "Condition": {"StringEquals": conditions},
                }
            ],
        }

    known = pulumi.Output.all(issuer=tenant.oidc_provider, business=tenant.business_id, provider=provider_arn)
    return known.apply(trust)
