"""Workers that share a PostgreSQL: one run, whoever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import yaml
from sqlalchemy import select

from fleet.database import connect, database_url
from fleet.processes import KILLED, lives
from fleet.run.books import HOLDS, JOURNAL, WORKERS
from fleet.run.workers import DEAD
from sandbox.sandbox import Sandbox
from tests.e2e import postgresql
from tests.e2e.cut_line import line_to
from tests.e2e.fleet_journal import assert_never_two_at_once
from tests.e2e.fleet_project import inherited, link_project
from tests.e2e.operating import Begun
from tests.e2e.pulumi_cli import ROOT

PROCESS = Path(__file__).with_name("fleet_process.py")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL database."""
    with postgresql.running() as address:
        yield address


@pytest.fixture
def database(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlalchemy.Engine]:
    """The fleet's database, of this test alone; Pulumi's backend is one that all machines see."""
    name = f"fleet_{uuid.uuid4().hex}"
    whole = connect(sqlalchemy.make_url(server).set(drivername="postgresql+psycopg"))
    with whole.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sqlalchemy.text(f'CREATE DATABASE "{name}"'))
    whole.dispose()
    monkeypatch.setenv("FLEET_DATABASE_URL", f"{server.rpartition('/')[0]}/{name}")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state")
    engine = connect(database_url(Path.cwd()))
    yield engine
    engine.dispose()


def rows(database: sqlalchemy.Engine, table: sqlalchemy.Table) -> list[Any]:
    try:
        with database.connect() as connection:
            return list(connection.execute(select(table)))
    except sqlalchemy.exc.ProgrammingError:
        return []  # nobody has made it yet


