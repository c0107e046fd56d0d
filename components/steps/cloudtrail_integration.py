"""Steps 7 and 8: the token for the CloudTrail integration, and Trend's stack that forwards the trail's events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.aws.context import AwsContext
from components.aws.tags import TEMPLATE_TAG
from components.resources.account import CloudOneAccount
from components.resources.cloudtrail_parameters import CloudTrailParameters
from components.resources.forwarder_hooks import forwarder_hooks
from components.resources.key_check import KeyCheck
from components.resources.notification_merge import NotificationMerge
from components.resources.notification_snapshot import NotificationSnapshot
from components.resources.vendor_template import VendorTemplate
from components.settings.model import HostedTemplates

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class CloudTrailIntegration(pulumi.ComponentResource):
    """`trend:onboarding:CloudTrailIntegration`: Trend's stack that sends a trail's events to Trend, and the token
    it does that with.

    The token cannot be revoked at Trend: no call does. The stack replaces the bucket's whole notification
    configuration; existing notifications are restored beside its own.

    Args:
        name: the component's name.
        account: the Cloud One account that gets the events.
        where: the AWS account and region.
        snapshot: what others have in the bucket that the trail delivers to.
        stack_name: the stack's name, at most 8 characters: names inside Trend's template grow to AWS's limit.
        templates: where Trend's templates are; None for the address that Trend names.
        tags: of the stack and what it creates.
        after: what the first resource waits for, and the others by it; the component itself does not, see `VisionOne`.

    Attributes:
        stack_id: the stack's ARN.
    """

    stack_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        where: AwsContext,
        snapshot: NotificationSnapshot,
        stack_name: str,
        templates: HostedTemplates | None,
        tags: Mapping[str, pulumi.Input[str]],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:CloudTrailIntegration", name, None, opts)
        asked = CloudTrailParameters(
            "parameters",
            account=account,
            aws_account_id=where.account_id,
            aws_region=where.region,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )

        def hosted(trends_url: str) -> str:
            if templates is None:
                return trends_url
            return templates.url(trends_url.rpartition("/")[2], where.region, where.url_suffix)

        url = asked.template_url.apply(hosted)
        template = VendorTemplate(
            "forwarder-template",
            template_url=url,
            aws_region=where.region,
            opts=pulumi.ResourceOptions(parent=self),
        )
        stack = aws.cloudformation.Stack(
            "forwarder",
            name=stack_name,
            template_url=url,
            parameters={
                "ExistingCloudtrailBucketName": snapshot.bucket_name,
                "ServiceToken": asked.service_token,
                "ServiceURL": asked.service_url,
                "S3BucketName": asked.code_bucket,
                "APIVersion": asked.api_version,
            },
            capabilities=CAPABILITIES,
            tags={**tags, TEMPLATE_TAG: template.digest},
            on_failure="DELETE",
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[snapshot],
                hooks=forwarder_hooks(
                    snapshot,
                    aws_account_id=where.account_id,
                    aws_region=where.region,
                    stack_name=stack_name,
                ),
                # CloudFormation shows a NoEcho parameter as `****`, and the AWS provider takes that for its value: it
                # would differ from the token in every preview. Ignored, it does not; but an update in place would then
                # send `****` to AWS as the token (hashicorp/terraform-provider-aws issue 55). Hence any change
                # replaces the stack, and a replacement sends the token.
                ignore_changes=["parameters.ServiceToken"],
                replace_on_changes=["*", "#initerror"],
                delete_before_replace=True,
            ),
        )
        NotificationMerge(
            "restored-notifications",
            snapshot=snapshot,
            aws_account_id=where.account_id,
            aws_region=where.region,
            stack_id=stack.id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        KeyCheck("forwarder-key-check", account=account, before=[stack.id], opts=pulumi.ResourceOptions(parent=self))
        self.stack_id = stack.id
        self.register_outputs({"stackId": self.stack_id})
