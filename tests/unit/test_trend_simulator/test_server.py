"""The simulator as a server: threads, connections, stopping; and as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.trend import Fault, Simulator, SimulatorControl, SimulatorError, default_tenant
from tests.unit.test_trend_simulator.conftest import ACCOUNT, ROLE, Api

PROJECT = Path(__file__).parents[3]


def test_parallel_posts_for_one_account_make_one_connector(
    sim: Simulator, api_as: Callable[[str], Api], connector: dict[str, Any]
) -> None:
    authorization = f"ApiKey {sim.tenant.full_access_key.value}"
    callers = [api_as(authorization) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda api: api("POST", "/workload/awsconnectors", connector).status_code, callers)
        assert sorted(replies) == [200] + [409] * 7
    assert len(sim.control.state().connectors) == 1


def test_a_stopped_simulator_hangs_up_and_comes_back_as_it_was(connector: dict[str, Any]) -> None:
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


def test_a_call_that_is_delayed_when_the_simulator_stops_is_never_done(
    sim: Simulator, api: Api, connector: dict[str, Any]
) -> None:
    sim.control.add_fault(Fault(kind="delay", seconds=0.8))
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(api, "POST", "/workload/awsconnectors", connector)
        time.sleep(0.3)
        sim.stop()
        assert isinstance(pending.exception(timeout=2), requests.exceptions.ConnectionError)
    time.sleep(0.7)
    sim.start()
    assert sim.control.state().connectors == ()
    assert [entry.status for entry in sim.control.requests()] == [None]


def test_chunks_are_refused_and_the_connection_is_closed(sim: Simulator) -> None:
    reply = requests.post(f"{sim.url}/cloudtrail/stacks", data=iter([b"{}"]), timeout=5)
    assert (reply.status_code, reply.headers["Connection"]) == (411, "close")


def test_only_the_loopback_address_is_listened_on(sim: Simulator) -> None:
    assert sim.url.startswith("http://127.0.0.1:")
    assert sim._server is not None
    assert sim._server.server_address[0] == "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox.trend", *arguments]
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
def test_the_process_plays_the_tenant_of_a_file_and_ends_quietly_on_a_signal(
    tmp_path: Path, number: signal.Signals
) -> None:
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


def test_a_port_that_is_taken_is_said_in_one_line(sim: Simulator) -> None:
    port = sim.url.rpartition(":")[2]
    out, err = run("--port", port).communicate(timeout=10)
    assert out == ""
    assert err.startswith(f"simulator on 127.0.0.1:{port}: ")
    assert "in use" in err
    assert len(err.splitlines()) == 1
