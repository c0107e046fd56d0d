"""A run for one account on the real engine: proved, deployed, unchanged, refused, stopped, removed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fleet.outcome import Cause, Do, Outcome, RunState
from fleet.unit.job import Job
from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from tests.e2e import hands
from tests.e2e.fleet_project import inherited, link_project
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import wait_until

TRAIL = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
RUN = """
import sys
from fleet.outcome import Do
from fleet.unit.job import Job
from fleet.unit.run import run_one
sys.exit(run_one(Job.from_json(sys.argv[2]), Do(sys.argv[1])))
"""

LONG = 40.0
"""Seconds of a call, longer than its client waits."""

RunOne = Callable[..., Outcome]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project: what it is made of is linked."""
    return link_project(tmp_path / "project")


@pytest.fixture
def run_one(sandbox: Sandbox, credentials: dict[str, str], project: Path) -> RunOne:
    """Runs for the sandbox's own account, each in a process of its own; the outcome's exit code is the process's."""

    def run(do: Do, **more: Any) -> Outcome:
        job = Job(**{"account_id": sandbox.account, "stack": _stack_in(project), "settings": TRAIL, **more})
        done = subprocess.run(
            [sys.executable, "-c", RUN, do.value, job.to_json()],
            cwd=project,
            env={**inherited(), **sandbox.environment(), **credentials, "AWS_REGION": "us-east-1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        (line,) = done.stdout.splitlines()
        outcome = Outcome.from_json(line)
        assert (outcome.exit_code, outcome.do) == (done.returncode, do)
        print(done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        assert credentials["CLOUD_ONE_API_KEY"] not in done.stdout + done.stderr
        return outcome

    return run


def _stack_in(project: Path) -> str:
    """Return a name that no other test has: the sandbox keeps the stacks' states."""
    return f"t{project.parent.parent.name[-4:]}{project.parent.name[-12:]}"


def _locks_of(sandbox: Sandbox, project: Path) -> Path:
    return sandbox.home / "state" / ".pulumi" / "locks" / "organization" / "trend-onboarding" / _stack_in(project)


def test_an_account_is_previewed_deployed_found_unchanged_and_removed_byte_for_byte(
    sandbox: Sandbox, run_one: RunOne, project: Path
) -> None:
    before = aws_inventory(sandbox)
    previewed = run_one(Do.PREVIEW)
    assert (previewed.state, previewed.exit_code) == (RunState.DONE, 2)
    assert "create aws:iam:Role workload-security" in previewed.plan
    assert aws_inventory(sandbox) == before

    assert run_one(Do.UP).state is RunState.DONE
    sandbox.trend.clear_requests()
    assert run_one(Do.UP).state is RunState.UNCHANGED
    assert sandbox.trend.requests() == []
    assert sorted(path.name for path in project.glob("Pulumi*")) == ["Pulumi.yaml"]

    assert run_one(Do.DRIFT).state is RunState.UNCHANGED
    hands.delete_link(sandbox, "connector")
    drifted = run_one(Do.DRIFT)
    assert (drifted.state, drifted.exit_code) == (RunState.DONE, 7)

    assert run_one(Do.DESTROY).state is RunState.DONE
    assert aws_inventory(sandbox) == before
    assert run_one(Do.DESTROY).state is RunState.UNCHANGED


def test_a_file_that_somebody_has_for_the_stack_is_left_as_it_was(run_one: RunOne, project: Path) -> None:
    own = project / f"Pulumi.{_stack_in(project)}.yaml"
    own.write_text("# ours, in git\nconfig:\n  aws:region: us-east-1\n")
    before = own.read_bytes()
    assert run_one(Do.PREVIEW).exit_code == 2  # which creates the stack, and removes it again
    assert own.read_bytes() == before


def test_a_role_that_leads_to_another_account_changes_nothing(sandbox: Sandbox, run_one: RunOne) -> None:
    before = aws_inventory(sandbox)
    outcome = run_one(Do.UP, account_id="111111111111", role_name="OrganizationAccountAccessRole")
    assert outcome.state is RunState.UNREACHABLE
    assert outcome.next_step
    assert aws_inventory(sandbox) == before
    assert sandbox.trend.requests() == []


def test_a_refusal_by_aws_is_reverted_and_told_apart(sandbox: Sandbox, run_one: RunOne) -> None:
    before = aws_inventory(sandbox)
    sandbox.aws_control.add_fault(Fault(service="iam", action="CreateRole", status=403, code="AccessDenied"))
    outcome = run_one(Do.UP)
    assert (outcome.state, outcome.cause) == (RunState.FAILED, Cause.DENIED)
    assert aws_inventory(sandbox) == before


@pytest.mark.full
def test_a_run_that_takes_too_long_is_stopped_and_leaves_no_lock(
    sandbox: Sandbox, run_one: RunOne, project: Path
) -> None:
    minutes = run_one(Do.UP).seconds * 1.2 / 60  # long enough on this machine for a call to be reached
    assert run_one(Do.DESTROY).state is RunState.DONE
    # SIGINT lets the engine wait for a call under way: from this one on each takes longer than its client waits, so
    # that the engine, which looks again and again what became of it, does not end by itself.
    number = sandbox.trend.add_fault(
        Fault(kind="delay", seconds=LONG, service="workload", action="POST /awsconnectors", count=None)
    )

    def slow_down() -> None:
        wait_until(lambda: sandbox.trend.fault_seen(number), "the connector's creation", minutes * 60)
        sandbox.trend.set_latency(LONG)

    with ThreadPoolExecutor() as beside:
        slowed = beside.submit(slow_down)
        outcome = run_one(Do.UP, minutes=minutes)
        slowed.result()
    sandbox.trend.set_latency(0)
    assert (outcome.state, outcome.cause) == (RunState.FAILED, Cause.TIMEOUT)
    assert 2 * 60 * minutes <= outcome.seconds < 2 * 60 * minutes + 30
    assert list(_locks_of(sandbox, project).glob("*")) == []
    sandbox.trend.clear_faults()
    assert run_one(Do.UP).state is RunState.DONE


@pytest.mark.full
def test_a_stack_that_another_run_holds_is_locked_and_says_by_whom(
    sandbox: Sandbox, run_one: RunOne, project: Path
) -> None:
    assert run_one(Do.UP).state is RunState.DONE
    folder = _locks_of(sandbox, project)
    folder.mkdir(parents=True, exist_ok=True)  # the engine leaves it empty
    holder = {"pid": 1, "username": "jo", "hostname": "elsewhere", "timestamp": "2026-11-28T02:00:00Z"}
    (folder / "1.json").write_text(json.dumps(holder))
    outcome = run_one(Do.DESTROY)
    assert outcome.state is RunState.LOCKED
    assert "jo@elsewhere (pid 1) since 2026-11-28 02:00:00 UTC" in outcome.message

    dead = {"host": "elsewhere", "began": "2026-11-28T01:59:00+00:00", "died": "2026-11-28T02:01:00+00:00"}
    assert run_one(Do.DESTROY, dead=(dead,)).state is RunState.DONE
