"""What the tests onboard, and the two kinds of link in one form, so that one test holds for both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from components.resources.cloud_account import CloudAccountProvider
from components.resources.connector import ConnectorProvider
from components.resources.link_provider import LinkProvider
from components.resources.prior_link import (
    PriorCloudAccountProvider,
    PriorConnectorProvider,
    PriorLinkProvider,
    PriorVisionOneAccountProvider,
)
from components.resources.vision_one_account import VisionOneAccountProvider
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
KEY_CHECK_INPUTS = {"cloudOneAccountId": ACCOUNT, "before": ["arn:of-a-stack"]}
TENANT_INPUTS = {"awsAccountId": AWS_ACCOUNT, "awsRegion": AWS_REGION, "visionOneRegion": "us", "features": []}
LINK_INPUTS = {"cloudOneAccountId": ACCOUNT, "region": REGION, "awsAccountId": AWS_ACCOUNT, "roleArn": OUR_ROLE}

_WRITTEN = ("displayName", "alias", "accountName", "description", "features")


@dataclass(frozen=True)
class LinkKind:
    """One kind of link: how a provider sees it, and how Trend does.

    Attributes:
        provider, prior: of the link, and of the record of what it was before.
        noun: what errors call it.
        inputs: with which the program declares it.
        service, collection, item: where it is at Trend.
        kept_as: what the simulator's state calls all of this kind.
        looked_at: pattern of the paths by which it is read.
        role_field, name_field: Trend's names of the role and of what a person recognizes the link by.
        name_input: the program's name of the latter.
        by_hand: makes one without any of the service's checks, from an AWS account, a role and Trend's fields.
        drift: Trend's name, the program's name and another value of each setting that we write.
    """

    name: str
    provider: type[LinkProvider[Any, Any]]
    prior: type[PriorLinkProvider[Any, Any]]
    noun: str
    inputs: dict[str, Any]
    service: str
    kept_as: str
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
        for link in links[self.kept_as]:
            for feature in link.get("features", ()):  # Vision One adds to these what it has found out
                feature.pop("missingAwsPermissions", None)
                feature.pop("templateVersion", None)
        return links[self.kept_as]

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
        return {name: value for name, value in self.inputs.items() if name in _WRITTEN}

    def trends_name(self, setting: str) -> str:
        """Return what Trend calls a setting."""
        return {"roleArn": self.role_field, self.name_input: self.name_field}.get(setting, setting)

    @property
    def change_action(self) -> str:
        """The call that changes the link; of a cloud account, the second half of it."""
        if self.provider is VisionOneAccountProvider:
            return f"PATCH {self.item}"
        return f"POST {self.item if self.provider.changes_in_place else self.collection}"

    def fault(self, kind: str, method: str = "POST", **more: Any) -> Fault:
        """Return a fault on the call that creates the link, or on others of `method` for the link itself."""
        path = {"POST": self.collection, "GET": self.looked_at}.get(method, self.item)
        return Fault.model_validate({"kind": kind, "service": self.service, "action": f"{method} {path}", **more})

    def posts(self, control: SimulatorControl) -> int:
        """Return how often the link was asked to be made."""
        return len(control.requests(self.service, f"POST {self.collection}"))


CONNECTOR = LinkKind(
    name="connector",
    provider=ConnectorProvider,
    prior=PriorConnectorProvider,
    noun="Workload Security connector",
    inputs={**LINK_INPUTS, "displayName": "AWS ours", "adopt": False},
    service="workload",
    kept_as="connectors",
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

CLOUD_ACCOUNT = LinkKind(
    name="cloud account",
    provider=CloudAccountProvider,
    prior=PriorCloudAccountProvider,
    noun="Cloud One cloud account",
    inputs={**LINK_INPUTS, "alias": "AWS ours", "description": "by the stack", "adopt": False},
    service="cloudaccounts",
    kept_as="cloudAccounts",
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

VISION_ONE_ACCOUNT = LinkKind(
    name="Vision One account",
    provider=VisionOneAccountProvider,
    prior=PriorVisionOneAccountProvider,
    noun="Vision One cloud account",
    inputs={
        "customer": TENANT.business.id,
        "awsAccountId": AWS_ACCOUNT,
        "roleArn": OUR_ROLE,
        "accountName": "AWS ours",
        "description": "by the stack",
        "features": [{"id": "container-security", "regions": ["us-east-1"]}],
        "adopt": False,
    },
    service="visionone",
    kept_as="visionOneAccounts",
    collection="/v3.0/cam/awsAccounts",
    item="/v3.0/cam/awsAccounts/{id}",
    looked_at="/v3.0/cam/awsAccounts/{id}",
    role_field="roleArn",
    name_field="name",
    name_input="accountName",
    by_hand=lambda control: control.add_vision_one_account,
    change_by_hand=lambda control: control.change_vision_one_account,
    delete_by_hand=lambda control: control.delete_vision_one_account,
    # Tags are not among our settings here: an account that is adopted and restored keeps them.
    foreign_fields={
        "name": "made by hand",
        "description": "of another team",
        "features": [{"id": "cloud-response", "regions": ["us-east-1"]}],
        "customTags": [{"key": "team", "value": "other"}],
    },
)


def add_other_accounts(trend: SimulatorControl, count: int) -> None:
    """Let the tenant have registrations of so many other AWS accounts, whose ids come before ours."""
    state = trend.state()
    ids = [f"{number:012}" for number in range(1, count + 1)]
    written = {"created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z"}
    others = [{"id": each, "roleARN": f"arn:aws:iam::{each}:role/theirs", **written} for each in ids]
    trend.restore(type(state).model_validate({**json.loads(state.to_json()), "cloudAccounts": others}))
