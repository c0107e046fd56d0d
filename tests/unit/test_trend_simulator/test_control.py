"""The control calls and the tenant."""

from __future__ import annotations

import dataclasses
import json
import time
from typing import Any

import pytest
import requests

from sandbox.trend import Fault, Simulator, SimulatorError, Tenant, default_tenant
from tests.unit.test_trend_simulator.conftest import ACCOUNT, ROLE, Api


def test_a_dump_restores_the_state_byte_for_byte(
    sim: Simulator, api: Api, vision_one: Api, connector: dict[str, Any], cloud_account: dict[str, Any]
) -> None:
    api("POST", "/workload/awsconnectors", connector)
    api("POST", "/cloudaccounts/cloudaccounts/aws", cloud_account)
    api("POST", "/cloudtrail/stacks", {"providerAccountID": ACCOUNT, "awsRegion": "us-east-1"})
    vision_one("POST", "/visionone/v1.0/preview/uic/instances/enrollment", {"productId": "scc"})
    api("POST", "/visionone-connect/connectors", {"enrollmentToken": sim.tenant.enrolment_tokens[0].value})
    before = sim.control.state()
    sim.control.reset()
    assert json.loads(sim.control.state().to_json()) == {
        "connectors": [],
        "cloudAccounts": [],
        "registration": None,
        "usedEnrolmentTokens": [],
        "visionOneConnectors": [],
        "serviceTokens": [],
    }
    sim.control.restore(before)
    assert sim.control.state().to_json() == before.to_json()
    assert requests.get(f"{sim.url}/_sandbox/state", timeout=5).text == before.to_json()


def test_reading_leaves_the_state_as_it_is(sim: Simulator, api: Api, connector: dict[str, Any]) -> None:
    api("POST", "/workload/awsconnectors", connector)
    before = sim.control.state().to_json()
    api("GET", f"/accounts/apikeys/{sim.tenant.full_access_key.id}")
    api("GET", "/workload/awsconnectors/1")
    assert sim.control.state().to_json() == before


def test_links_are_the_part_of_the_state_that_comes_and_goes(
    sim: Simulator, api: Api, connector: dict[str, Any], cloud_account: dict[str, Any]
) -> None:
    before = sim.control.state().links()
    api("POST", "/cloudaccounts/cloudaccounts/aws", cloud_account)
    api("POST", "/cloudtrail/stacks", {"providerAccountID": ACCOUNT, "awsRegion": "us-east-1"})
    assert sim.control.state().links() != before
    api("DELETE", f"/cloudaccounts/cloudaccounts/aws/{ACCOUNT}")
    assert sim.control.state().links() == before


def test_an_id_given_out_before_a_restore_is_not_given_out_again(
    sim: Simulator, api: Api, connector: dict[str, Any]
) -> None:
    empty = sim.control.state()
    first = api("POST", "/workload/awsconnectors", connector).json()["ID"]
    sim.control.restore(empty)
    assert api("POST", "/workload/awsconnectors", connector).json()["ID"] > first


def test_reset_lifts_faults_latency_and_the_log(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="status", count=None))
    sim.control.set_latency(1)
    sim.control.clear_requests()
    sim.control.reset()
    before = time.monotonic()
    assert api("GET", "/services/services").status_code == 200
    assert time.monotonic() - before < 1
    assert len(sim.control.requests()) == 1


def test_connectors_can_be_changed_by_hand(sim: Simulator, api: Api) -> None:
    known = sim.control.add_connector(ACCOUNT, ROLE, workspacesEnabled=True)
    assert api("GET", f"/workload/awsconnectors/{known.id}").json()["workspacesEnabled"] is True
    sim.control.change_connector(known.id, crossAccountRoleArn=f"{ROLE}2")
    assert api("GET", f"/workload/awsconnectors/{known.id}").json()["crossAccountRoleArn"] == f"{ROLE}2"
    sim.control.delete_connector(known.id)
    assert api("GET", f"/workload/awsconnectors/{known.id}").status_code == 404
    for change in (lambda: sim.control.change_connector(known.id), lambda: sim.control.delete_connector(known.id)):
        with pytest.raises(SimulatorError, match=rf"404.*no connector {known.id}"):
            change()


def test_cloud_accounts_can_be_changed_by_hand(sim: Simulator, api: Api) -> None:
    path = f"/cloudaccounts/cloudaccounts/aws/{ACCOUNT}"
    sim.control.add_cloud_account(ACCOUNT, ROLE, alias="theirs")
    assert api("GET", path).json()["alias"] == "theirs"
    sim.control.change_cloud_account(ACCOUNT, roleARN=f"{ROLE}2", state="failed")
    assert (api("GET", path).json()["roleARN"], api("GET", path).json()["state"]) == (f"{ROLE}2", "failed")
    sim.control.delete_cloud_account(ACCOUNT)
    assert api("GET", path).status_code == 404
    with pytest.raises(SimulatorError, match="404"):
        sim.control.delete_cloud_account(ACCOUNT)


def test_a_field_that_no_connector_has_is_refused_by_hand_too(sim: Simulator) -> None:
    with pytest.raises(SimulatorError, match=r"400.*colour"):
        sim.control.add_connector(ACCOUNT, ROLE, colour="red")


def test_a_behaviour_that_nobody_knows_is_refused(sim: Simulator) -> None:
    with pytest.raises(SimulatorError, match="400"):
        sim.control.behave(mood="bad")
    with pytest.raises(SimulatorError, match="400"):
        sim.control.behave(external_id="sold")


def test_another_tenant_can_be_played(sim: Simulator, api: Api) -> None:
    other = dataclasses.replace(default_tenant("gb-1"), external_id="other")
    sim.control.set_tenant(other)
    assert api("GET", "/workload/awsconnectorsettings").json() == {"externalId": "other"}
    assert sim.control.health()["region"] == "gb-1"
    assert sim.tenant == other


def test_a_tenant_survives_its_own_json() -> None:
    tenant = default_tenant("trend-us-1")
    assert Tenant.from_json(tenant.to_json()) == tenant


def test_the_default_tenants_keys_have_the_lengths_of_real_ones() -> None:
    assert {(len(key.id), len(key.secret)) for key in default_tenant().api_keys} == {(27, 66)}


@pytest.mark.parametrize(
    "change",
    [
        {"account_id": "12345"},
        {"account_id": 98765432109},
        {"region": "gb1"},
        {"unknown": 1},
        {"behaviours": {"unknown": 1}},
        {"api_keys": [{"id": "a"}]},
    ],
)
def test_a_tenant_of_the_wrong_form_is_refused(change: dict[str, Any]) -> None:
    document = json.loads(default_tenant().to_json()) | change
    with pytest.raises(ValueError, match="Tenant"):
        Tenant.from_json(json.dumps(document))
