"""Five tests of each dynamic resource: basic, update, disappears, adopted, regression.

What is special about one of them is in the file of its own. Those in ELSEWHERE need more of AWS than a table holds, a
stack of Trend's or a bucket with notifications: theirs are the tests of the files there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi.dynamic import ResourceProvider

from components.resources.account import AccountProvider
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from components.resources.deployment import DeploymentProvider
from components.resources.enrollment import EnrollmentProvider
from components.resources.external_id import ExternalIdProvider
from components.resources.key_check import KeyCheckProvider
from components.resources.vendor_template import DIGEST, FOUND, VendorTemplateProvider
from components.resources.vision_one_tenant import TenantProvider
from sandbox.trend import SimulatorControl
from tests.declared import providers
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import (
    ACCOUNT,
    ACCOUNT_INPUTS,
    CLOUD_ACCOUNT,
    CONNECTOR,
    ENROLLMENT_INPUTS,
    EXTERNAL_ID_INPUTS,
    FOREIGN_ROLE,
    KEY_CHECK_INPUTS,
    LINK_INPUTS,
    NEW_ROLE,
    OUR_ROLE,
    PARAMETERS_INPUTS,
    REGION,
    TENANT,
    TENANT_INPUTS,
    VISION_ONE_ACCOUNT,
    LinkKind,
)

Act = Callable[[SimulatorControl], object]

TEMPLATE_INPUTS = {"templateUrl": "https://a-bucket.s3.amazonaws.com/a.template", "awsRegion": "us-east-1"}


@dataclass(frozen=True)
class ResourceRow:
    """One dynamic resource.

    Attributes:
        provider, inputs: how the program declares it.
        outputs: what it must have at least, once it is created.
        before, step: other inputs, and what an `up` from them to `inputs` does.
        disappear: deletes it by hand; None where nothing at Trend can be deleted.
        changing_calls: how many a run makes that finds what an interrupted one created.
        needs: makes what has to be at Trend before.
    """

    provider: type[ResourceProvider]
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    before: dict[str, Any]
    step: str
    disappear: Act | None = None
    changing_calls: int = 0
    needs: Callable[[Engine, SimulatorControl], object] | None = None

    @property
    def kept(self) -> dict[str, Any]:
        """What the state holds: all but what the program found out for `check`."""
        return {name: value for name, value in {**self.inputs, **self.outputs}.items() if name != FOUND}


def link(kind: LinkKind) -> ResourceRow:
    """Return the row of a link."""
    outputs, before = {"roleArn": OUR_ROLE, **kind.own_settings}, {**kind.inputs, "roleArn": NEW_ROLE}
    return ResourceRow(kind.provider, kind.inputs, outputs, before, "update", kind.delete)


def prior(kind: LinkKind) -> ResourceRow:
    """Return the row of the record of a link that something else made."""
    inputs = {name: value for name, value in kind.inputs.items() if name in (*LINK_INPUTS, "customer")}
    written = {name: kind.foreign_fields[kind.trends_name(name)] for name in kind.own_settings}
    return ResourceRow(
        kind.prior,
        inputs,
        {"before": {**written, "roleArn": FOREIGN_ROLE}},
        {**inputs, "roleArn": NEW_ROLE},
        "update",
        needs=lambda _engine, trend: kind.make_foreign(trend),
    )


ROWS = {
    "account": ResourceRow(
        AccountProvider,
        ACCOUNT_INPUTS,
        {"accountId": ACCOUNT, "region": REGION},
        ACCOUNT_INPUTS,
        "same",
    ),
    "external id": ResourceRow(
        ExternalIdProvider,
        EXTERNAL_ID_INPUTS,
        {"externalId": TENANT.external_id},
        EXTERNAL_ID_INPUTS,
        "same",
    ),
    "enrollment": ResourceRow(
        EnrollmentProvider,
        ENROLLMENT_INPUTS,
        {"status": "registered"},
        {**ENROLLMENT_INPUTS, "enroll": False},
        "update",
    ),
    "connector": link(CONNECTOR),
    "cloud account": link(CLOUD_ACCOUNT),
    "Vision One account": link(VISION_ONE_ACCOUNT),
    "connector before adoption": prior(CONNECTOR),
    "cloud account before adoption": prior(CLOUD_ACCOUNT),
    "Vision One account before adoption": prior(VISION_ONE_ACCOUNT),
    "forwarder's parameters": ResourceRow(
        CloudTrailParametersProvider,
        PARAMETERS_INPUTS,
        {},
        {**PARAMETERS_INPUTS, "awsRegion": "eu-central-1"},
        "replace",
        changing_calls=1,  # each request mints another token, and nothing reads one
        needs=lambda engine, _trend: engine.resource(CLOUD_ACCOUNT.provider).up(CLOUD_ACCOUNT.inputs),
    ),
    "Vision One tenant": ResourceRow(
        TenantProvider,
        {**TENANT_INPUTS, "features": ["container-security"]},
        {"customer": TENANT.business.id, "businessId": TENANT.business.id, "oidcProvider": TENANT.business.issuer},
        TENANT_INPUTS,
        "update",
    ),
    "key check": ResourceRow(
        KeyCheckProvider,
        KEY_CHECK_INPUTS,
        {},
        {**KEY_CHECK_INPUTS, "before": ["arn:of-another-stack"]},
        "replace",
    ),
    "deployment": ResourceRow(DeploymentProvider, {}, {}, {}, "same"),
    "vendor's template": ResourceRow(
        VendorTemplateProvider,
        {**TEMPLATE_INPUTS, FOUND: {"digest": "sha256:of-today", "retired": {}}},
        {DIGEST: "sha256:of-today"},
        {**TEMPLATE_INPUTS, FOUND: {"digest": "sha256:of-yesterday", "retired": {}}},
        "update",
    ),
}

ELSEWHERE = {
    "NotificationSnapshotProvider": "test_notifications.py",
    "NotificationMergeProvider": "notified_bucket.py",  # the scene of test_notification*.py
    "VisionOneTemplateProvider": "test_vision_one_template.py",
    "StackRoleProvider": "test_vision_one_template.py",
    "RegisteredAccountProvider": "test_vision_one_template.py",
}
"""The file with each provider that is not in the table."""


@pytest.fixture(params=ROWS.values(), ids=list(ROWS))
def row(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def resource(engine: Engine, row: ResourceRow, trend: SimulatorControl) -> EngineResource:
    """The resource, not created yet."""
    if row.needs:
        row.needs(engine, trend)
    return engine.resource(row.provider)


def test_each_provider_is_in_the_table_or_has_its_tests_elsewhere() -> None:
    in_table = {row.provider for row in ROWS.values()}
    assert sorted(each.__name__ for each in set(providers()) - in_table) == sorted(ELSEWHERE)
    for provider, name in ELSEWHERE.items():
        assert provider in Path(__file__).with_name(name).read_text(encoding="utf-8")


def test_basic_it_is_created_stays_as_it_is_and_goes(
    resource: EngineResource, row: ResourceRow, trend: SimulatorControl
) -> None:
    links = trend.state().links()
    assert resource.up(row.inputs) == "create"
    assert resource.outs.items() >= row.kept.items()
    created = resource.state
    resource.refresh()
    assert resource.state == created
    assert resource.up(row.inputs) == "same"
    resource.destroy()
    assert trend.state().links() == links


def test_update_a_changed_input_does_what_is_documented(resource: EngineResource, row: ResourceRow) -> None:
    resource.up(row.before)
    assert resource.up(row.inputs) == row.step
    assert resource.outs.items() >= row.kept.items()
    assert resource.up(row.inputs) == "same"


def test_disappears_what_is_deleted_by_hand_is_created_again(
    resource: EngineResource, row: ResourceRow, trend: SimulatorControl
) -> None:
    resource.up(row.inputs)
    if row.disappear is None:  # nothing at Trend can be deleted, so nothing may be forgotten
        resource.refresh()
        assert resource.up(row.inputs) == "same"
        return
    row.disappear(trend)
    resource.refresh()
    assert resource.state is None
    assert resource.up(row.inputs) == "create"
    assert resource.outs.items() >= row.outputs.items()


def test_adopted_what_an_interrupted_run_left_is_found_and_not_created_twice(
    resource: EngineResource, row: ResourceRow, engine: Engine, trend: SimulatorControl
) -> None:
    engine.resource(row.provider).up(row.inputs)  # and its state was lost
    trend.clear_requests()
    assert resource.up(row.inputs) == "create"
    assert resource.outs.items() >= row.outputs.items()
    assert sum(call.changing for call in trend.requests()) == row.changing_calls


def test_regression_a_pickle_of_another_python_changes_nothing_but_itself(
    resource: EngineResource, row: ResourceRow
) -> None:
    resource.up(row.inputs)
    outputs = resource.outs
    resource.pickled_anew()
    assert resource.up(row.inputs) == "update"
    assert resource.outs == outputs
