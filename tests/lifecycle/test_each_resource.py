"""Five tests of each dynamic resource at Trend: basic, update, disappears, adopted, regression.

What is special about one of them is in the file of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pulumi.dynamic import ResourceProvider

from components.resources.account import AccountProvider
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from components.resources.enrollment import EnrollmentProvider
from components.resources.external_id import ExternalIdProvider
from sandbox.trend import SimulatorControl
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import (
    ACCOUNT,
    ACCOUNT_INPUTS,
    CLOUD_ACCOUNT,
    CONNECTOR,
    ENROLLMENT_INPUTS,
    EXTERNAL_ID_INPUTS,
    NEW_ROLE,
    OUR_ROLE,
    PARAMETERS_INPUTS,
    REGION,
    TENANT,
)

Act = Callable[[SimulatorControl], object]


@dataclass(frozen=True)
class ResourceRow:
    """One dynamic resource.

    Attributes:
        provider, inputs: how the program declares it.
        outputs: what it must have at least, once it is created.
        before, step: other inputs, and what an `up` from them to `inputs` does.
        disappear: deletes it by hand; None where nothing at Trend can be deleted.
        changing_calls: how many a run makes that finds what an interrupted one created.
    """

    provider: type[ResourceProvider]
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    before: dict[str, Any]
    step: str
    disappear: Act | None = None
    changing_calls: int = 0


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
    "connector": ResourceRow(
        CONNECTOR.provider,
        CONNECTOR.inputs,
        {"roleArn": OUR_ROLE, **CONNECTOR.own_settings},
        {**CONNECTOR.inputs, "roleArn": NEW_ROLE},
        "update",
        CONNECTOR.delete,
    ),
    "cloud account": ResourceRow(
        CLOUD_ACCOUNT.provider,
        CLOUD_ACCOUNT.inputs,
        {"roleArn": OUR_ROLE, **CLOUD_ACCOUNT.own_settings},
        {**CLOUD_ACCOUNT.inputs, "roleArn": NEW_ROLE},
        "update",
        CLOUD_ACCOUNT.delete,
    ),
    "forwarder's parameters": ResourceRow(
        CloudTrailParametersProvider,
        PARAMETERS_INPUTS,
        {},
        {**PARAMETERS_INPUTS, "awsRegion": "eu-central-1"},
        "replace",
        changing_calls=1,  # each request mints another token, and nothing reads one
    ),
}


@pytest.fixture(params=ROWS.values(), ids=list(ROWS))
def row(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def resource(engine: Engine, row: ResourceRow, trend: SimulatorControl) -> EngineResource:
    """The resource, not created yet; the account is registered where it must be."""
    if row.provider is CloudTrailParametersProvider:
        engine.resource(CLOUD_ACCOUNT.provider).up(CLOUD_ACCOUNT.inputs)
    return engine.resource(row.provider)


def test_basic_it_is_created_stays_as_it_is_and_goes(
    resource: EngineResource, row: ResourceRow, trend: SimulatorControl
) -> None:
    links = trend.state().links()
    assert resource.up(row.inputs) == "create"
    assert resource.outs.items() >= {**row.inputs, **row.outputs}.items()
    created = resource.state
    resource.refresh()
    assert resource.state == created
    assert resource.up(row.inputs) == "same"
    resource.destroy()
    assert trend.state().links() == links


def test_update_a_changed_input_does_what_is_documented(resource: EngineResource, row: ResourceRow) -> None:
    resource.up(row.before)
    assert resource.up(row.inputs) == row.step
    assert resource.outs.items() >= {**row.inputs, **row.outputs}.items()
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
