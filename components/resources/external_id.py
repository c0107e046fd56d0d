"""The external id that Trend names when it assumes the cross-account role of step 3."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from components.resources.account import CloudOneAccount
from components.resources.base import TrendProvider, reported
from components.resources.properties import Inputs, OnboardingResource, OutputProperty, Props
from components.trend.errors import Forbidden, NotFound, TrendError


@dataclass(frozen=True, kw_only=True)
class ExternalIdInputs(Inputs):
    """The Cloud One account whose external id is asked for."""

    cloud_one_account_id: str
    region: str


class ExternalIdHidden(TrendError):
    """The tenant does not show its external id."""

    hint = (
        "give the API key a role that may read it (Full Access); where an administrator hides it, ask for it and run "
        "`pulumi config set externalId <id>`"
    )


class ExternalIdProvider(TrendProvider):
    """Asks for the tenant's external id. It makes nothing, so it has nothing to remove."""

    step = "step 3, external id"
    identity = ("cloudOneAccountId", "region")

    @reported
    def create(self, props: Props) -> CreateResult:
        """Ask for the external id; an administrator may have hidden it."""
        outs = self.ask(props)
        return CreateResult(outs["cloudOneAccountId"], outs)

    @reported
    def read(self, account_id: str, props: Props) -> ReadResult:
        """Ask again, so that a tenant's changed external id reaches the role."""
        return ReadResult(account_id, self.ask(props), ExternalIdInputs.of(props).props())

    @reported
    def update(self, _id: str, _olds: Props, news: Props) -> UpdateResult:
        """Ask again. The engine calls this where nothing but the provider's own pickle differs, after an upgrade."""
        return UpdateResult(self.ask(news))

    def ask(self, props: Props) -> Props:
        """Return the outputs, the external id among them.

        Raises:
            TrendError: the tenant does not show it, or does not answer.
        """
        inputs = ExternalIdInputs.of(props)
        try:
            external_id = self.trend(inputs.cloud_one_account_id).workload(inputs.region).external_id()
        except (Forbidden, NotFound) as error:
            raise ExternalIdHidden(
                error.message, method=error.method, path=error.path, status=error.status, trace_id=error.trace_id
            ) from None
        if not external_id:
            raise ExternalIdHidden("the tenant's external id is hidden")
        return {**inputs.props(), "externalId": external_id}


class ExternalId(OnboardingResource, module="trend", name="ExternalId"):
    """The tenant's external id, `trend:ExternalId`.

    Args:
        name: the resource's name.
        account: the Cloud One account.
    """

    external_id = OutputProperty[str]()
    """The external id; a tenant has one."""

    def __init__(self, name: str, *, account: CloudOneAccount, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {"cloudOneAccountId": account.account_id, "region": account.region}
        super().__init__(ExternalIdProvider(), name, inputs, opts)
