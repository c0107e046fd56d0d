"""Step 4: the connector between the AWS account and Workload Security."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.resources.account import CloudOneAccount
from components.resources.link import CloudOneLinkInputs, Link, LinkSettings
from components.resources.link_provider import LinkProvider
from components.resources.properties import OnboardingResource
from components.resources.role_refusals import ROLE_SPREADS_WITHIN, speaks_of_role
from components.trend.errors import BadRequest

if TYPE_CHECKING:
    from components.trend.workload import ConnectorReply, WorkloadClient


@dataclass(frozen=True, kw_only=True)
class ConnectorSettings(LinkSettings):
    """What we write to a connector.

    Attributes:
        display_name: its name in the console.
    """

    display_name: str


class ConnectorProvider(LinkProvider[CloudOneLinkInputs, ConnectorSettings]):
    """Makes, reads, changes and removes the connector. Its id is Trend's number."""

    step = "step 4, Workload Security connector"
    noun = "Workload Security connector"
    inputs = CloudOneLinkInputs
    settings = ConnectorSettings
    changes_in_place = True

    def find(self, inputs: CloudOneLinkInputs) -> Link[ConnectorSettings] | None:
        found = self._client(inputs).find_connectors(inputs.aws_account_id)
        return _link(found[0]) if found else None

    def get(self, link_id: str, inputs: CloudOneLinkInputs) -> Link[ConnectorSettings] | None:
        found = self._client(inputs).get_connector(link_id)
        return None if found is None else _link(found)

    def make(self, inputs: CloudOneLinkInputs, settings: ConnectorSettings) -> Link[ConnectorSettings]:
        made = self._client(inputs).create_connector(
            account_id=inputs.aws_account_id, display_name=settings.display_name, role_arn=settings.role_arn
        )
        return _link(made)

    def change(
        self, link: Link[ConnectorSettings], inputs: CloudOneLinkInputs, settings: ConnectorSettings
    ) -> Link[ConnectorSettings]:
        changed = self._client(inputs).modify_connector(
            link.id, display_name=settings.display_name, role_arn=settings.role_arn
        )
        return _link(changed)

    def remove(self, link_id: str, inputs: CloudOneLinkInputs) -> None:
        self._client(inputs).delete_connector(link_id)

    def passes_with_time(self, error: BadRequest) -> float:
        return ROLE_SPREADS_WITHIN if speaks_of_role(error) else 0

    def _client(self, inputs: CloudOneLinkInputs) -> WorkloadClient:
        return self.trend(inputs.cloud_one_account_id).workload(inputs.region)


def _link(connector: ConnectorReply) -> Link[ConnectorSettings]:
    settings = ConnectorSettings(role_arn=connector.cross_account_role_arn, display_name=connector.display_name)
    return Link(id=connector.id, name=f"'{connector.display_name}' (ID {connector.id})", settings=settings)


class Connector(OnboardingResource, module="trend", name="Connector"):
    """The connector of an AWS account, `trend:Connector`; its id is Trend's number of it.

    Args:
        name: the resource's name.
        account: the Cloud One account.
        aws_account_id: the AWS account to link, twelve digits.
        role_arn: the role that Workload Security assumes.
        display_name: the connector's name in the console.
        adopt: whether to adopt a connector that is not managed by this stack.
        before: settings of such a connector, from `PriorLink`.
    """

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        aws_account_id: pulumi.Input[str],
        role_arn: pulumi.Input[str],
        display_name: pulumi.Input[str],
        adopt: bool,
        before: pulumi.Input[dict[str, str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "cloudOneAccountId": account.account_id,
            "region": account.region,
            "awsAccountId": aws_account_id,
            "roleArn": role_arn,
            "displayName": display_name,
            "adopt": adopt,
            "before": before,
        }
        super().__init__(ConnectorProvider(), name, inputs, opts)
