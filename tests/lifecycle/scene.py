"""What the tests onboard, and the two kinds of link in one form, so that one test holds for both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from components.resources.cloud_account import CloudAccountProvider
from components.resources.connector import ConnectorProvider
from components.resources.link_provider import LinkProvider
from components.resources.prior_link import PriorCloudAccountProvider, PriorConnectorProvider, PriorLinkProvider
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from sandbox.trend.tenant import default_tenant

TENANT = default_tenant()
ACCOUNT = TENANT.account_id
REGION = TENANT.region
AWS_ACCOUNT = "012345678901"  # the leading zero is lost by whoever takes it for a number
AWS_REGION = "us-east-1"
OUR_ROLE = f"arn:aws:iam::{AWS_ACCOUNT}:role/ours"
NEW_ROLE = f"arn:aws:iam::{AWS_ACCOUNT}:role/ours-again"
FOREIGN_ROLE = f"arn:aws:iam::{AWS_ACCOUNT}:role/foreign"
THIRD_ROLE = f"arn:aws:iam::{AWS_ACCOUNT}:role/of-somebody-else"

ACCOUNT_INPUTS = {"awsAccountId": AWS_ACCOUNT, "awsRegion": AWS_REGION}
EXTERNAL_ID_INPUTS = {"cloudOneAccountId": ACCOUNT, "region": REGION}
ENROLLMENT_INPUTS = {"cloudOneAccountId": ACCOUNT, "region": REGION, "enroll": True}
PARAMETERS_INPUTS = {**EXTERNAL_ID_INPUTS, **ACCOUNT_INPUTS}
LINK_INPUTS = {"cloudOneAccountId": ACCOUNT, "region": REGION, "awsAccountId": AWS_ACCOUNT, "roleArn": OUR_ROLE}


@dataclass(frozen=True)
class Kind:
    """One kind of link: how a provider sees it, and how Trend does.

    Attributes:
        provider, prior: of the link, and of the record of what it was before.
        noun: what errors call it.
        inputs: with which the program declares it.
        service, collection, item: where it is at Trend.
        looked_at: pattern of the paths by which it is read.
        role_field, name_field: Trend's names of the role and of what a person recognises the link by.
        name_input: the program's name of the latter.
        by_hand: makes one without any of the service's checks, from an AWS account, a role and Trend's fields.
        drift: Trend's name, the program's name and another value of each setting that we write.
    """

    name: str
    provider: type[LinkProvider[Any]]
    prior: type[PriorLinkProvider[Any]]
    noun: str
    inputs: dict[str, Any]
    service: str
    collection: str
    item: str
    looked_at: str
    role_field: str
    name_field: str
    name_input: str
    by_hand: Callable[[SimulatorControl], Callable[..., object]]
    change_by_hand: Callable[[SimulatorControl], Callable[..., object]]
    delete_by_hand: Callable[[SimulatorControl], Callable[..., None]]
    foreign_fields: dict[str, Any] = field(default_factory=dict)

    def live(self, control: SimulatorControl) -> list[dict[str, Any]]:
        """Return all links of this kind as Trend shows them."""
        links: dict[str, list[dict[str, Any]]] = json.loads(control.state().links())
        return links["connectors" if self.service == "workload" else "cloudAccounts"]

    def only(self, control: SimulatorControl) -> dict[str, Any]:
        """Return the link; there must be exactly one."""
        (link,) = self.live(control)
        return link

    def settings(self, control: SimulatorControl) -> dict[str, Any]:
        """Return the link without the times that Trend notes down itself."""
        return {name: value for name, value in self.only(control).items() if name not in ("created", "lastModified")}

    def make_foreign(self, control: SimulatorControl, role: str = FOREIGN_ROLE) -> dict[str, Any]:
        """Make a link that something else made, and return it."""
        self.by_hand(control)(AWS_ACCOUNT, role, **self.foreign_fields)
        return self.only(control)

    def make_ours(self, control: SimulatorControl) -> dict[str, Any]:
        """Make the link that a dead run of ours left: our role, our settings."""
        self.by_hand(control)(AWS_ACCOUNT, OUR_ROLE, **self.our_fields)
        return self.only(control)

    def change(self, control: SimulatorControl, **fields: Any) -> None:
        """Change the link by hand."""
        self.change_by_hand(control)(self.only(control)["ID" if self.service == "workload" else "id"], **fields)

    def delete(self, control: SimulatorControl) -> None:
        """Remove the link by hand."""
        self.delete_by_hand(control)(self.only(control)["ID" if self.service == "workload" else "id"])

    @property
    def our_fields(self) -> dict[str, Any]:
        """What we write beside the role, by Trend's names."""
        return {self.trends_name(name): value for name, value in self.own_settings.items()}

    @property
    def own_settings(self) -> dict[str, Any]:
        """What we write beside the role, by the program's names."""
        return {name: value for name, value in self.inputs.items() if name in ("displayName", "alias", "description")}

    def trends_name(self, setting: str) -> str:
        """Return what Trend calls a setting."""
        return self.role_field if setting == "roleArn" else setting

    def fault(self, kind: str, method: str = "POST", **more: Any) -> Fault:
        """Return a fault on the call that creates the link, or on others of `method` for the link itself."""
        path = {"POST": self.collection, "GET": self.looked_at}.get(method, self.item)
        return Fault.model_validate({"kind": kind, "service": self.service, "action": f"{method} {path}", **more})

    def posts(self, control: SimulatorControl) -> int:
        """Return how often the link was asked to be made."""
        return len(control.requests(self.service, f"POST {self.collection}"))


