"""The sandbox's processes: started once, told from others, ended with whoever they belong to."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from sandbox.gate import HOST
from sandbox.gate.server import listen
from sandbox.processes import ROOT, SandboxError, Server, end, started
from sandbox.sandbox import Sandbox

HOLD = "import sys, time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder whose sandbox is ended after the test, whatever became of it."""
    yield tmp_path / "home"
    Sandbox(tmp_path / "home").stop()


def alive(server: Server) -> bool:
    return server.process() is not None


def _command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def eventually(happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.02)
    return happens()


def test_it_starts_once_and_stops_once(home: Path) -> None:
    sandbox = Sandbox(home)
    assert sandbox.start() is True
    servers = sandbox.servers()
    assert Sandbox(home).start() is False
    assert Sandbox(home).servers() == servers
    assert {server.name for server in sandbox.stop()} == {"aws", "trend"}
    assert not any(alive(server) for server in servers)
    assert (sandbox.stop(), sandbox.servers(), sandbox.is_running()) == ([], [], False)


def test_two_sandboxes_side_by_side_do_not_see_each_other(home: Path, sandbox: Sandbox) -> None:
    with Sandbox(home, region="de-1") as other:
        other.aws("iam").create_user(UserName="mine")
        assert sandbox.aws("iam").list_users()["Users"] == []
        assert (other.trend.health()["region"], sandbox.trend.health()["region"]) == ("de-1", "us-1")


def test_a_context_does_not_stop_a_sandbox_that_ran_before(home: Path) -> None:
    with Sandbox(home) as first:
        with Sandbox(home):
            pass
        assert first.is_running()


@pytest.mark.parametrize("victim", [pytest.param("aws", marks=pytest.mark.full), "trend"])
def test_after_the_death_of_one_server_stop_and_start_put_things_right(home: Path, victim: str) -> None:
    sandbox = Sandbox(home)
    sandbox.start()
    before = {server.name: server for server in sandbox.servers()}
    os.kill(before[victim].pid, signal.SIGKILL)
    assert eventually(lambda: not alive(before[victim]))
    assert not sandbox.is_running()
    again = Sandbox(home)
    assert again.start() is True
    assert not any(alive(server) for server in before.values())
    os.kill(next(server.pid for server in again.servers() if server.name == victim), signal.SIGKILL)
    (survivor,) = [server for server in again.servers() if server.name != victim]
    assert survivor in again.stop()
    assert not alive(survivor)


def test_a_server_that_is_ending_and_has_its_port_still_is_not_taken_for_gone(
    running: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil.Process, "cmdline", lambda _: [])
    assert all(server.process() for server in running.servers())


def test_what_it_writes_is_for_its_owner_alone(running: Sandbox) -> None:
    assert running.home.stat().st_mode & 0o777 == 0o700
    assert (running.home / "sandbox.json").stat().st_mode & 0o777 == 0o600


def test_its_servers_listen_on_the_loopback_address_alone(running: Sandbox) -> None:
    for server in running.servers():
        listening = [each for each in psutil.Process(server.pid).net_connections() if each.status == psutil.CONN_LISTEN]
        assert {(each.laddr.ip, each.laddr.port) for each in listening} == {(HOST, server.port)}


def test_a_taken_port_is_told_with_its_holder_and_the_way_out(home: Path) -> None:
    with listen() as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", HOST]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as holder:
        assert eventually(lambda: bool(psutil.Process(holder.pid).net_connections()))
        with pytest.raises(SandboxError) as refused:
            Sandbox(home, trend_port=port).start()
        holder.terminate()
    assert f"port {port} is taken by process {holder.pid} (" in str(refused.value)
    assert "http.server" in str(refused.value)
    assert str(refused.value).endswith("choose another port with --trend-port")
    assert Sandbox(home).servers() == []
    listen(port).close()


def test_a_pid_that_another_process_got_since_is_left_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, "sandbox.aws"], stdout=subprocess.PIPE) as stranger:
        assert stranger.stdout is not None
        stranger.stdout.readline()
        created = started(psutil.Process(stranger.pid))
        namesake = Server("aws", "sandbox.aws", 1, stranger.pid, created - 60)
        other_program = Server("aws", "sandbox.trend", 1, stranger.pid, created)
        assert end([namesake, other_program]) == []
        assert stranger.poll() is None
        assert end([Server("aws", "sandbox.aws", 1, stranger.pid, created)]) != []
        assert stranger.wait(timeout=10) == -signal.SIGTERM


def test_a_server_is_known_and_ended_after_the_clock_was_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(home) as sandbox:
        servers = sandbox.servers()
        at = psutil.boot_time() + 79  # what Linux tells after it; psutil computes all times of processes from it
        monkeypatch.setattr("psutil._pslinux.boot_time", lambda: at)
        assert [server for server in servers if server.process()] == servers != []
        assert end(servers) == servers
    assert not any(alive(server) for server in servers)


def test_a_server_that_is_not_recognized_is_not_waited_for_without_end(home: Path) -> None:
    with Sandbox(home) as sandbox:
        servers = sandbox.servers()
        assert end([replace(server, created=0) for server in servers]) == []
    assert not any(psutil.pid_exists(server.pid) for server in servers)


def test_a_server_that_dies_at_the_start_is_reported_with_its_log_and_takes_the_other_along(home: Path) -> None:
    sandbox = Sandbox(home)
    sandbox.account = "not an account"
    with pytest.raises(SandboxError, match=r"(?s)aws ended with code 2: .*'not an account' is not 12 digits"):
        sandbox.start()
    assert sandbox.servers() == []
    assert not [process for process in psutil.process_iter() if str(home) in " ".join(_command(process))]


def test_servers_end_with_a_process_that_is_killed(home: Path) -> None:
    program = (
        "import pathlib, sys, time; from sandbox.sandbox import Sandbox; sandbox = Sandbox(pathlib.Path(sys.argv[1]));"
        "sandbox.start(); print('up', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(home)], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"up\n"
        servers = Sandbox(home).servers()
        assert all(alive(server) for server in servers)
        holder.kill()
    assert eventually(lambda: not any(alive(server) for server in servers))
