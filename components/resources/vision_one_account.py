"""The AWS account as Vision One itself knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from components.resources.link import Link, LinkInputs, LinkSettings
from components.resources.link_provider import LinkProvider
from components.resources.properties import OnboardingResource, Props
from components.resources.role_refusals import ROLE_SPREADS_WITHIN, speaks_of_role
from components.resources.vision_one_tenant import VisionOneTenant
from components.trend.errors import BadRequest, Outdated

if TYPE_CHECKING:
    from components.trend.cam import CamClient, LinkedAccountReply

WORKLOAD = "workload"
"""The connected service that a Server & Workload Protection instance belongs to."""


@dataclass(frozen=True, kw_only=True)
class VisionOneAccountSettings(LinkSettings):
    """What we write to an account. What is None is neither read nor written: it stays as it is.

    Attributes:
        account_name, description: as the console shows them.
        features: `{"id": …, "regions": […]}` each, sorted.
        custom_tags: as the console shows them.
        workload_instance: of Server & Workload Protection.
    """

    account_name: str
    description: str = ""
    features: list[dict[str, Any]] = field(default_factory=list)
    custom_tags: dict[str, str] | None = None
    workload_instance: str | None = None


@dataclass(frozen=True, kw_only=True)
class VisionOneLinkInputs(LinkInputs):
    """Inputs of a link in Vision One.

    Attributes:
        customer: the tenant that the key must be of; empty where it is not known.
        custom_tags, workload_instance: None where the link's own are left alone.
    """

    customer: str = ""
    custom_tags: dict[str, str] | None = None
    workload_instance: str | None = None


class VisionOneAccountProvider(LinkProvider[VisionOneLinkInputs, VisionOneAccountSettings]):
    """Makes, reads, changes and removes the link. Its id is the AWS account's."""

    step = "Vision One cloud account"
    noun = "Vision One cloud account"
    identity: ClassVar[tuple[str, ...]] = ("awsAccountId",)
    inputs = VisionOneLinkInputs
    settings = VisionOneAccountSettings
    changes_in_place = True

    def find(self, inputs: VisionOneLinkInputs) -> Link[VisionOneAccountSettings] | None:
        return self.get(inputs.aws_account_id, inputs)

    def get(self, link_id: str, inputs: VisionOneLinkInputs) -> Link[VisionOneAccountSettings] | None:
        found = self._client(inputs).get(link_id)
        return None if found is None else _link(found, inputs)

    def make(self, inputs: VisionOneLinkInputs, settings: VisionOneAccountSettings) -> Link[VisionOneAccountSettings]:
        """Link the account. The reply has no body, so the link is taken to be as it was asked for."""
        body = {name: value for name, value in _body(settings).items() if value}
        self._client(inputs).create(inputs.aws_account_id, body)
        return Link(
            id=inputs.aws_account_id, name=_name(settings.account_name, inputs.aws_account_id), settings=settings
        )

    def change(
        self,
        link: Link[VisionOneAccountSettings],
        inputs: VisionOneLinkInputs,
        settings: VisionOneAccountSettings,
    ) -> Link[VisionOneAccountSettings]:
        """Change what differs. Where somebody else changed the link meanwhile, look and try once more.

        Raises:
            Outdated: it has been changed twice meanwhile, or points at another role now.
        """
        try:
            return self._modify(link, inputs, settings)
        except Outdated:
            current = self.get(link.id, inputs)
            if current is None or current.settings.role_arn not in (link.settings.role_arn, settings.role_arn):
                raise
            return current if current.settings == settings else self._modify(current, inputs, settings)

    def _modify(
        self,
        link: Link[VisionOneAccountSettings],
        inputs: VisionOneLinkInputs,
        settings: VisionOneAccountSettings,
    ) -> Link[VisionOneAccountSettings]:
        before, after = _body(link.settings), _body(settings)
        differing = {name: value for name, value in after.items() if value != before.get(name)}
        self._client(inputs).modify(link.id, differing, link.version)
        return Link(id=link.id, name=_name(settings.account_name, link.id), settings=settings)

    def remove(self, link_id: str, inputs: VisionOneLinkInputs) -> None:
        self._client(inputs).delete(link_id)

    def passes_with_time(self, error: BadRequest) -> float:
        return ROLE_SPREADS_WITHIN if speaks_of_role(error) else 0

    def _client(self, inputs: VisionOneLinkInputs) -> CamClient:
        return self.vision_one(inputs.customer).cam


