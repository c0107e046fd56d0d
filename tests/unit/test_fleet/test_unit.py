"""One account's run without an engine: what failed it, whose a lock is, how it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from components.checks.findings import Finding
from fleet import processes
from fleet.outcome import Cause, Do, Outcome, RunState
from fleet.unit import verdict
from fleet.unit.job import InterruptedRun, Job
from fleet.unit.locks import Lock
from operate.doctor.diagnosis import Diagnosis
from operate.engine.run_log import Failure, RunLog

ROOT = Path(__file__).resolve().parents[3]
SCP = "arn:aws:organizations::210987654321:policy/o-1234567890/service_control_policy/p-12345678"
DENIED = (
    "creating IAM Role (x): operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 1, "
    "api error AccessDenied: User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: iam:CreateRole on "
    "resource: arn:aws:iam::1:role/x with an explicit deny in a service control policy"
)
LOCKED = """error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or
delete the lock file with `pulumi cancel`.
  file:///state/.pulumi/locks/organization/p/s/1.json: created by jo@build-7 (pid 4711) at 2026-11-28T02:23:11Z"""


def failed(type_: str, message: str, *, began: bool = True) -> verdict.RunVerdict:
    return verdict.of_run(RunLog(began, False, (), (Failure("", "update failed"), Failure(type_, message))))


@pytest.mark.parametrize(
    ("type_", "message", "cause"),
    [
        ("aws:iam/role:Role", DENIED, Cause.DENIED),
        ("aws:iam/role:Role", "creating IAM Role: LimitExceeded", Cause.AWS),
        ("pulumi-python:dynamic/trend:Connector", "OnboardingError: step 4: HTTP 500: no; wait", Cause.TREND),
        ("pulumi-python:dynamic/trend:NotificationMerge", "OnboardingError: step 8: SlowDown; wait", Cause.AWS),
        ("command:local:Command", "exit status 1", Cause.TREND),
        ("", "the plugin crashed", Cause.OTHER),
    ],
)
def test_what_failed_is_told_by_the_resource_and_by_the_code_of_aws(type_: str, message: str, cause: Cause) -> None:
    assert failed(type_, message).cause is cause


def test_what_the_program_refuses_before_it_begins_is_a_check() -> None:
    assert failed("pulumi:pulumi:Stack", "stackName: 9 is no name", began=False).cause is Cause.CHECK


def test_the_policy_of_the_organization_is_named_where_aws_names_it() -> None:
    assert "a policy of the organization denies iam:CreateRole" in failed("aws:iam/role:Role", DENIED).next_step
    named = failed("aws:iam/role:Role", f"{DENIED}: {SCP}")
    assert named.next_step.startswith(f"{SCP} denies iam:CreateRole")


def test_the_next_step_is_the_one_that_the_error_of_trend_has() -> None:
    told = failed("pulumi-python:dynamic/trend:Connector", "OnboardingError: step 4: HTTP 429; wait a while")
    assert (told.message, told.next_step) == ("step 4: HTTP 429", "wait a while, then `python -m fleet retry`")


def test_a_check_that_failed_is_named_with_its_hint() -> None:
    found = Diagnosis("p/s", (Finding("region", "ok", "fits"), Finding("API key", "failed", "is unknown", "make one")))
    assert verdict.of_check(found) == verdict.RunVerdict(Cause.CHECK, "API key: is unknown", "make one")


def test_a_check_that_knows_what_aws_denies_is_told_apart_whatever_it_is_called() -> None:
    denied = Finding("rights", "failed", "may not do iam:CreateRole", "ask", denied=("iam:CreateRole",))
    assert verdict.of_check(Diagnosis("p/s", (denied,))).cause is Cause.DENIED
    named_alike = Finding("permissions", "failed", "stackName: 9 is not a name")
    assert verdict.of_check(Diagnosis("p/s", (named_alike,))).cause is Cause.CHECK


def test_a_lock_is_lifted_only_where_its_run_is_dead_for_sure() -> None:
    lock = Lock.among(LOCKED)
    assert lock is not None
    assert str(lock) == "jo@build-7 (pid 4711) since 2026-11-28 02:23:11 UTC"
    dead = InterruptedRun("build-7", "2026-11-28T02:23:00+00:00", "2026-11-28T02:24:00+00:00")
    assert lock.is_of(dead)
    assert not lock.is_of(InterruptedRun("build-8", dead.began, dead.died))
    assert not lock.is_of(InterruptedRun("build-7", "2026-11-28T02:25:00+00:00", "2026-11-28T02:26:00+00:00"))


def test_a_lock_of_this_machine_is_not_lifted_while_its_process_lives() -> None:
    host = os.uname().nodename
    lock = Lock.among(LOCKED.replace("build-7", host).replace("4711", str(os.getpid())))
    assert lock is not None
    assert not lock.is_of(InterruptedRun(host, "2026-11-28T02:23:00+00:00", "2026-11-28T02:24:00+00:00"))


def test_job_and_outcome_survive_their_lines() -> None:
    job = Job("123456789012", "aws-1", {"tags": {"a": "b"}}, dead=(InterruptedRun("h", "1", "2"),))
    assert Job.from_json(job.to_json()) == job
    outcome = Outcome("123456789012", "aws-1", Do.UP, RunState.FAILED, Cause.TREND, plan=("create x",))
    assert Outcome.from_json(outcome.to_json()) == outcome
    assert "\n" not in outcome.to_json()


LEASHED = """
import subprocess, sys, time
from fleet import processes
processes.lead_session()
processes.end_with_standard_input()
child = subprocess.Popen(["sleep", "600"], process_group=0)
print(child.pid, flush=True)
time.sleep(600)
"""
WORKER = """
import subprocess, sys, time
run = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE)
time.sleep(600)
"""


@pytest.mark.parametrize("ends", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_ends_with_its_worker_and_takes_along_what_it_started(ends: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, LEASHED], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        started = psutil.Process(int(worker.stdout.readline()))
        worker.send_signal(ends)
    _, alive = psutil.wait_procs([started], timeout=10)
    assert not alive or started.status() == psutil.STATUS_ZOMBIE


BY_HAND = """
import os, psutil, subprocess
from fleet import processes
others = subprocess.Popen(["sleep", "600"], process_group=0)
run = os.fork()
if run == 0:
    os.setpgid(0, 0)  # as a shell does with a job: it cannot lead a session any more
    processes.lead_session()
    started = subprocess.Popen(["sleep", "600"], process_group=0)
    processes.end_started()
    os._exit(int(psutil.pid_exists(started.pid)))
code = os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])
print(code, others.poll(), flush=True)
others.kill()
"""


def test_a_run_begun_by_hand_ends_what_it_started_and_nobody_elses_session() -> None:
    shell = subprocess.run(
        [sys.executable, "-c", BY_HAND], cwd=ROOT, capture_output=True, text=True, timeout=60, start_new_session=True
    )
    assert (shell.returncode, shell.stdout) == (0, "0 None\n"), shell.stderr


def test_a_process_that_has_ended_does_not_live_although_nobody_has_taken_note_of_it() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not processes.lives(process.pid)
    assert processes.lives(os.getpid())
