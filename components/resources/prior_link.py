"""What stood at Trend before a link was adopted.

Adoption changes a link that something else made, and a run can die between that change and the state's knowledge of it.
The earlier settings are therefore read and kept by a resource of their own, complete before the change begins.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from components.resources.account import CloudOneAccount
from components.resources.base import reported
from components.resources.cloud_account import CloudAccountProvider, CloudAccountSettings
from components.resources.connector import ConnectorProvider, ConnectorSettings
from components.resources.link import CloudOneLinkInputs, InputsT, LinkSettings, SettingsT
from components.resources.link_provider import LinkProvider
from components.resources.properties import OnboardingResource, OutputProperty, Props
from components.resources.vision_one_account import (
    VisionOneAccountProvider,
    VisionOneAccountSettings,
    VisionOneLinkInputs,
)
from components.resources.vision_one_tenant import VisionOneTenant


class PriorLinkProvider(LinkProvider[InputsT, SettingsT]):
    """Reads the link of an AWS account once and keeps its settings as `before`, unless the link is ours.

    Mixed in before the provider of the link itself, of which it uses `find`, and `make` for what nobody else would put
    back.
    """

    @reported
    def create(self, props: Props) -> CreateResult:
        """Read the link as it stands before anything is changed."""
        inputs = self.inputs.of(props)
        link = self.find(inputs)
        foreign = link is not None and link.settings.role_arn != LinkSettings.of(props).role_arn
        # Not left out where there is none: the SDK takes an absent output for an unknown one in every preview.
        before = link.settings.props() if link is not None and foreign else {}
        return CreateResult(inputs.aws_account_id, {**props, "before": before})

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Never replace what was recorded: the live link is ours by now."""
        return DiffResult(changes=None, replaces=[])

    def read(self, link_id: str, props: Props) -> ReadResult:
        """Return what was recorded."""
        return ReadResult(link_id, props)

    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Keep what was recorded, whatever else changes."""
        return UpdateResult({**news, "before": olds["before"]})

    @reported
    def delete(self, _id: str, props: Props) -> None:
        """Forget the record; the link itself holds what it gets back, and goes first.

        Where there is no link by now, a run died between taking away the earlier one and making ours, so that nothing
        but this record knows of it: it is made again.
        """
        inputs = self.inputs.of(props)
        if inputs.before and not self.changes_in_place and self.find(inputs) is None:
            before = self.settings.of(inputs.before)
            if self.restore(before, lambda: self.make(inputs, before)):
                self.say(f"recreated {self.noun} {inputs.aws_account_id} with its earlier settings")


class PriorConnectorProvider(PriorLinkProvider[CloudOneLinkInputs, ConnectorSettings], ConnectorProvider):
    """Keeps the settings of an earlier Workload Security connector."""


class PriorCloudAccountProvider(PriorLinkProvider[CloudOneLinkInputs, CloudAccountSettings], CloudAccountProvider):
    """Keeps the settings of an earlier Cloud One cloud account."""


class PriorVisionOneAccountProvider(
    PriorLinkProvider[VisionOneLinkInputs, VisionOneAccountSettings], VisionOneAccountProvider
):
    """Keeps the settings of an earlier Vision One cloud account."""


class PriorLink(OnboardingResource, module="trend", name="PriorLink"):
    """The settings that a link had before this stack adopted it, `trend:PriorLink`. It changes nothing at Trend, unless
    a dead run left nothing there.

    Args:
        name: the resource's name.
        provider: which kind of link.
        of: the Cloud One account or the Vision One tenant that has the link.
        aws_account_id: the AWS account whose link it is.
        role_arn: the role of this stack; a link that points at it is ours and is not recorded.
        managed: those settings of the link that this stack may leave alone and does not.

    Attributes:
        provider: which kind of link.
    """

    before = OutputProperty[dict[str, Any]]()
    """The earlier settings; empty where there was no link, or only this stack's."""

    def __init__(
        self,
        name: str,
        provider: PriorConnectorProvider | PriorCloudAccountProvider | PriorVisionOneAccountProvider,
        *,
        of: CloudOneAccount | VisionOneTenant,
        aws_account_id: pulumi.Input[str],
        role_arn: pulumi.Input[str],
        managed: Props | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {**of.link_inputs, "awsAccountId": aws_account_id, "roleArn": role_arn, **(managed or {})}
        self.provider = provider
        super().__init__(provider, name, inputs, opts)
