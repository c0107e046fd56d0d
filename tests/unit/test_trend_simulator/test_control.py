"""The simulator's control calls, and the tenant."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import requests

from sandbox.gate.client import ControlError
from sandbox.trend import Simulator, SimulatorControl, Tenant, default_tenant
from tests.unit.test_trend_simulator.conftest import (
    ACCOUNT,
    ACCOUNTS,
    CLOUD_ACCOUNT,
    CLOUD_ACCOUNTS,
    CONNECTOR,
    CONNECTORS,
    ENROLLMENT,
    ROLE,
    STACK,
    STACKS,
    Api,
)


def test_a_dump_restores_the_state_byte_for_byte_and_no_id_is_given_out_twice(
    sim: Simulator, api: Api, vision_one: Api
) -> None:
    empty = sim.control.state()
    first = api("POST", CONNECTORS, CONNECTOR).json()["ID"]
    api("POST", CLOUD_ACCOUNTS, CLOUD_ACCOUNT)
    api("POST", STACKS, STACK)
    api("POST", ENROLLMENT, {"enrollmentToken": sim.tenant.enrollment_tokens[0].value})
    vision_one("POST", ACCOUNTS, {"roleArn": ROLE, "name": "dev", "features": [{"id": "cloud-response"}]})
    vision_one("POST", f"{ACCOUNTS}/generateCfnTemplateLinks", {"awsRegion": "us-east-1"})
    before = sim.control.state()
    assert all(json.loads(before.to_json()).values())
    sim.control.restore(empty)
    assert sim.control.state().to_json() == empty.to_json()
    assert api("POST", CONNECTORS, CONNECTOR).json()["ID"] > first
    sim.control.restore(before)
    assert sim.control.state().to_json() == before.to_json()
    assert requests.get(f"{sim.url}/_sandbox/state", timeout=5).text == before.to_json()
    sim.control.reset()
    assert not any(json.loads(sim.control.state().to_json()).values())


def test_reading_leaves_the_state_as_it_is(sim: Simulator, api: Api) -> None:
    api("POST", CONNECTORS, CONNECTOR)
    before = sim.control.state().to_json()
    api("GET", f"/accounts/apikeys/{sim.tenant.full_access_key.id}")
    api("GET", f"{CONNECTORS}/1")
    assert sim.control.state().to_json() == before


def test_links_are_the_part_of_the_state_that_comes_and_goes(sim: Simulator, api: Api) -> None:
    before = sim.control.state().links()
    api("POST", CLOUD_ACCOUNTS, CLOUD_ACCOUNT)
    api("POST", STACKS, STACK)
    assert sim.control.state().links() != before
    api("DELETE", f"{CLOUD_ACCOUNTS}/{ACCOUNT}")
    assert sim.control.state().links() == before


def test_links_show_a_change_of_a_vision_one_account_but_not_its_times(sim: Simulator) -> None:
    sim.control.add_vision_one_account(ACCOUNT, ROLE)
    before = sim.control.state()
    sim.control.change_vision_one_account(ACCOUNT, description="x")
    assert sim.control.state().links() != before.links()
    sim.control.change_vision_one_account(ACCOUNT, description="")
    after = sim.control.state()
    assert after.links() == before.links()
    assert after.vision_one_accounts[0].etag != before.vision_one_accounts[0].etag


def test_links_can_be_changed_by_hand(sim: Simulator, api: Api, vision_one: Api) -> None:
    control = sim.control
    connector = control.add_connector(ACCOUNT, ROLE, workspacesEnabled=True)
    control.change_connector(connector.id, crossAccountRoleArn=f"{ROLE}2")
    body = api("GET", f"{CONNECTORS}/{connector.id}").json()
    assert (body["workspacesEnabled"], body["crossAccountRoleArn"]) == (True, f"{ROLE}2")
    control.delete_connector(connector.id)
    control.add_cloud_account(ACCOUNT, ROLE, alias="theirs")
    control.change_cloud_account(ACCOUNT, roleARN=f"{ROLE}2", state="failed")
    body = api("GET", f"{CLOUD_ACCOUNTS}/{ACCOUNT}").json()
    assert (body["alias"], body["roleARN"], body["state"]) == ("theirs", f"{ROLE}2", "failed")
    control.delete_cloud_account(ACCOUNT)
    control.add_vision_one_account(ACCOUNT, ROLE, name="theirs", features=[{"id": "cloud-response"}])
    lacking = {"id": "cloud-response", "missingAwsPermissions": ["iam:GetRole"]}
    control.change_vision_one_account(ACCOUNT, roleArn=f"{ROLE}2", state="outdated", features=[lacking])
    body = vision_one("GET", f"{ACCOUNTS}/{ACCOUNT}").json()
    assert (body["name"], body["roleArn"], body["state"]) == ("theirs", f"{ROLE}2", "outdated")
    assert body["features"][0]["missingAwsPermissions"] == ["iam:GetRole"]
    control.delete_vision_one_account(ACCOUNT)
    assert not any(json.loads(control.state().to_json()).values())
    for change in (
        lambda: control.change_connector(connector.id),
        lambda: control.delete_connector(connector.id),
        lambda: control.change_cloud_account(ACCOUNT),
        lambda: control.delete_cloud_account(ACCOUNT),
        lambda: control.change_vision_one_account(ACCOUNT),
        lambda: control.delete_vision_one_account(ACCOUNT),
    ):
        with pytest.raises(ControlError, match="404"):
            change()


@pytest.mark.parametrize(
    "change",
    [
        lambda control: control.add_connector(ACCOUNT, ROLE, color="red"),
        lambda control: control.add_vision_one_account(ACCOUNT, ROLE, state="lost"),
        lambda control: control.behave(mood="bad"),
        lambda control: control.behave(external_id="sold"),
    ],
)
def test_what_nobody_knows_is_refused_by_hand_too(sim: Simulator, change: Any) -> None:
    with pytest.raises(ControlError, match="400"):
        change(sim.control)


def test_another_tenant_can_be_played(sim: Simulator, api: Api) -> None:
    other = dataclasses.replace(default_tenant("gb-1"), external_id="other")
    sim.control.set_tenant(other)
    assert api("GET", "/workload/awsconnectorsettings").json() == {"externalId": "other"}
    assert sim.control.health()["region"] == "gb-1"
    assert sim.tenant == other


def test_a_stopped_simulator_comes_back_as_it_was() -> None:
    with Simulator() as simulator:
        simulator.control.add_connector(ACCOUNT, ROLE)
        url, before = simulator.url, simulator.control.state().to_json()
        simulator.stop()
        with pytest.raises(ControlError, match="no answer"):
            SimulatorControl(url, timeout=1).health()
        simulator.start()
        assert (simulator.url, simulator.control.state().to_json()) == (url, before)


def test_a_tenant_survives_its_own_json_and_its_keys_have_the_lengths_of_real_ones() -> None:
    tenant = default_tenant("trend-us-1")
    assert Tenant.from_json(tenant.to_json()) == tenant
    assert {(len(key.id), len(key.secret)) for key in tenant.api_keys} == {(27, 66)}


@pytest.mark.parametrize(
    "change",
    [
        {"account_id": "12345"},
        {"account_id": 98765432109},
        {"region": "gb1"},
        {"unknown": 1},
        {"behaviors": {"unknown": 1}},
        {"business": {"id": "098765432109", "region": "us", "api_keys": []}},
        {"business": {"id": "5a9d6b0c-0000-4000-8000-000000000042", "region": "us-1", "api_keys": []}},
        {"api_keys": [{"id": "a"}]},
    ],
)
def test_a_tenant_of_the_wrong_form_is_refused(change: dict[str, Any]) -> None:
    document = json.loads(default_tenant().to_json()) | change
    with pytest.raises(ValueError, match="Tenant"):
        Tenant.from_json(json.dumps(document))