def _link(account: LinkedAccountReply, inputs: VisionOneLinkInputs) -> Link[VisionOneAccountSettings]:
    instances = (each.instance_ids for each in account.connected_security_services if each.name == WORKLOAD)
    settings = VisionOneAccountSettings(
        role_arn=account.role_arn,
        account_name=account.name,
        description=account.description,
        features=sorted(
            ({"id": each.id, "regions": sorted(each.regions)} for each in account.features), key=lambda each: each["id"]
        ),
        custom_tags=None if inputs.custom_tags is None else {tag.key: tag.value for tag in account.custom_tags},
        workload_instance=None if inputs.workload_instance is None else "".join(next(instances, [])[:1]),
    )
    return Link(id=account.id, name=_name(account.name, account.id), settings=settings, version=account.etag)


def _name(name: str, account_id: str) -> str:
    return f"'{name or account_id}'"


def _body(settings: VisionOneAccountSettings) -> dict[str, Any]:
    """Return the settings as Vision One takes them; those that are left alone are not among them."""
    body: dict[str, Any] = {
        "roleArn": settings.role_arn,
        "name": settings.account_name,
        "description": settings.description,
        "features": settings.features,
    }
    if settings.custom_tags is not None:
        body["customTags"] = [{"key": key, "value": value} for key, value in sorted(settings.custom_tags.items())]
    if settings.workload_instance is not None:
        instance = settings.workload_instance
        body["connectedSecurityServices"] = [{"name": WORKLOAD, "instanceIds": [instance]}] if instance else []
    return body


class VisionOneAccount(OnboardingResource, module="trend", name="VisionOneAccount"):
    """The AWS account in Vision One, `trend:VisionOneAccount`; its id is the AWS account's.

    Args:
        name: the resource's name.
        provider: deals with it; None for the one that links the account itself.
        tenant: the Vision One tenant.
        aws_account_id: the AWS account to link, twelve digits.
        role_arn: the role that Vision One assumes.
        account_name, description: as the console shows them.
        features: `{"id": …, "regions": […]}` each, sorted by id.
        custom_tags: at most three, as the console shows them; None leaves them alone.
        workload_instance: id of the Server & Workload Protection instance; None leaves it alone.
        adopt: whether to adopt a link that is not managed by this stack.
        before: settings of such a link, from `PriorLink`.
    """

    def __init__(
        self,
        name: str,
        provider: VisionOneAccountProvider | None = None,
        *,
        tenant: VisionOneTenant,
        aws_account_id: pulumi.Input[str],
        role_arn: pulumi.Input[str],
        account_name: pulumi.Input[str],
        description: pulumi.Input[str],
        features: Sequence[Mapping[str, Any]],
        custom_tags: Mapping[str, str] | None,
        workload_instance: str | None,
        adopt: bool,
        before: pulumi.Input[dict[str, Any]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs: Props = {
            **tenant.link_inputs,
            "awsAccountId": aws_account_id,
            "roleArn": role_arn,
            "accountName": account_name,
            "description": description,
            "features": [dict(each) for each in features],
            "customTags": None if custom_tags is None else dict(custom_tags),
            "workloadInstance": workload_instance,
            "adopt": adopt,
            "before": before,
        }
        super().__init__(provider or VisionOneAccountProvider(), name, inputs, opts)