CONNECTOR = Kind(
    name="connector",
    provider=ConnectorProvider,
    prior=PriorConnectorProvider,
    noun="Workload Security connector",
    inputs={**LINK_INPUTS, "displayName": "AWS ours", "adopt": False},
    service="workload",
    collection="/awsconnectors",
    item="/awsconnectors/{ID}",
    looked_at="/awsconnectors/{ID}",
    role_field="crossAccountRoleArn",
    name_field="displayName",
    name_input="displayName",
    by_hand=lambda control: control.add_connector,
    change_by_hand=lambda control: control.change_connector,
    delete_by_hand=lambda control: control.delete_connector,
    # Settings that we never write: a connector that is adopted and put back keeps them.
    foreign_fields={"displayName": "made by hand", "workspacesEnabled": True, "syncedRegions": ["eu-west-3"]},
)

CLOUD_ACCOUNT = Kind(
    name="cloud account",
    provider=CloudAccountProvider,
    prior=PriorCloudAccountProvider,
    noun="Cloud One cloud account",
    inputs={**LINK_INPUTS, "alias": "AWS ours", "description": "by the stack", "adopt": False},
    service="cloudaccounts",
    collection="/cloudaccounts/aws",
    item="/cloudaccounts/aws/{id}",
    looked_at="/cloudaccounts/aws*",
    role_field="roleARN",
    name_field="alias",
    name_input="alias",
    by_hand=lambda control: control.add_cloud_account,
    change_by_hand=lambda control: control.change_cloud_account,
    delete_by_hand=lambda control: control.delete_cloud_account,
    foreign_fields={"alias": "made by hand", "description": "of another team"},
)


def add_other_accounts(trend: SimulatorControl, count: int) -> None:
    """Let the tenant have registrations of so many other AWS accounts, whose ids come before ours."""
    state = trend.state()
    ids = [f"{number:012}" for number in range(1, count + 1)]
    written = {"created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z"}
    others = [{"id": each, "roleARN": f"arn:aws:iam::{each}:role/theirs", **written} for each in ids]
    trend.restore(type(state).model_validate({**json.loads(state.to_json()), "cloudAccounts": others}))
