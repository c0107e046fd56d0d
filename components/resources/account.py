"""Step 1: which Cloud One account and region the API key belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, ReadResult, UpdateResult

from components.resources.base import TrendProvider, reported
from components.resources.properties import Inputs, OnboardingResource, OutputProperty, Props
from components.spelling import did_you_mean
from components.trend.errors import Forbidden, TrendError

if TYPE_CHECKING:
    from components.trend.accounts import ApiKeyDetails


READ_ONLY = "read-only"
"""The id of the role that comes with Cloud One and may change nothing."""

ROLE_HINT = "give the API key the role Full Access (Cloud One, Administration > API Keys), or use another one"


@dataclass(frozen=True, kw_only=True)
class AccountInputs(Inputs):
    """Inputs of step 1.

    Attributes:
        aws_account_id, aws_region: what is about to be onboarded.
    """

    aws_account_id: str
    aws_region: str


class RegionMismatch(TrendError):
    """The AWS region in use is not the one that belongs to the Cloud One region."""


class AccountProvider(TrendProvider):
    """Asks whose key it is and whether the regions fit. It makes nothing, so it has nothing to remove."""

    step = "step 1, Cloud One account"
    identity = ()

    def check(self, olds: Props, news: Props) -> CheckResult:
        """Refuse to carry a stack over to another AWS account: the links of the first would be orphaned."""
        result = super().check(olds, news)
        old, new = olds.get("awsAccountId"), news.get("awsAccountId")
        if isinstance(old, str) and isinstance(new, str) and old != new:
            reason = f"this stack onboards AWS account {old}, the credentials in use are of {new}; use another stack"
            result.failures.append(CheckFailure("awsAccountId", reason))
        return result

    @reported
    def create(self, props: Props) -> CreateResult:
        """Look the key up; refuse one that is switched off, and an AWS region that does not fit."""
        outs = self._verify(props)
        return CreateResult(outs["accountId"], outs)

    @reported
    def read(self, account_id: str, props: Props) -> ReadResult:
        """Make sure that the key is still one of this account; there is nothing here that could drift."""
        self.trend(account_id)
        return ReadResult(account_id, props, AccountInputs.of(props).props())

    @reported
    def update(self, account_id: str, _olds: Props, news: Props) -> UpdateResult:
        """Verify again, with the new region."""
        self.trend(account_id)
        return UpdateResult(self._verify(news))

    def _verify(self, props: Props) -> Props:
        inputs = AccountInputs.of(props)
        key = self.trend().key_details()
        check_usable(key)
        check_region(key.account_id, key.region, inputs.aws_region, self.aws_regions())
        return {**inputs.props(), "accountId": key.account_id, "region": key.region}


def check_usable(key: ApiKeyDetails) -> None:
    """Refuse a key that cannot change anything at Trend; of a role that somebody has defined nobody can tell.

    Raises:
        Forbidden: an administrator has switched it off, or it may only read.
    """
    check_enabled(key)
    if key.role_id == READ_ONLY:
        raise Forbidden(f"the API key '{key.alias}' has the role {READ_ONLY}, which may change nothing", hint=ROLE_HINT)


def check_enabled(key: ApiKeyDetails) -> None:
    """Refuse a key that an administrator has switched off.

    Raises:
        Forbidden: it is.
    """
    if not key.enabled:
        raise Forbidden(
            f"the API key '{key.alias}' is disabled",
            hint="enable it in Cloud One, Administration > API Keys, or use another one",
        )


def check_region(account_id: str, region: str, aws_region: str, table: Mapping[str, str]) -> None:
    """Compare the AWS region in use with the one that belongs to the Cloud One region.

    Args:
        account_id: the Cloud One account, for the message.
        region: its region, for example `de-1`.
        aws_region: the one in use, for example `eu-central-1`.
        table: the AWS region of each Cloud One region.

    Raises:
        RegionMismatch: they differ, or the Cloud One region is in no table.
    """
    if region not in table:
        near = did_you_mean(region, list(table))
        raise RegionMismatch(
            f"Cloud One account {account_id} is in region {region}, which is not in the table of regions{near}",
            hint=f"add it: `pulumi config set --path 'regionMap.{region}' <AWS region>`",
        )
    if table[region] != aws_region:
        raise RegionMismatch(
            f"Cloud One account {account_id} is in region {region}, which belongs to AWS region {table[region]}, "
            f"but the AWS region in use is {aws_region}",
            hint=f"run `pulumi config set aws:region {table[region]}`",
        )


class CloudOneAccount(OnboardingResource, module="trend", name="CloudOneAccount"):
    """The Cloud One account behind the API key, `trend:CloudOneAccount`; its id is the account's.

    Args:
        name: the resource's name.
        aws_account_id, aws_region: what is about to be onboarded.
    """

    account_id = OutputProperty[str]()
    """The account's id: twelve digits, perhaps with a leading zero."""

    region = OutputProperty[str]()
    """The account's region, for example `us-1`."""

    def __init__(
        self,
        name: str,
        *,
        aws_account_id: pulumi.Input[str],
        aws_region: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"awsAccountId": aws_account_id, "awsRegion": aws_region}
        super().__init__(AccountProvider(), name, inputs, opts)

    @property
    def link_inputs(self) -> Props:
        """What a link of this account is told of it."""
        return {"cloudOneAccountId": self.account_id, "region": self.region}
