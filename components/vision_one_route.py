"""The route by Vision One itself, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from components.aws.cloudformation import VISION_ONE_STACK
from components.aws.context import AwsContext
from components.aws.names import topic_name, trail_name
from components.aws.tags import all_tags
from components.checks.findings import TrailDoubt
from components.checks.preflight import Preflight
from components.resources.deployment import Deployment
from components.resources.vision_one_tenant import VisionOneTenant
from components.settings.direct import DirectLink, Feature, with_audit_logs
from components.settings.model import ExistingTrail, NewTrail, Settings
from components.steps.audit_trail import AuditTrail
from components.steps.health import HealthCheck
from components.steps.vision_one_link import VisionOneLink
from components.steps.vision_one_stack import VisionOneStack

EXPERIMENTAL = (
    "CloudTrail on route visionOne is experimental: the account is linked by Trend's own CloudFormation stack, whose "
    "template was never seen; docs/limits.md says what is inferred, and what happens if it is wrong"
)


class VisionOneRoute:
    """Declares what links an AWS account in Vision One, without Cloud One. With a trail it is experimental.

    Nothing is created before the tenant has taken the key and may use the features.

    Args:
        parent: of all that is declared.
        settings, where: as `components.onboarding.Onboarding` takes them.
        link: what the link is to be.
        found: what the checks before the program found.

    Attributes:
        outputs: the stack's outputs by name.
    """

    def __init__(
        self,
        parent: pulumi.Resource,
        settings: Settings,
        link: DirectLink,
        where: AwsContext,
        found: Preflight,
    ) -> None:
        self._parent = parent
        self._settings = settings
        self._link = link
        self._where = where
        self._found = found
        self.outputs: dict[str, pulumi.Input[Any]] = {}

    def declare(self) -> pulumi.Output[Any]:
        """Declare it; return what is known when all is done."""
        settings, link, where = self._settings, self._link, self._where
        child = pulumi.ResourceOptions(parent=self._parent)

        features = link.features if settings.trail is None else with_audit_logs(link.features, where.region)
        # The tenant of the API key, and what it may use
        tenant = VisionOneTenant(
            "vision-one-tenant",
            aws_account_id=where.account_id,
            aws_region=where.region,
            vision_one_region=link.region,
            features=[each.id for each in features],
            opts=child,
        )
        after_tenant = pulumi.ResourceOptions(parent=self._parent, depends_on=[tenant])
        deployment = Deployment("deployment", opts=after_tenant)
        tags = all_tags(settings.tags, deployment.mark)

        # The link, with a role of its own or, where Vision One is to read a trail, with that of Trend's stack
        linked: VisionOneLink | VisionOneStack
        traced: dict[str, pulumi.Input[str]] = {}
        if settings.trail is None:
            linked = VisionOneLink(
                "vision-one-link",
                tenant=tenant,
                where=where,
                link=link,
                features=features,
                oidc_provider_arn=self._found.oidc_provider_arn,
                adopt=settings.adopt,
                permissions_boundary=settings.permissions_boundary,
                role_path=settings.role_path,
                tags=tags,
                opts=after_tenant,
            )
        else:
            linked, traced = self._stack(settings.trail, tenant, deployment, features, after_tenant)

        # After the last step: what was created is read back
        check = HealthCheck(
            "health-check",
            expected={
                "vision_one_region": link.region,
                "customer": tenant.customer,
                "aws_account_id": where.account_id,
                "aws_region": where.region,
                "role_arn": linked.role_arn,
                **traced,
            },
            on_failure=settings.health_check,
            triggers=[linked.account_id, linked.role_arn],
            after=[linked],
            opts=pulumi.ResourceOptions(parent=self._parent),
        )
        self.outputs |= {
            "visionOneBusinessId": tenant.business_id,
            "visionOneRoleArn": linked.role_arn,
            "visionOneAccountId": linked.account_id,
            "awsAccountId": where.account_id,
            "health": check.health,
        }
        return check.health

    def _stack(
        self,
        source: NewTrail | ExistingTrail,
        tenant: VisionOneTenant,
        deployment: Deployment,
        features: Sequence[Feature],
        opts: pulumi.ResourceOptions,
    ) -> tuple[VisionOneStack, dict[str, pulumi.Input[str]]]:
        """Declare the trail and Trend's stack that reads it; return it, and what the health check is told of both."""
        where, found = self._where, self._found
        tags = all_tags(self._settings.tags, deployment.mark)
        pulumi.log.info(EXPERIMENTAL)
        trail = AuditTrail(
            "audit-trail",
            account=None,
            source=source,
            where=where,
            tags=tags,
            stopped=found.doubt is TrailDoubt.STOPPED,
            opts=opts,
        )
        if isinstance(source, ExistingTrail):
            # Without preflight there is nothing that names the trail.
            trail_arn, topic_arn = (found.audited.arn, found.audited.topic_arn) if found.audited else ("", "")
        else:
            name = trail_name()
            trail_arn, topic_arn = where.arn("cloudtrail", f"trail/{name}"), where.arn("sns", topic_name(name))
        stack = VisionOneStack(
            "vision-one-stack-link",
            tenant=tenant,
            where=where,
            link=self._link,
            features=features,
            trail_arn=trail_arn,
            topic_arn=topic_arn,
            after=[trail],
            mark=deployment.mark,
            adopt=self._settings.adopt,
            tags=tags,
            opts=opts,
        )
        self.outputs = {
            "trailArn": trail_arn,
            "trailBucketName": trail.bucket_name,
            "visionOneStackId": stack.stack_id,
            "visionOneKeyIssued": stack.key_issued,
        }
        return stack, {"stack_name": VISION_ONE_STACK, "bucket_name": trail.bucket_name}
