"""Experimental: Trend's stack that links the AWS account in Vision One and lets it read a trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.aws.cloudformation import VISION_ONE_STACK
from components.aws.context import AwsContext
from components.aws.tags import TEMPLATE_TAG
from components.resources.vision_one_account import VisionOneAccount
from components.resources.vision_one_registered import RegisteredAccountProvider, VisionOneStackRole
from components.resources.vision_one_template import VisionOneTemplate
from components.resources.vision_one_tenant import VisionOneTenant
from components.settings.direct import DirectLink, Feature
from components.steps.vision_one_link import describe_account

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
"""What Trend's console asks for; the template was never seen."""

TRAIL_ARN, TOPIC_ARN = "CloudAuditLogMonitoringCloudTrailArn", "CloudAuditLogMonitoringCloudTrailSNSTopicArn"
"""Parameters of the template (source: Trend's manual on the feature)."""


class VisionOneStack(pulumi.ComponentResource):
    """`trend:onboarding:VisionOneStack`: Trend's stack, which links the AWS account in Vision One with a role of its
    own, and the link. Experimental: the stack's template was never seen, and docs/limits.md lists what is inferred.

    A link that is not managed by this stack is left alone, unless `adopt` says otherwise. The stack is never updated,
    but replaced: CloudFormation shows its key masked, and the AWS provider would send the mask. Meanwhile Vision One
    cannot read the account.

    Args:
        name: the component's name.
        tenant: the Vision One tenant that gets the link.
        where: the AWS account.
        link: what the link is to be.
        features: what Vision One is to do with the account.
        trail_arn: the trail that it reads.
        topic_arn: of the topic to which that says what it delivered.
        after: what has to be there before Trend's stack. What may refuse the stack is asked before.
        mark: of the deployment.
        adopt: whether to adopt a link that is not managed by this stack.
        tags: of the stack and what it creates.

    Attributes:
        role_arn: the role with which the stack has registered the account.
        account_id: the link's id, which is the AWS account's.
        stack_id: of Trend's stack.
        key_issued: when the key was issued with which the stack registers the account.
    """

    role_arn: pulumi.Output[str]
    account_id: pulumi.Output[str]
    stack_id: pulumi.Output[str]
    key_issued: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        tenant: VisionOneTenant,
        where: AwsContext,
        link: DirectLink,
        features: Sequence[Feature],
        trail_arn: str,
        topic_arn: str,
        after: Sequence[pulumi.Resource],
        mark: pulumi.Input[str],
        adopt: bool,
        tags: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:VisionOneStack", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        account = describe_account(link, features, where.account_id)
        template = VisionOneTemplate(
            "vision-one-template",
            tenant=tenant,
            vision_one_region=link.region,
            aws_account_id=where.account_id,
            aws_region=where.region,
            stack_name=VISION_ONE_STACK,
            stack_settings={
                "parameters": {TRAIL_ARN: trail_arn, TOPIC_ARN: topic_arn},
                "tags": dict(tags),
            },
            mark=mark,
            adopt=adopt,
            opts=child,
            **account,
        )
        stack = aws.cloudformation.Stack(
            "vision-one-stack",
            name=VISION_ONE_STACK,
            template_url=template.template_url,
            parameters=template.parameters,
            capabilities=CAPABILITIES,
            tags={**tags, TEMPLATE_TAG: template.template_digest},
            # A stack that could not be created leaves nothing, and the next run creates it from a fresh link.
            on_failure="DELETE",
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=list(after),
                # Whatever makes another stack makes another link, whose key is good for one creation. What is ignored
                # is in the template's inputs: it cannot change alone, and a replacement takes it as it is then.
                ignore_changes=["parameters", "tags"],
                replace_on_changes=["*", "#initerror"],
                delete_before_replace=True,
            ),
        )
        role = VisionOneStackRole(
            "vision-one-stack-role",
            tenant=tenant,
            aws_account_id=where.account_id,
            aws_region=where.region,
            stack_id=stack.id,
            opts=child,
        )
        registered = VisionOneAccount(
            "vision-one-account",
            RegisteredAccountProvider(),
            tenant=tenant,
            aws_account_id=where.account_id,
            role_arn=role.role_arn,
            adopt=adopt,
            before=template.before,
            opts=child,
            **account,
        )
        self.role_arn = role.role_arn
        self.account_id = registered.id
        self.stack_id = stack.id
        self.key_issued = template.issued
        self.register_outputs({"stackId": self.stack_id, "roleArn": self.role_arn, "accountId": self.account_id})