def wait_until(condition: Callable[[], object], seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def begin(folder: Path, what: str, **given: Any) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    return Begun(
        [sys.executable, str(PROCESS), what, str(folder), json.dumps(given)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def working(database: sqlalchemy.Engine) -> dict[int, int]:
    """Return how many sessions each worker has under way, by its process."""
    processes = {row.id: row.pid for row in rows(database, WORKERS)}
    held = [processes[row.worker] for row in rows(database, HOLDS) if row.pid and row.worker in processes]
    return {pid: held.count(pid) for pid in held}


@pytest.mark.full
@pytest.mark.parametrize("victim", ["leader", "worker"])
def test_two_machines_share_a_run_and_the_other_finishes_what_a_dead_one_had(
    database: sqlalchemy.Engine, tmp_path: Path, victim: str
) -> None:
    tasks = [["rest", {"seconds": 5}]] * 6  # long enough for the other one to begin, on a busy machine too
    with (
        begin(tmp_path / "one", "begin", tasks=tasks, bounds={"at_once": 1}) as leader,
        begin(tmp_path / "two", "worker") as worker,
    ):
        wait_until(lambda: {leader.pid, worker.pid} <= working(database).keys())
        (leader if victim == "leader" else worker).kill()
        if victim == "leader":
            leader.communicate()
            with begin(tmp_path / "one", "resume") as again:
                _, output = again.communicate(timeout=240)
                assert again.returncode == 0, output
        else:
            _, output = leader.communicate(timeout=240)
            assert leader.returncode == 0, output
            assert "6 done" in output
        worker.send_signal(signal.SIGTERM)
    journal = rows(database, JOURNAL)
    assert sum(row.event == "ended done" for row in journal) == 6
    assert [row.event for row in journal].count("took over") == 1
    assert rows(database, HOLDS) == []


@pytest.mark.full
@pytest.mark.parametrize("fate", ["killed", "halted", "cut off"])
def test_a_worker_of_another_machine_is_dead_after_forty_silent_seconds_and_not_before(
    database: sqlalchemy.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    address = sqlalchemy.make_url(os.environ["FLEET_DATABASE_URL"])
    assert address.port
    with (
        line_to(address.port) as line,
        begin(
            tmp_path / "one", "begin", host="one", tasks=[["rest", {"seconds": 60}]] * 2, bounds={"at_once": 1}
        ) as leader,
    ):
        wait_until(lambda: leader.pid in working(database))
        monkeypatch.setenv("FLEET_DATABASE_URL", str(address.set(port=line.port)))
        with begin(tmp_path / "two", "worker", host="two") as worker:
            wait_until(lambda: worker.pid in working(database))
            hold = next(row for row in rows(database, HOLDS) if row.host == "two")
            if fate == "cut off":
                line.cut()
                assert worker.wait(timeout=DEAD) == KILLED
                assert not lives(hold.pid)
            else:
                worker.send_signal(signal.SIGKILL if fate == "killed" else signal.SIGSTOP)
            silent = next(row.beat for row in rows(database, WORKERS) if row.id == hold.worker)
            wait_until(lambda: hold.worker not in {row.id for row in rows(database, WORKERS)}, 60)
            buried = time.time()
            if fate == "halted":
                worker.send_signal(signal.SIGCONT)
                assert worker.wait(timeout=30) == KILLED
                assert not lives(hold.pid)
        _, output = leader.communicate(timeout=300)
    assert leader.returncode == 0, output
    assert DEAD <= buried - silent < DEAD + 15
    (over,) = [row for row in rows(database, JOURNAL) if row.event == "took over"]
    assert (over.stack, over.at - silent > DEAD) == (hold.stack, True)
    assert_never_two_at_once(database)


def test_a_backend_that_only_one_machine_sees_is_refused(
    database: sqlalchemy.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri())
    with begin(tmp_path / "one", "begin", tasks=[["rest", {}]]) as process:
        _, output = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "use one that all see, such as s3://BUCKET" in output
    assert rows(database, JOURNAL) == []


@pytest.mark.full
def test_two_workers_on_s3_finish_a_run_on_the_engine_although_one_is_killed(
    database: sqlalchemy.Engine, tmp_path: Path
) -> None:
    with Sandbox(tmp_path / "sandbox", accounts=12) as sandbox:
        sandbox.aws("s3").create_bucket(Bucket="state")
        endpoint = sandbox.endpoints()["AWS_ENDPOINT_URL"]
        environment = {
            **inherited(),
            **sandbox.environment(),
            "CLOUD_ONE_API_KEY": sandbox.tenant.full_access_key.value,
            "AWS_REGION": "us-east-1",
            "PULUMI_BACKEND_URL": f"s3://state?endpoint={endpoint}&use_path_style=true&region=us-east-1",
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        }
        assert sandbox.organization is not None
        chosen = [account.id for account in sandbox.organization.plain[:3]]

        def fleet(folder: Path, *arguments: str) -> subprocess.Popen[str]:
            link_project(folder)
            content = {
                "source": {"organizations": {}},
                "settings": {"cloudTrail": False},
                "limits": {"atOnce": 1},
            }
            (folder / "fleet.yaml").write_text(yaml.safe_dump(content))
            return Begun(
                [sys.executable, "-m", "fleet", *arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )

        with (
            fleet(tmp_path / "one", "up", "--accounts", ",".join(chosen), "--yes") as leader,
            fleet(tmp_path / "two", "worker") as worker,
        ):
            wait_until(lambda: working(database).get(worker.pid), 600)
            time.sleep(8)  # in the middle of its first account
            worker.kill()
            _, output = leader.communicate(timeout=1200)
            assert leader.returncode == 0, output
        assert sorted(each.account_id for each in sandbox.trend.state().connectors) == sorted(chosen)
        assert [row.event for row in rows(database, JOURNAL)].count("took over") == 1
        locks = sandbox.aws("s3").list_objects_v2(Bucket="state", Prefix=".pulumi/locks/").get("Contents", [])
        assert [each["Key"] for each in locks if each["Key"].endswith(".json")] == []
