"""`operate` and processes: whose a lock is, what a killed run leaves of the backend's files, and who gets a signal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from operate.engine import file_backend
from operate.engine.file_backend import FileBackend, Lock

NOW = datetime.now(UTC)


def lock(pid: int, *, since: datetime = NOW, host: str = socket.gethostname()) -> Lock:
    return Lock("me", host, pid, since)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_a_lock_whose_owner_runs_is_alive(child: subprocess.Popen[bytes]) -> None:
    assert not lock(child.pid, since=datetime.now(UTC)).is_dead


def test_a_lock_whose_owner_ended_is_dead_also_while_nobody_took_note(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert lock(child.pid, since=datetime.now(UTC)).is_dead
    child.wait()
    assert lock(child.pid, since=datetime.now(UTC)).is_dead


def test_a_lock_whose_number_went_to_a_younger_process_is_dead(child: subprocess.Popen[bytes]) -> None:
    assert lock(child.pid, since=datetime.now(UTC) - timedelta(hours=1)).is_dead


def test_a_lock_of_another_host_is_never_taken_for_dead() -> None:
    assert not lock(2**22 + 1, host="elsewhere").is_dead


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///var/state", "/var/state/.pulumi"),
        ("file:///var/my%20state?no_tmp_dir=true", "/var/my state/.pulumi"),
        ("file://./state", "/project/state/.pulumi"),
        ("file://~", f"{Path.home()}/.pulumi"),
    ],
)
def test_the_folder_of_a_backend_is_found(url: str, folder: str) -> None:
    assert file_backend.root_of(url, Path("/project")) == Path(folder)


def test_other_backends_have_no_folder() -> None:
    assert file_backend.root_of("https://api.pulumi.com", Path("/project")) is None


@pytest.fixture
def backend(tmp_path: Path) -> FileBackend:
    made = FileBackend(tmp_path / ".pulumi", "p", "s")
    for folder in ("stacks/p", "locks/organization/p/s", "history/p/s"):
        (made.root / folder).mkdir(parents=True)
    return made


def test_empty_attributes_of_a_project_are_removed_and_nothing_else(backend: FileBackend) -> None:
    (backend.root / "stacks" / "other").mkdir()
    empty = {"stacks/p/s.json.attrs", "stacks/p/t.json.attrs", "history/p/s/s-1.history.json.attrs",
             "locks/organization/p/s/a.json.attrs"}  # fmt: skip
    others = {"stacks/p/s.json": "", "stacks/p/s.json.bak.attrs": "{}", "stacks/other/s.json.attrs": ""}
    for name, content in {**dict.fromkeys(empty, ""), **others}.items():
        (backend.root / name).write_text(content)
    assert set(file_backend.mend(backend.root, "p")) == {backend.root / name for name in empty}
    left = {str(path.relative_to(backend.root)) for path in backend.root.rglob("*") if path.is_file()}
    assert left == set(others)


def test_locks_are_read_and_one_that_was_cut_off_belongs_to_nobody(
    backend: FileBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_backend, "_BEING_WRITTEN", 0.0)
    folder = backend.root / "locks" / "organization" / "p" / "s"
    content = {"pid": 7, "username": "me", "hostname": "h", "timestamp": "2026-11-24T07:45:28.732954758Z"}
    (folder / "a.json").write_text(json.dumps(content))
    (folder / "a.json.attrs").write_text("{}")
    (folder / "b.json").write_text("")
    found = backend.locks()
    assert None in found
    assert [(each.user, each.host, each.pid) for each in found if each] == [("me", "h", 7)]


def test_the_state_after_a_run_is_found_by_its_place_in_the_history(backend: FileBackend) -> None:
    folder = backend.root / "history" / "p" / "s"
    for time_of_run in (900, 1000, 1100):
        content = {"checkpoint": {"latest": {"resources": [{"urn": f"u::{time_of_run}", "type": "t"}]}}}
        for name in (f"s-{time_of_run}.history.json", f"s-{time_of_run}.checkpoint.json"):
            (folder / name).write_text(json.dumps(content))
            (folder / f"{name}.attrs").write_text("{}")
    (folder / "s-1000.checkpoint.json").unlink()
    newest, killed, oldest = (backend.state_after(run) for run in (0, 1, 2))
    assert newest
    assert oldest
    assert (newest.resources[0].urn, killed, oldest.resources[0].urn) == ("u::1100", None, "u::900")


COUNTS = """
import signal, sys, time
got = []
signal.signal(signal.SIGINT, lambda *_: got.append(1))
print("ready", flush=True)
while not got:
    time.sleep(0.02)
time.sleep(1)
print(f"got {len(got)}", flush=True)
sys.exit(3)
"""
PARENT = """
import os, sys
from operate.engine import foreground
ended = foreground.run([sys.executable, "-c", sys.argv[1]], os.environ)
print(ended.code, ended.interrupted, ended.killed)
"""


@pytest.mark.parametrize("to_the_whole_group", [True, False])
def test_a_signal_reaches_the_command_once_whoever_it_was_sent_to(to_the_whole_group: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, COUNTS],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        if to_the_whole_group:
            os.killpg(parent.pid, signal.SIGINT)
        else:
            parent.send_signal(signal.SIGINT)
        assert parent.stdout.read() == "got 1\n3 True False\n"


@pytest.mark.parametrize(
    ("command", "ended"),
    [("import os; os.kill(os.getpid(), 9)", "137 False True\n"), ("raise SystemExit(255)", "255 False False\n")],
)
def test_only_a_death_by_signal_counts_as_killed_whatever_the_exit_code(command: str, ended: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, command],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout == ended
