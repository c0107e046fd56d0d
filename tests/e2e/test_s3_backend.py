"""`operate` with its state in an S3 bucket: the same commands, the same exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from tests.e2e.conftest import end_processes_in
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import OPERATE, UP, begin, kill, operate, wait_until
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, ROOT, SandboxStack
from tests.e2e.standing import links, snapshot

TRAIL = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
PAGE = (ROOT / "docs" / "ci.md").read_text()
NO_CONNECTOR = Fault(status=500, service="workload", action="POST /awsconnectors", count=None)


@pytest.fixture
def in_s3(sandbox: Sandbox, credentials: dict[str, str], tmp_path: Path) -> Iterator[SandboxStack]:
    """A stack whose state is in a bucket of the sandbox's own S3, not deployed yet."""
    sandbox.aws("s3").create_bucket(Bucket="state")
    endpoint = sandbox.endpoints()["AWS_ENDPOINT_URL"]
    backend = f"s3://state?endpoint={endpoint}&use_path_style=true&region=us-east-1"
    # Else the CLI says of each object that it has no checksum: moto has none.
    environment = {"PULUMI_BACKEND_URL": backend, "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}
    stack = SandboxStack(sandbox, tmp_path / "project", {**credentials, **environment}, name="in-s3")
    stack.configure(TRAIL)
    yield stack
    end_processes_in(stack.folder)


def providers(stack: SandboxStack) -> list[psutil.Process]:
    """Return the processes of dynamic providers that work on the stack."""
    found = []
    for process in psutil.process_iter():
        try:
            if "pulumi.dynamic" in process.cmdline() and Path(process.cwd()) == stack.folder:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.full
def test_a_life_with_a_failed_update(in_s3: SandboxStack) -> None:
    before = (links(in_s3), aws_inventory(in_s3.sandbox))
    in_s3.sandbox.trend.add_fault(NO_CONNECTOR)
    failed = operate(in_s3, *UP)
    assert failed.code == 1
    assert "to nothing" in failed.output
    assert (links(in_s3), aws_inventory(in_s3.sandbox)) == before
    in_s3.sandbox.trend.clear_faults()

    assert operate(in_s3, *UP).code == 0
    whole = snapshot(in_s3)
    in_s3.configure({**TRAIL, "externalId": "another"})
    in_s3.sandbox.aws_control.add_fault(
        Fault(service="iam", action="UpdateAssumeRolePolicy", status=403, code="AccessDenied")
    )
    failed = operate(in_s3, *UP)
    assert failed.code == 1
    assert "to the update of" in failed.output
    assert snapshot(in_s3) == whole

    planned = json.loads(operate(in_s3, "report", "--json").output)
    left = operate(in_s3, "destroy", "--yes", "--skip-preview", "--non-interactive")
    assert left.code == 0, left.output
    assert "CloudFormation stack CloudOne" in left.output
    assert {item["what"] for item in planned["removed"]} >= {"CloudFormation stack CloudOne"}
    assert operate(in_s3, "report").code == 0


def documented(*more: str) -> dict[str, Any]:
    """Return the policy of the state's bucket that docs/ci.md shows, and besides all that is no matter of the state.

    Args:
        more: actions on its objects that the text adds for the role that changes.
    """
    (example,) = re.findall(r"Both need the state as well\. Reading:\n\n```json\n(.*?)```", PAGE, re.DOTALL)
    statements = json.loads(example.replace("<state bucket>", "state"))
    assert all(f"`{action}`" in PAGE.partition(example)[2] for action in more)
    of_state = [each for each in statements if "arn:aws:s3:::state" in each["Resource"]]
    buckets = [f"arn:aws:s3:::{beginning}-*" for beginning in ("sandbox", "cloud", "trail")]
    services = ["cloudformation", "cloudtrail", "events", "iam", "lambda", "logs", "secretsmanager", "ssm", "sts"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            *of_state,
            {"Effect": "Allow", "Action": list(more), "Resource": "arn:aws:s3:::state/*"},
            {"Effect": "Allow", "Action": [f"{service}:*" for service in services], "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:*", "Resource": [*buckets, *(f"{each}/*" for each in buckets)]},
        ],
    }


def asked_of_state(stack: SandboxStack, policy: dict[str, Any], *arguments: str) -> set[str]:
    """Run `operate` with a policy in force; return which actions it took on the state's bucket, all of them allowed."""
    control = stack.sandbox.aws_control
    control.clear_policies()
    control.enforce("sandbox", policy)
    run = operate(stack, *arguments)
    assert run.code == 0, run.output
    asked = [each for each in control.asked() if each.resource.startswith("arn:aws:s3:::state")]
    control.clear_policies()
    assert [each for each in asked if not each.allowed] == []
    return {each.action for each in asked}


@pytest.mark.full
def test_the_documented_policy_of_the_states_bucket_is_enough_and_all_of_it_is_used(in_s3: SandboxStack) -> None:
    changing, reading = documented("s3:PutObject", "s3:DeleteObject"), documented()
    reads = {"s3:ListBucket", "s3:GetObject"}
    assert asked_of_state(in_s3, changing, *UP) == {*reads, "s3:PutObject", "s3:DeleteObject"}
    assert asked_of_state(in_s3, reading, "preview") == reads
    assert asked_of_state(in_s3, reading, "drift") == reads
    leaving = ("destroy", "--yes", "--skip-preview", "--non-interactive")
    assert asked_of_state(in_s3, changing, *leaving) == {*reads, "s3:PutObject", "s3:DeleteObject"}


@pytest.mark.full
def test_a_killed_run_is_cleared_once_the_operator_lifts_its_lock_and_its_provider_ends_by_itself(
    in_s3: SandboxStack,
) -> None:
    trend = in_s3.sandbox.trend
    slow = trend.add_fault(Fault(kind="delay", seconds=4, service="workload", action="POST /awsconnectors"))
    run = begin(in_s3, OPERATE, *UP)
    wait_until(lambda: trend.fault_seen(slow), "the connector", 120)
    kill(run)
    assert providers(in_s3)  # it finishes its call first
    wait_until(lambda: not providers(in_s3), "the end of the dynamic provider")
    assert len(links(in_s3)) >= 1

    locked = operate(in_s3, *UP)
    assert locked.code == 1
    assert "is locked by a run that is interrupted or goes on still" in locked.output
    assert "`--break-lock`" in locked.output

    cleared = operate(in_s3, *UP, "--break-lock")
    assert cleared.code == 0, cleared.output
    assert "lifting the lock of the interrupted run" in cleared.output
    in_s3.succeed("preview", EXPECT_NO_CHANGES)
