"""Step 6: the registration of the AWS account with Cloud One."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.resources.account import CloudOneAccount
from components.resources.link import CloudOneLinkInputs, Link, LinkExists, LinkSettings
from components.resources.link_provider import LinkProvider
from components.resources.properties import OnboardingResource, OutputProperty
from components.trend.errors import NotFound, TrendError

if TYPE_CHECKING:
    from components.trend.cloud_accounts import CloudAccountReply, CloudAccountsClient


@dataclass(frozen=True, kw_only=True)
class CloudAccountSettings(LinkSettings):
    """What we write to a cloud account.

    Attributes:
        alias, description: as the console shows them.
    """

    alias: str = ""
    description: str = ""


class CloudAccountProvider(LinkProvider[CloudOneLinkInputs, CloudAccountSettings]):
    """Makes, reads, changes and removes the registration. Its id is the AWS account's."""

    step = "step 6, Cloud One cloud account"
    noun = "Cloud One cloud account"
    inputs = CloudOneLinkInputs
    settings = CloudAccountSettings
    changes_in_place = False

    def find(self, inputs: CloudOneLinkInputs) -> Link[CloudAccountSettings] | None:
        found = self._client(inputs).find(inputs.aws_account_id)
        return None if found is None else _link(found)

    def get(self, link_id: str, inputs: CloudOneLinkInputs) -> Link[CloudAccountSettings] | None:
        found = self._client(inputs).get(link_id)
        return None if found is None else _link(found)

    def still_exists(self, link_id: str, inputs: CloudOneLinkInputs) -> bool:
        return self._client(inputs).still_exists(link_id)

    def make(self, inputs: CloudOneLinkInputs, settings: CloudAccountSettings) -> Link[CloudAccountSettings]:
        made = self._client(inputs).create(
            role_arn=settings.role_arn, alias=settings.alias, description=settings.description
        )
        return _link(made)

    def change(
        self, link: Link[CloudAccountSettings], inputs: CloudOneLinkInputs, settings: CloudAccountSettings
    ) -> Link[CloudAccountSettings]:
        """Register the account anew: no call that changes a registration is documented.

        A registration that is refused leaves the earlier one in place. A run that dies between the calls leaves none,
        and the next one makes it.
        """
        with contextlib.suppress(NotFound):
            self.remove(link.id, inputs)
        try:
            return self._make(inputs, settings)
        except LinkExists:
            raise  # somebody else was faster
        except TrendError:
            self._put_back(link, inputs)
            raise

    def _put_back(self, link: Link[CloudAccountSettings], inputs: CloudOneLinkInputs) -> None:
        try:
            self._make(inputs, link.settings)
        except TrendError as error:
            self.say(f"{self.noun} {link.name} with role {link.settings.role_arn} is gone, and not restored: {error}")

    def remove(self, link_id: str, inputs: CloudOneLinkInputs) -> None:
        self._client(inputs).delete(link_id)

    def _client(self, inputs: CloudOneLinkInputs) -> CloudAccountsClient:
        return self.trend(inputs.cloud_one_account_id).cloud_accounts(inputs.region)


def _link(account: CloudAccountReply) -> Link[CloudAccountSettings]:
    settings = CloudAccountSettings(role_arn=account.role_arn, alias=account.alias, description=account.description)
    return Link(
        id=account.id, name=f"'{account.alias or account.id}'", settings=settings, facts={"state": account.state}
    )


class CloudAccountRegistration(OnboardingResource, module="trend", name="CloudAccount"):
    """The registration of an AWS account with Cloud One, `trend:CloudAccount`; its id is the AWS account's.

    Args:
        name: the resource's name.
        account: the Cloud One account.
        aws_account_id: the AWS account to register, twelve digits.
        role_arn: the role that Cloud One assumes.
        alias, description: as the console shows them.
        adopt: whether to adopt a registration that is not managed by this stack.
        before: settings of such a registration, from `PriorLink`.
    """

    state = OutputProperty[str]()
    """Trend's word for the registration's state; `managed` when all is well."""

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        aws_account_id: pulumi.Input[str],
        role_arn: pulumi.Input[str],
        alias: pulumi.Input[str],
        description: pulumi.Input[str],
        adopt: bool,
        before: pulumi.Input[dict[str, str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "cloudOneAccountId": account.account_id,
            "region": account.region,
            "awsAccountId": aws_account_id,
            "roleArn": role_arn,
            "alias": alias,
            "description": description,
            "adopt": adopt,
            "before": before,
        }
        super().__init__(CloudAccountProvider(), name, inputs, opts)
