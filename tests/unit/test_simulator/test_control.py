"""The control calls, the tenant, and the simulator as object and as process."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from sandbox.simulator import Fault, Simulator, SimulatorControl, SimulatorError, Tenant, default_tenant

ACCOUNT = "012345678901"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trend"
PROJECT = Path(__file__).parents[3]


def test_a_dump_restores_the_state_byte_for_byte(sim, api, vision_one, connector, cloud_account):
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


def test_reading_leaves_the_state_as_it_is(sim, api, connector):
    api("POST", "/workload/awsconnectors", connector)
    before = sim.control.state().to_json()
    api("GET", f"/accounts/apikeys/{sim.tenant.full_access_key.id}")
    api("GET", "/workload/awsconnectors/1")
    assert sim.control.state().to_json() == before


def test_links_are_the_part_of_the_state_that_comes_and_goes(sim, api, connector, cloud_account):
    before = sim.control.state().links()
    api("POST", "/cloudaccounts/cloudaccounts/aws", cloud_account)
    api("POST", "/cloudtrail/stacks", {"providerAccountID": ACCOUNT, "awsRegion": "us-east-1"})
    assert sim.control.state().links() != before
    api("DELETE", f"/cloudaccounts/cloudaccounts/aws/{ACCOUNT}")
    assert sim.control.state().links() == before


def test_an_id_given_out_before_a_restore_is_not_given_out_again(sim, api, connector):
    empty = sim.control.state()
    first = api("POST", "/workload/awsconnectors", connector).json()["ID"]
    sim.control.restore(empty)
    assert api("POST", "/workload/awsconnectors", connector).json()["ID"] > first


def test_reset_lifts_faults_latency_and_the_log(sim, api):
    sim.control.add_fault(Fault(kind="status", count=None))
    sim.control.set_latency(1)
    sim.control.clear_requests()
    sim.control.reset()
    before = time.monotonic()
    assert api("GET", "/services/services").status_code == 200
    assert time.monotonic() - before < 1
    assert len(sim.control.requests()) == 1


def test_connectors_can_be_changed_by_hand(sim, api):
    known = sim.control.add_connector(ACCOUNT, ROLE, workspacesEnabled=True)
    assert api("GET", f"/workload/awsconnectors/{known.id}").json()["workspacesEnabled"] is True
    sim.control.change_connector(known.id, crossAccountRoleArn=f"{ROLE}2")
    assert api("GET", f"/workload/awsconnectors/{known.id}").json()["crossAccountRoleArn"] == f"{ROLE}2"
    sim.control.delete_connector(known.id)
    assert api("GET", f"/workload/awsconnectors/{known.id}").status_code == 404
    for change in (lambda: sim.control.change_connector(known.id), lambda: sim.control.delete_connector(known.id)):
        with pytest.raises(SimulatorError, match=rf"404.*no connector {known.id}"):
            change()


def test_cloud_accounts_can_be_changed_by_hand(sim, api):
    path = f"/cloudaccounts/cloudaccounts/aws/{ACCOUNT}"
    sim.control.add_cloud_account(ACCOUNT, ROLE, alias="theirs")
    assert api("GET", path).json()["alias"] == "theirs"
    sim.control.change_cloud_account(ACCOUNT, roleARN=f"{ROLE}2", state="failed")
    assert (api("GET", path).json()["roleARN"], api("GET", path).json()["state"]) == (f"{ROLE}2", "failed")
    sim.control.delete_cloud_account(ACCOUNT)
    assert api("GET", path).status_code == 404
    with pytest.raises(SimulatorError, match="404"):
        sim.control.delete_cloud_account(ACCOUNT)


def test_a_field_that_no_connector_has_is_refused_by_hand_too(sim):
    with pytest.raises(SimulatorError, match=r"400.*colour"):
        sim.control.add_connector(ACCOUNT, ROLE, colour="red")


def test_a_behaviour_that_nobody_knows_is_refused(sim):
    with pytest.raises(SimulatorError, match="400"):
        sim.control.behave(mood="bad")
    with pytest.raises(SimulatorError, match="400"):
        sim.control.behave(external_id="sold")


def test_another_tenant_can_be_played(sim, api):
    other = dataclasses.replace(default_tenant("gb-1"), external_id="other")
    sim.control.set_tenant(other)
    assert api("GET", "/workload/awsconnectorsettings").json() == {"externalId": "other"}
    assert sim.control.health()["region"] == "gb-1"
    assert sim.tenant == other


def test_a_tenant_survives_its_own_json():
    tenant = default_tenant("trend-us-1")
    assert Tenant.from_json(tenant.to_json()) == tenant


def test_the_default_tenants_keys_have_the_lengths_of_real_ones():
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
def test_a_tenant_of_the_wrong_form_is_refused(change):
    document = json.loads(default_tenant().to_json()) | change
    with pytest.raises(ValueError, match="Tenant"):
        Tenant.from_json(json.dumps(document))


def test_parallel_posts_for_one_account_make_one_connector(sim, api_as, connector):
    authorization = f"ApiKey {sim.tenant.full_access_key.value}"
    callers = [api_as(authorization) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda api: api("POST", "/workload/awsconnectors", connector).status_code, callers)
        assert sorted(replies) == [200] + [409] * 7
    assert len(sim.control.state().connectors) == 1


def test_a_stopped_simulator_hangs_up_and_comes_back_as_it_was(connector):
    simulator = Simulator()
    with simulator, requests.Session() as session:
        simulator.control.add_connector(ACCOUNT, ROLE)
        url, before = simulator.url, simulator.control.state().to_json()
        session.get(f"{url}/_sandbox/health", timeout=5)
        simulator.stop()
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get(f"{url}/_sandbox/health", timeout=5)
        with pytest.raises(SimulatorError, match="no answer"):
            SimulatorControl(url, timeout=1).health()
        simulator.start()
        assert simulator.url == url
        assert simulator.control.state().to_json() == before


def test_stopping_does_not_wait_for_a_call_that_is_delayed(sim, api):
    sim.control.add_fault(Fault(kind="delay", seconds=30))
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(api, "GET", "/services/services")
        time.sleep(0.3)
        before = time.monotonic()
        sim.stop()
        assert time.monotonic() - before < 2
        assert isinstance(pending.exception(timeout=2), requests.exceptions.ConnectionError)


def test_chunks_are_refused_and_the_connection_is_closed(sim):
    reply = requests.post(f"{sim.url}/cloudtrail/stacks", data=iter([b"{}"]), timeout=5)
    assert (reply.status_code, reply.headers["Connection"]) == (411, "close")


def test_only_the_loopback_address_is_listened_on(sim):
    assert sim.url.startswith("http://127.0.0.1:")
    assert sim._server is not None
    assert sim._server.server_address[0] == "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox.simulator", *arguments]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until_healthy(port: int, process: subprocess.Popen[str]) -> dict[str, object]:
    control = SimulatorControl(f"http://127.0.0.1:{port}", timeout=1)
    deadline = time.monotonic() + 10
    try:
        while True:
            try:
                return control.health()
            except SimulatorError:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.05)
    finally:
        control.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_plays_the_tenant_of_a_file_and_ends_quietly_on_a_signal(tmp_path, number):
    (tmp_path / "tenant.json").write_text(default_tenant("jp-1").to_json())
    port = free_port()
    process = run("--port", str(port), "--tenant", f"{tmp_path}/tenant.json", "--request-log", f"{tmp_path}/log")
    try:
        health = wait_until_healthy(port, process)
        requests.get(f"http://127.0.0.1:{port}/services/services", timeout=5)
    finally:
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=5)
    assert (health["region"], health["pid"]) == ("jp-1", process.pid)
    assert (process.returncode, out, err) == (0, "", "")
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_a_port_that_is_taken_is_said_in_one_line(sim):
    port = sim.url.rpartition(":")[2]
    out, err = run("--port", port).communicate(timeout=10)
    assert out == ""
    assert err.startswith(f"simulator on 127.0.0.1:{port}: ")
    assert "in use" in err
    assert len(err.splitlines()) == 1
