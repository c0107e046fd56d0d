"""The tenant's external id: asked for, asked for again, and the way out where an administrator hides it."""

from __future__ import annotations

import dataclasses

import pytest

from components.resources.base import OnboardingError
from components.resources.external_id import ExternalIdProvider
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import EXTERNAL_ID_INPUTS, TENANT

SETTINGS = "GET /awsconnectorsettings"


@pytest.fixture
def external_id(engine: Engine) -> EngineResource:
    return engine.resource(ExternalIdProvider)


@pytest.mark.parametrize("hidden", ["refused", "empty"])
def test_a_hidden_one_can_be_given_by_hand(external_id: EngineResource, trend: SimulatorControl, hidden: str) -> None:
    trend.behave(external_id=hidden)
    with pytest.raises(OnboardingError) as refusal:
        external_id.up(EXTERNAL_ID_INPUTS)
    message = str(refusal.value)
    assert message.startswith("step 3, external id: ")
    assert "`pulumi config set externalId <id>`" in message
    assert ("HTTP 403" in message) == (hidden == "refused")
    assert external_id.state is None


def test_a_key_without_permissions_is_told_of_them_too(external_id: EngineResource, engine: Engine) -> None:
    key = next(key for key in TENANT.api_keys if "NoAccess" in key.id)
    engine.restart(cloudOneApiKey=key.value)
    with pytest.raises(OnboardingError, match=r"HTTP 403: .*give the API key a role that may read it \(Full Access\)"):
        external_id.up(EXTERNAL_ID_INPUTS)


def test_a_failure_of_the_service_is_not_called_hidden(external_id: EngineResource, trend: SimulatorControl) -> None:
    trend.add_fault(Fault(kind="status", service="workload", action=SETTINGS))
    with pytest.raises(OnboardingError, match="HTTP 500") as failure:
        external_id.up(EXTERNAL_ID_INPUTS)
    assert "externalId <id>" not in str(failure.value)


def test_a_changed_one_reaches_the_outputs(external_id: EngineResource, trend: SimulatorControl) -> None:
    external_id.up(EXTERNAL_ID_INPUTS)
    trend.set_tenant(dataclasses.replace(TENANT, external_id="another"))

    external_id.refresh()

    assert external_id.outs["externalId"] == "another"
    assert external_id.preview(EXTERNAL_ID_INPUTS) == "same"


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refresh_that_cannot_ask_keeps_the_state(
    external_id: EngineResource, trend: SimulatorControl, status: int
) -> None:
    external_id.up(EXTERNAL_ID_INPUTS)
    trend.add_fault(Fault(kind="status", status=status, service="workload", action=SETTINGS, count=None))
    with pytest.raises(OnboardingError, match=f"HTTP {status}"):
        external_id.refresh()
    assert external_id.outs["externalId"] == TENANT.external_id


def test_its_removal_asks_nothing(external_id: EngineResource, trend: SimulatorControl) -> None:
    external_id.up(EXTERNAL_ID_INPUTS)
    trend.clear_requests()
    external_id.destroy()
    assert trend.requests() == []
