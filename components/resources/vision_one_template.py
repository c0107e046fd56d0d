"""Experimental: Trend's CloudFormation template for one AWS account; see `vision_one_template_provider`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.resources.properties import OnboardingResource, OutputProperty, Props
from components.resources.vision_one_template_provider import VisionOneTemplateProvider
from components.resources.vision_one_tenant import VisionOneTenant


class VisionOneTemplate(OnboardingResource, module="trend", name="VisionOneTemplate"):
    """Trend's template that links one AWS account, `trend:VisionOneTemplate`. Experimental.

    Args:
        name: the resource's name.
        tenant: the Vision One tenant.
        aws_account_id, aws_region: where the stack is going to be.
        account_name, description, custom_tags, workload_instance: as the stack registers the account. Another wish
            later is for `VisionOneAccount`, which changes it in place: it makes no other stack.
        features: `{"id": …, "regions": […]}` each, sorted by id.
        stack_name: of the stack.
        stack_settings: what else it is made of: `parameters` that Vision One does not know, and `tags`.
        mark: of this deployment.
        adopt: whether to adopt a link that is not managed by this stack.
    """

    template_url = OutputProperty[str]()
    """Where the template is, for as long as the link serves; a secret."""

    template_digest = OutputProperty[str]()
    """Digest of the template, but for what differs at every call."""

    parameters = OutputProperty[dict[str, str]]()
    """Values of the template's parameters, a short-lived key among them; a secret."""

    issued = OutputProperty[str]()
    """When link and key were issued."""

    before = OutputProperty[dict[str, Any]]()
    """Settings of the link that was there before and is adopted; empty where there was none."""

    def __init__(
        self,
        name: str,
        *,
        tenant: VisionOneTenant,
        vision_one_region: str,
        aws_account_id: str,
        aws_region: str,
        account_name: str,
        description: str,
        custom_tags: Mapping[str, str] | None,
        workload_instance: str | None,
        features: Sequence[Mapping[str, Any]],
        stack_name: str,
        stack_settings: Mapping[str, pulumi.Input[Any]],
        mark: pulumi.Input[str],
        adopt: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs: Props = {
            **tenant.link_inputs,
            "businessId": tenant.business_id,
            "oidcProvider": tenant.oidc_provider,
            "visionOneRegion": vision_one_region,
            "awsAccountId": aws_account_id,
            "awsRegion": aws_region,
            "accountName": account_name,
            "description": description,
            "customTags": None if custom_tags is None else dict(custom_tags),
            "workloadInstance": workload_instance,
            "features": [dict(each) for each in features],
            "stackName": stack_name,
            "stackSettings": dict(stack_settings),
            "mark": mark,
            "adopt": adopt,
        }
        own = pulumi.ResourceOptions(
            additional_secret_outputs=["templateUrl", "parameters"],
            # What makes no other stack: as a change of this resource it would make the stack look replaced in previews.
            ignore_changes=["accountName", "description", "customTags", "workloadInstance", "adopt"],
        )
        super().__init__(VisionOneTemplateProvider(), name, inputs, pulumi.ResourceOptions.merge(opts, own))
