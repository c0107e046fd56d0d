"""A key of another Cloud One account: through it every link looks deleted. Nothing is believed, nothing is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from pulumi.dynamic import ResourceProvider

from components.resources.account import AccountProvider
from components.resources.base import OnboardingError
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from components.resources.enrollment import EnrollmentProvider
from components.resources.external_id import ExternalIdProvider
from sandbox.trend import SimulatorControl, TenantKey
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import (
    ACCOUNT,
    ACCOUNT_INPUTS,
    CLOUD_ACCOUNT,
    CONNECTOR,
    ENROLLMENT_INPUTS,
    EXTERNAL_ID_INPUTS,
    LINK_INPUTS,
    PARAMETERS_INPUTS,
    TENANT,
)

OTHER_ACCOUNT = "111122223333"
OTHER_KEY = TenantKey(id="keyOfAnotherAccount", secret="secretOfAnotherAccount")
OTHER_TENANT = dataclasses.replace(TENANT, account_id=OTHER_ACCOUNT, api_keys=(OTHER_KEY,))

# The resources whose life asks Trend for something, and one setting of each that an `up` writes in place.
EVERYTHING: dict[type[ResourceProvider], tuple[dict[str, object], dict[str, object]]] = {
    AccountProvider: (dict(ACCOUNT_INPUTS), {"awsRegion": "us-west-2"}),
    ExternalIdProvider: (dict(EXTERNAL_ID_INPUTS), {}),
    EnrollmentProvider: ({**ENROLLMENT_INPUTS, "enroll": False}, {"enroll": True}),
    CONNECTOR.provider: (CONNECTOR.inputs, {"displayName": "renamed"}),
    CLOUD_ACCOUNT.provider: (CLOUD_ACCOUNT.inputs, {"alias": "renamed"}),
    CONNECTOR.prior: (dict(LINK_INPUTS), {}),
    CLOUD_ACCOUNT.prior: (dict(LINK_INPUTS), {}),
    CloudTrailParametersProvider: (dict(PARAMETERS_INPUTS), {}),
}


@pytest.fixture
def change_key(engine: Engine, trend: SimulatorControl) -> Callable[[], None]:
    """The key in the settings becomes that of another account, which holds nothing."""

    def change() -> None:
        trend.reset()
        trend.set_tenant(OTHER_TENANT)
        engine.restart(cloudOneApiKey=OTHER_KEY.value)

    return change


def refused(operation: Callable[[], object], trend: SimulatorControl) -> None:
    with pytest.raises(OnboardingError) as refusal:
        operation()
    assert f"the API key belongs to Cloud One account {OTHER_ACCOUNT}" in str(refusal.value)
    assert f"this stack was created with account {ACCOUNT}" in str(refusal.value)
    assert [(call.service, call.action) for call in trend.requests()] == [("accounts", "GET /apikeys/{id}")]


@pytest.mark.parametrize("kind", [kind for kind in EVERYTHING if kind is not AccountProvider])
def test_nothing_is_made_with_it(
    engine: Engine, trend: SimulatorControl, change_key: Callable[[], None], kind: type[ResourceProvider]
) -> None:
    resource = engine.resource(kind)
    change_key()
    inputs = EVERYTHING[kind][0]
    refused(lambda: resource.up({**inputs, "enroll": True} if kind is EnrollmentProvider else inputs), trend)
    assert resource.state is None


ASKING_AGAIN = (AccountProvider, ExternalIdProvider, EnrollmentProvider, CONNECTOR.provider, CLOUD_ACCOUNT.provider)


@pytest.fixture(params=ASKING_AGAIN, ids=lambda kind: kind.__name__)
def created(request: pytest.FixtureRequest, engine: Engine) -> EngineResource:
    """A resource that was created with the right key."""
    resource = engine.resource(request.param)
    inputs = EVERYTHING[request.param][0]
    resource.up({**inputs, "enroll": True} if request.param is EnrollmentProvider else inputs)
    return resource


def test_nothing_is_taken_for_gone(
    created: EngineResource, trend: SimulatorControl, change_key: Callable[[], None]
) -> None:
    before = created.state
    change_key()
    refused(created.refresh, trend)
    assert created.state == before


@pytest.mark.parametrize("kind", [kind for kind, (_, change) in EVERYTHING.items() if change])
def test_nothing_is_updated_with_it(
    engine: Engine, trend: SimulatorControl, change_key: Callable[[], None], kind: type[ResourceProvider]
) -> None:
    inputs, changes = EVERYTHING[kind]
    resource = engine.resource(kind)
    resource.up(inputs)
    before = resource.state
    change_key()
    refused(lambda: resource.up({**inputs, **changes}), trend)
    assert resource.state == before


@pytest.mark.parametrize("kind", [CONNECTOR, CLOUD_ACCOUNT], ids=lambda kind: kind.name)
def test_nothing_is_removed_with_it(
    made: EngineResource, trend: SimulatorControl, change_key: Callable[[], None]
) -> None:
    change_key()
    refused(made.destroy, trend)
    assert made.state is not None


@pytest.mark.parametrize("kind", [CONNECTOR, CLOUD_ACCOUNT], ids=lambda kind: kind.name)
def test_the_next_step_is_said(made: EngineResource, change_key: Callable[[], None]) -> None:
    change_key()
    with pytest.raises(OnboardingError, match=r"use a key of the stack's own account, or another stack"):
        made.refresh()
