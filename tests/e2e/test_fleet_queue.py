"""The queue with a stand-in for an account's own process: waves, gates, rules, workers that die, and what is stored."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from components.trend.pacing import Pacing
from fleet.database import connect, database_url
from fleet.outcome import RunState
from fleet.plan.ledger import Ledger
from fleet.run.books import HOLDS, JOURNAL
from fleet.run.entries import Phase
from fleet.run.runs import Runs
from tests.e2e import fleet_journal
from tests.e2e.operating import Begun

ROOT = Path(__file__).resolve().parents[2]
PROCESS = Path(__file__).with_name("fleet_process.py")
SENTINEL = "SENTINELKEYID:SENTINELSECRET"  # pragma: allowlist secret

OTHER_SENTINEL = "VISSENTINELOFVISIONONE"  # pragma: allowlist secret


def command(folder: Path, what: str, **given: Any) -> list[str]:
    return [sys.executable, str(PROCESS), what, str(folder), json.dumps(given)]


def begin(folder: Path, what: str, **given: Any) -> subprocess.Popen[str]:
    return Begun(
        command(folder, what, **given),
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CLOUD_ONE_API_KEY": SENTINEL,
            "VISION_ONE_API_KEY": OTHER_SENTINEL,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, what: str, **given: Any) -> tuple[int, str]:
    with begin(folder, what, **given) as process:
        _, output = process.communicate(timeout=120)
    assert "Traceback" not in output, output
    return process.returncode, output


def books(folder: Path) -> Runs:
    return Runs(connect(database_url(folder)))


def states(folder: Path) -> Counter[RunState]:
    runs = books(folder)
    last = runs.last()
    assert last is not None
    return Counter(each.state for each in runs.work(last.id))


def rows(folder: Path, table: sqlalchemy.Table) -> list[Any]:
    return fleet_journal.rows(books(folder).engine, table)


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_run_goes_through_its_waves_and_notes_what_was_deployed(tmp_path: Path) -> None:
    tasks = [["canary", {}], ["rest", {}], ["rest", {}]]
    code, output = run(tmp_path, "begin", tasks=tasks)
    assert code == 0, output
    assert output.index("wave canary: 1 done") < output.index("wave rest: 2 accounts")
    assert states(tmp_path) == {RunState.DONE: 3}
    records = Ledger(connect(database_url(tmp_path))).records()
    assert {stack: record.deployed and record.deployed.settings for stack, record in records.items()} == {
        f"s{number}": {"a": "b"} for number in range(3)
    }
    fleet_journal.assert_never_two_at_once(books(tmp_path).engine)


def test_one_failure_stops_no_other_account_and_is_told_at_the_end(tmp_path: Path) -> None:
    tasks = [["rest", {"fails": "no"}], ["rest", {}], ["rest", {"crashes": True}]]
    code, output = run(tmp_path, "begin", tasks=tasks, bounds={"failed_percent": 100})
    assert code == 1, output
    assert states(tmp_path) == {RunState.FAILED: 2, RunState.DONE: 1}
    assert "cannot determine its outcome" in output


def test_a_rule_stops_the_run_and_resume_goes_on_with_the_rest(tmp_path: Path) -> None:
    tasks = [["canary", {"fails": "no"}], ["rest", {}], ["rest", {}]]
    code, _ = run(tmp_path, "begin", tasks=tasks)
    assert code == 3
    assert states(tmp_path) == {RunState.FAILED: 1, RunState.PENDING: 2}
    last = books(tmp_path).last()
    assert last is not None
    assert last.phase is Phase.STOPPED
    assert "stop.failedPercent" in last.reason

    code, _ = run(tmp_path, "resume")
    assert code == 1
    assert states(tmp_path) == {RunState.FAILED: 1, RunState.DONE: 2}


def test_the_stack_of_the_tenant_is_first_and_what_needs_it_does_not_begin_without_it(tmp_path: Path) -> None:
    code, output = run(
        tmp_path, "begin", tasks=[["tenant", {"fails": "no"}], ["rest", {}]], bounds={"failed_percent": 100}
    )
    assert code == 3, output
    assert states(tmp_path) == {RunState.FAILED: 1, RunState.PENDING: 1}
    code, output = run(tmp_path, "resume")
    assert code == 3, output
    assert states(tmp_path) == {RunState.FAILED: 1, RunState.PENDING: 1}


def test_a_gate_waits_until_its_wave_is_approved(tmp_path: Path) -> None:
    tasks = [["canary", {}], ["gated", {}]]
    code, _ = run(tmp_path, "begin", tasks=tasks)
    assert code == 3
    assert states(tmp_path) == {RunState.DONE: 1, RunState.PENDING: 1}
    last = books(tmp_path).last()
    assert last is not None
    assert "`python -m fleet resume --approve gated`" in last.reason
    assert run(tmp_path, "resume")[0] == 3
    assert run(tmp_path, "resume", approved=["gated"])[0] == 0


def test_a_second_run_is_refused_while_one_is_under_way(tmp_path: Path) -> None:
    with begin(tmp_path, "begin", tasks=[["rest", {"seconds": 30}]]) as first:
        wait_until(lambda: _holds(tmp_path))
        code, output = run(tmp_path, "begin", tasks=[["rest", {}]])
        assert code == 1
        assert "is under way, led by" in output
        first.kill()


def test_what_a_killed_leader_had_under_way_ends_with_it_and_resume_does_it_again(tmp_path: Path) -> None:
    with begin(tmp_path, "begin", tasks=[["rest", {"seconds": 2}]] * 4) as first:
        wait_until(
            lambda: (tmp_path / ".fleet" / "fleet.db").exists() and any(each.pid for each in rows(tmp_path, HOLDS))
        )
        sessions = [each.pid for each in rows(tmp_path, HOLDS) if each.pid]
        first.kill()
    wait_until(lambda: not any(_lives(pid) for pid in sessions), 10)
    code, output = run(tmp_path, "resume")
    assert code == 0, output
    assert states(tmp_path) == {RunState.DONE: 4}
    fleet_journal.assert_never_two_at_once(books(tmp_path).engine)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("accounts", "kills"), [(8, 5), pytest.param(40, 50, marks=pytest.mark.full)])
def test_workers_killed_at_random_moments_leave_nothing_undone_and_nothing_done_twice_at_once(
    tmp_path: Path, accounts: int, kills: int
) -> None:
    chance = random.Random(kills)
    tasks = [["canary", {"seconds": 0.3}]] * 2 + [["rest", {"seconds": 1}]] * (accounts - 2)
    alive = [begin(tmp_path, "begin", tasks=tasks, bounds={"at_once": 2})]
    wait_until(lambda: (tmp_path / ".fleet" / "fleet.db").exists() and books(tmp_path).last())
    for _ in range(kills):
        time.sleep(chance.uniform(0.5, 2.0))
        victim = alive.pop(chance.randrange(len(alive)))
        victim.kill()
        victim.communicate()
        while len(alive) < 2:
            alive.append(begin(tmp_path, chance.choice(("worker", "resume"))))
    for each in alive:
        each.kill()
        each.communicate()
    if books(tmp_path).last().phase is not Phase.ENDED:  # type: ignore[union-attr]
        code, output = run(tmp_path, "resume")
        assert code == 0, output
    assert states(tmp_path) == {RunState.DONE: accounts}
    fleet_journal.assert_never_two_at_once(books(tmp_path).engine)


def test_a_worker_that_is_told_to_stop_finishes_what_it_has(tmp_path: Path) -> None:
    with begin(tmp_path, "begin", tasks=[["rest", {"seconds": 2}]] * 3, bounds={"at_once": 1}) as leader:
        with begin(tmp_path, "worker") as worker:
            wait_until(lambda: len({each.worker for each in _holds(tmp_path)}) == 2)
            worker.send_signal(signal.SIGTERM)
            worker.communicate(timeout=60)
            assert worker.returncode == 0
        leader.communicate(timeout=60)
        assert leader.returncode == 0
    assert states(tmp_path) == {RunState.DONE: 3}
    assert not any("took over" in row.event or "handed" in row.event for row in rows(tmp_path, JOURNAL))


@pytest.mark.full
def test_a_worker_that_is_told_so_twice_hands_back_what_it_has(tmp_path: Path) -> None:
    with begin(tmp_path, "begin", tasks=[["rest", {"seconds": 5}]] * 2, bounds={"at_once": 1}) as leader:
        with begin(tmp_path, "worker") as worker:
            wait_until(lambda: len({each.worker for each in _holds(tmp_path)}) == 2)
            worker.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            worker.send_signal(signal.SIGTERM)
            worker.communicate(timeout=60)
        leader.communicate(timeout=60)
        assert leader.returncode == 0
    assert states(tmp_path) == {RunState.DONE: 2}
    assert [row.event for row in rows(tmp_path, JOURNAL) if "handed" in row.event or "over" in row.event] == [
        "handed back",
        "took over",
    ]


def _holds(folder: Path) -> list[Any]:
    return rows(folder, HOLDS) if (folder / ".fleet" / "fleet.db").exists() else []


def test_the_key_is_in_the_processes_alone_and_in_no_file(tmp_path: Path) -> None:
    assert run(tmp_path, "begin", tasks=[["rest", {}], ["rest", {"fails": "no"}]])[0] == 1
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "fleet.db" for path in files)
    for had in (b"key SEN", b"key VIS"):
        assert any(had in path.read_bytes() for path in files), "the stand-in had the key"
    for path in files:
        content = path.read_bytes()
        assert not any(part.encode() in content for part in (*SENTINEL.split(":"), OTHER_SENTINEL)), path


def test_what_another_version_stored_is_not_guessed_at(tmp_path: Path) -> None:
    assert run(tmp_path, "begin", tasks=[["gated", {}]])[0] == 3
    with books(tmp_path).engine.begin() as connection:
        connection.execute(sqlalchemy.text("update fleet_runs set format = 99, version = '9.0'"))
    code, output = run(tmp_path, "resume")
    assert code == 1
    assert "was begun by version 9.0" in output
    assert "start another one with" in output


def test_nothing_begins_while_trend_asks_to_be_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".fleet").mkdir()
    until = time.time() + 3
    Pacing(tmp_path / ".fleet" / "pause").ask_for(until)
    assert run(tmp_path, "begin", tasks=[["rest", {}]])[0] == 0
    assert min(row.at for row in rows(tmp_path, JOURNAL)) >= until
