"""Steps 5 and 6: Trend's management role, and the registration of the AWS account that names it."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.aws.cloudformation import management_stack_name
from components.aws.context import AwsContext
from components.aws.names import ISSUER, role_template_url
from components.aws.tags import TEMPLATE_TAG
from components.resources.account import CloudOneAccount
from components.resources.cloud_account import CloudAccountRegistration
from components.resources.key_check import KeyCheck
from components.resources.prior_link import PriorCloudAccountProvider, PriorLink
from components.resources.vendor_template import VendorTemplate
from components.settings.model import HostedTemplates


class CloudAccount(pulumi.ComponentResource):
    """`trend:onboarding:CloudAccount`: Trend's stack with an OIDC provider and the role that Cloud One assumes
    through it, and the AWS account's registration with Cloud One.

    A registration that is not managed by this stack is left alone, unless `adopt` says otherwise.

    Args:
        name: the component's name.
        account: the Cloud One account.
        where: the AWS account.
        stack_name: what Trend's stacks are named after.
        templates: where Trend's templates are; None for its own address.
        adopt: whether to adopt a registration that is not managed by this stack.
        tags: of the stack and what it creates.

    Attributes:
        role_arn: the management role.
        cloud_account_id: the registration's id, which is the AWS account's.
        state: Trend's word for its state, for example `managed`.
    """

    role_arn: pulumi.Output[str]
    cloud_account_id: pulumi.Output[str]
    state: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        where: AwsContext,
        stack_name: str,
        templates: HostedTemplates | None,
        adopt: bool,
        tags: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:CloudAccount", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        url = role_template_url(templates, where)
        template = VendorTemplate("management-role-template", template_url=url, aws_region=where.region, opts=child)
        stack = aws.cloudformation.Stack(
            "management-role",
            name=management_stack_name(stack_name),
            template_url=url,
            parameters={
                "CloudOneRegion": account.region,
                "CloudOneAccountID": account.account_id,
                "CloudOneOIDCProviderURL": pulumi.Output.format(ISSUER, account.region),
            },
            capabilities=["CAPABILITY_NAMED_IAM"],
            tags={**tags, TEMPLATE_TAG: template.digest},
            # A stack that could not be created leaves nothing, and the next run recreates it instead of updating it.
            on_failure="DELETE",
            opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["#initerror"], delete_before_replace=True),
        )
        KeyCheck("management-role-key-check", account=account, before=[stack.id], opts=child)
        self.role_arn = stack.outputs["CloudOneRoleArn"]
        prior = adopt and PriorLink(
            "registration-before-adoption",
            PriorCloudAccountProvider(),
            of=account,
            aws_account_id=where.account_id,
            role_arn=self.role_arn,
            opts=child,
        )
        registration = CloudAccountRegistration(
            "registration",
            account=account,
            aws_account_id=where.account_id,
            role_arn=self.role_arn,
            alias=f"AWS {where.account_id}",
            description=f"Onboarded by the Pulumi stack {pulumi.get_project()}/{pulumi.get_stack()}",
            adopt=adopt,
            before=prior.before if prior else None,
            opts=child,
        )
        self.cloud_account_id = registration.id
        self.state = registration.state
        self.register_outputs({"roleArn": self.role_arn, "cloudAccountId": self.cloud_account_id, "state": self.state})
