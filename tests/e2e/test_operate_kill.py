"""Runs that died: what they left is cleared by one `python -m operate`, also after a series at random moments.

FULL=1 kills fifty of one stack, else three. SEED repeats a series that failed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable

import pytest

from sandbox.gate.faults import Fault
from tests.e2e.hands import role_for_trend
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import OPERATE, PULUMI, UP, begin, kill, operate, pending, state_file, wait_until
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.standing import assert_one_of_each, links

KILLS = 50 if os.environ.get("FULL") == "1" else 3
LONGEST = 12.0
"""Seconds after which a run is killed at the latest; a whole one takes less, even after a dead one was waited for."""
STACK_NAMES = ("CloudOne", "Trend", "Other")
NEW_TRAIL = {"createNewTrail": True}
PULUMIS_WARNING = "pending operations from previous deployment"


@pytest.mark.full
def test_killed_runs_leave_nothing_behind_and_the_next_one_converges(stack: SandboxStack) -> None:
    sandbox = stack.sandbox
    stack.configure(NEW_TRAIL)
    for service, action in (("iam", "CreateRole"), ("s3", "CreateBucket")):
        sandbox.aws_control.add_fault(Fault(service=service, action=action, kind="delay", seconds=3))
    kill_while(stack, "creating workload-security", "creating trail-bucket")
    left = pending(stack)  # more than these two, where others were begun meanwhile
    locked = operate(stack, *UP)
    assert locked.code == 1
    assert "`--break-lock`" in locked.errors[0]
    assert pending(stack) == left

    first = operate(stack, *UP, "--break-lock")

    assert first.code == 0, first.output
    assert "lifting the lock of the interrupted run" in first.output
    assert PULUMIS_WARNING not in first.output
    stack.up(EXPECT_NO_CHANGES)
    assert_one_of_each(stack)

    stack.configure({**NEW_TRAIL, "stackName": "Trend"})
    sandbox.aws_control.add_fault(Fault(service="cloudformation", action="CreateStack", kind="delay", seconds=3))
    kill_while(stack, "creating management-role")

    second = operate(stack, *UP, "--break-lock")

    assert second.code == 0, second.output
    assert "removed CloudFormation stack Trend-Account" in second.output
    assert PULUMIS_WARNING not in second.output
    stack.up(EXPECT_NO_CHANGES)
    assert_one_of_each(stack)
    stack.destroy()


@pytest.mark.full
def test_a_link_whose_creation_died_is_rolled_back_and_what_it_adopted_restored(stack: SandboxStack) -> None:
    sandbox = stack.sandbox
    stack.configure({"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1", "adopt": True})
    by_hand = role_for_trend(stack.sandbox, "by-hand")
    sandbox.trend.add_connector(sandbox.account, by_hand, displayName="theirs")
    sandbox.trend.add_cloud_account(sandbox.account, by_hand, alias="theirs", description="by hand")
    before = (links(stack), aws_inventory(sandbox))
    sandbox.trend.add_fault(
        Fault(kind="delay", seconds=3, when="after", service="workload", action="POST /awsconnectors/{ID}")
    )
    kill_while(stack, "creating connector")

    run = operate(stack, "revert", "--yes", "--break-lock")

    assert run.code == 0, run.output
    assert "rolled back Workload Security connector" in run.output
    assert (links(stack), aws_inventory(sandbox)) == before


@pytest.mark.full
def test_what_does_not_carry_the_mark_of_the_deployment_is_left_alone(stack: SandboxStack) -> None:
    role_for_trend(stack.sandbox, "somebodys")
    stack.up()
    # `pulumi stack import` takes no open operations, so they are written where the backend keeps the state.
    file = state_file(stack)
    document = json.loads(file.read_text())
    latest = document["checkpoint"]["latest"]
    (known,) = [each for each in latest["resources"] if each["type"] == "aws:iam/role:Role"]
    theirs = {**known, "inputs": {**known["inputs"], "name": "somebodys"}}
    latest["pending_operations"] = [{"resource": each, "type": "creating"} for each in (theirs, known)]
    file.write_text(json.dumps(document))
    assert pending(stack) == {"creating workload-security"}

    run = operate(stack, *UP)

    assert run.code == 0, run.output
    assert "left IAM role somebodys alone" in run.output
    assert "removed" not in run.output
    assert {"somebodys", known["id"]} <= set(aws_inventory(stack.sandbox)["roles"])
    assert pending(stack) == set()


@pytest.mark.full
def test_runs_killed_at_random_moments_are_cleared_by_one_update(
    stack: SandboxStack, record_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    chance = random.Random(seed)
    before = aws_inventory(stack.sandbox)
    killed = sum(kill_one(stack, chance) for _ in range(KILLS))
    record_property("tried", f"{KILLS} runs of one stack, {killed} of them killed under way; SEED={seed}")

    stack.configure(NEW_TRAIL)
    last = operate(stack, "up", "--yes", "--non-interactive", "--break-lock")

    assert last.code == 0, last.output
    assert PULUMIS_WARNING not in last.output
    assert pending(stack) == set()
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)
    assert_one_of_each(stack)
    stack.destroy()
    after = aws_inventory(stack.sandbox)
    after["buckets"] = {name: held for name, held in after["buckets"].items() if not name.startswith("trail-bucket-")}
    assert after == before


def kill_while(stack: SandboxStack, *open_operations: str) -> None:
    """Kill an update when some operations are under way; the plugins live on and finish their calls."""
    run = begin(stack, OPERATE, *UP)
    wait_until(lambda: set(open_operations) <= pending(stack), f"{open_operations}")
    kill(run)


def kill_one(stack: SandboxStack, chance: random.Random) -> bool:
    """Start an update of one kind or another and kill it; return whether it was still running."""
    stack.configure({**NEW_TRAIL, "stackName": chance.choice(STACK_NAMES)})
    by_hand = chance.random() < 0.5  # the lock alone is lifted, and what else is left piles up
    if by_hand:
        stack.run("cancel", "--yes")
    run = begin(stack, *((PULUMI, *UP) if by_hand else (OPERATE, *UP, "--break-lock")))
    try:
        run.wait(chance.uniform(0, LONGEST))
    except subprocess.TimeoutExpired:
        kill(run)
        return True
    run.communicate()
    return False
