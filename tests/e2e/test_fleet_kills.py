"""`kill -9` of leaders and workers at random moments, on the real engine.

FLEET_KILLS_ACCOUNTS and FLEET_KILLS_SEED choose another size and other moments. Fifty kills over forty accounts took 24
minutes on two processors with a load of 15, and what it is on a quiet machine nobody has measured: fewer are the
default.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from fleet.database import connect, database_url
from fleet.outcome import RunState
from fleet.run.books import HOLDS, JOURNAL
from fleet.run.entries import Phase
from fleet.run.runs import Runs
from sandbox.organization import AccountKind, Organization
from sandbox.sandbox import Sandbox
from tests.e2e import fleet_journal
from tests.e2e.fleet_project import FleetProject
from tests.e2e.operating import Begun, wait_until

ACCOUNTS = int(os.environ.get("FLEET_KILLS_ACCOUNTS", "8"))
KILLS = ACCOUNTS * 5 // 4
SEED = int(os.environ.get("FLEET_KILLS_SEED", random.randrange(10**6)))
UNDISTURBED = 1
"""Accounts of the first wave: what they take says how often to kill."""
SHARE = 0.6
"""Of the time of an account, at most, between two kills: two workers would have enough to do if none ever hit."""


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    special = len(AccountKind) - 1
    with Sandbox(tmp_path_factory.mktemp("organization"), accounts=ACCOUNTS + special) as sandbox:
        yield sandbox


@pytest.mark.full
def test_leaders_and_workers_killed_at_random_moments_leave_each_account_done_once_and_no_lock(
    sandbox: Sandbox, organization: Organization, credentials: dict[str, str], tmp_path: Path
) -> None:
    print(f"seed {SEED}: {KILLS} kills over {ACCOUNTS} accounts")
    chance, began = random.Random(SEED), time.monotonic()
    project = FleetProject(sandbox, credentials, tmp_path)
    project.write(
        source={"organizations": {}},
        exclude={"accounts": [each.id for each in organization.accounts if each.kind is not AccountKind.PLAIN]},
        settings={"cloudTrail": False},
        waves=[{"name": "undisturbed", "count": UNDISTURBED}, {"name": "rest"}],
        limits={"atOnce": 1, "startsPerMinute": 1000},
    )
    engine = connect(database_url(project.folder))
    runs, killed = Runs(engine), {"leader": 0, "worker": 0}
    with fleet_journal.Sessions(project.backend) as sessions, contextlib.ExitStack() as ends:

        def begin(command: str) -> Begun:
            return ends.enter_context(project.begin(command))

        alive = {"leader": begin("up --yes"), "worker": begin("worker")}
        wait_until(lambda: _count_begun(engine) > UNDISTURBED + 1, "the second wave", 900)
        pause = _seconds_each(runs) * SHARE
        print(f"an account takes {pause / SHARE:.0f} s; at most {pause:.0f} s between two kills")
        for _ in range(KILLS):
            time.sleep(chance.uniform(0, pause))
            role = chance.choice(sorted(alive))
            assert alive[role].poll() is None, f"{role} ended after {killed}: SHARE is too much, or it failed"
            alive[role].kill()
            alive[role].wait()
            killed[role] += 1
            alive[role] = begin("resume" if role == "leader" else "worker")
        print(f"{killed} killed within {time.monotonic() - began:.0f} s")
        assert alive["leader"].wait(3600) == 0
        alive["worker"].terminate()
        assert alive["worker"].wait(60) == 0
    last = runs.last()
    assert last is not None
    assert last.phase is Phase.ENDED
    ended = [each.state for each in runs.work(last.id) if each.wave]
    assert len(ended) == ACCOUNTS + 1
    assert set(ended) <= {RunState.DONE, RunState.UNCHANGED}  # killed between its end and the note of it
    fleet_journal.assert_never_two_at_once(engine)
    assert (sessions.doubles, sessions.living()) == ([], {})
    events = [row.event for row in fleet_journal.rows(engine, JOURNAL)]
    print(f"{time.monotonic() - began:.0f} s in all; {sessions.looks} looks; " + _counted(events))
    assert list((tmp_path / ".pulumi" / "locks").rglob("*.json")) == []
    state, linked = sandbox.trend.state(), sorted(each.id for each in organization.plain)
    assert sorted(each.account_id for each in state.connectors) == linked
    assert sorted(each.id for each in state.cloud_accounts) == linked
    project.run(f"run-one {chance.choice(linked)} --do preview")


def _count_begun(engine: sqlalchemy.Engine) -> int:
    if not sqlalchemy.inspect(engine).has_table(HOLDS.name) or not sqlalchemy.inspect(engine).has_table(JOURNAL.name):
        return 0
    return sum(row.event == "began" for row in fleet_journal.rows(engine, JOURNAL))


def _seconds_each(runs: Runs) -> float:
    last = runs.last()
    assert last is not None
    return statistics.mean(
        each.ended - each.began for each in runs.work(last.id, "undisturbed") if each.ended and each.began
    )


def _counted(events: list[str]) -> str:
    return ", ".join(f"{events.count(event)} {event}" for event in sorted(set(events)))
