"""The route by Vision One itself, on one page."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_command

from components.aws.context import AwsContext
from components.aws.tags import all_tags
from components.resources.deployment import Deployment
from components.resources.vision_one_tenant import VisionOneTenant
from components.settings.direct import DirectLink
from components.settings.model import Settings
from components.steps.health import HealthCheck
from components.steps.vision_one_link import VisionOneLink


class VisionOneRoute:
    """Declares what links an AWS account in Vision One, without Cloud One.

    Nothing is created before the tenant has taken the key and may use the features.

    Args:
        parent: of all that is declared.
        settings, where: as `components.onboarding.Onboarding` takes them.
        link: what the link is to be.
        oidc_provider_arn: of Vision One's OpenID Connect provider that the account has already; None creates one.

    Attributes:
        outputs: the stack's outputs by name.
    """

    def __init__(
        self,
        parent: pulumi.Resource,
        settings: Settings,
        link: DirectLink,
        where: AwsContext,
        oidc_provider_arn: str | None,
    ) -> None:
        self._parent = parent
        self._settings = settings
        self._link = link
        self._where = where
        self._oidc_provider_arn = oidc_provider_arn
        self.outputs: dict[str, pulumi.Input[Any]] = {}

    def declare(self) -> pulumi.Output[Any]:
        """Declare it; return what is known when all is done."""
        settings, link, where = self._settings, self._link, self._where
        child = pulumi.ResourceOptions(parent=self._parent)
        commands = pulumi_command.Provider("command", opts=child)

        # The tenant of the API key, and what it may use
        tenant = VisionOneTenant(
            "vision-one-tenant",
            aws_account_id=where.account_id,
            aws_region=where.region,
            vision_one_region=link.region,
            features=[each.id for each in link.features],
            opts=child,
        )
        after_tenant = pulumi.ResourceOptions(parent=self._parent, depends_on=[tenant])
        deployment = Deployment("deployment", opts=after_tenant)
        tags = all_tags(settings.tags, deployment.mark)

        # The role that Vision One assumes, and the link that names it
        linked = VisionOneLink(
            "vision-one-link",
            tenant=tenant,
            where=where,
            link=link,
            features=link.features,
            oidc_provider_arn=self._oidc_provider_arn,
            adopt=settings.adopt,
            permissions_boundary=settings.permissions_boundary,
            role_path=settings.role_path,
            tags=tags,
            opts=after_tenant,
        )

        # After the last step: what was created is read back
        check = HealthCheck(
            "health-check",
            expected={
                "vision_one_region": link.region,
                "customer": tenant.customer,
                "aws_account_id": where.account_id,
                "aws_region": where.region,
                "role_arn": linked.role_arn,
            },
            on_failure=settings.health_check,
            triggers=[linked.account_id, linked.role_arn],
            opts=pulumi.ResourceOptions(parent=self._parent, depends_on=[linked], providers=[commands]),
        )
        self.outputs = {
            "visionOneBusinessId": tenant.business_id,
            "visionOneRoleArn": linked.role_arn,
            "visionOneAccountId": linked.account_id,
            "awsAccountId": where.account_id,
            "health": check.health,
        }
        return check.health
