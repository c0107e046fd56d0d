"""`python -m operate up` on the real engine: a run that fails leaves everything as it was before."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from sandbox.gate.faults import Fault
from tests.e2e.hands import role_for_trend
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import OPERATE, UP, begin, kill, operate, pending, wait_until
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.standing import links, snapshot

NEW_TRAIL = {"createNewTrail": True}


@pytest.mark.parametrize("where", ["trend", pytest.param("aws", marks=pytest.mark.full)])
def test_a_first_deployment_that_fails_leaves_trend_and_aws_as_they_were(stack: SandboxStack, where: str) -> None:
    stack.configure(NEW_TRAIL)
    sandbox = stack.sandbox
    before = aws_inventory(sandbox)
    if where == "trend":
        sandbox.trend.add_fault(
            Fault(kind="status", status=500, service="workload", action="POST /awsconnectors", count=None)
        )
    else:
        sandbox.aws_control.add_fault(Fault(service="cloudtrail", action="CreateTrail", status=403, count=None))

    run = operate(stack, *UP)

    assert run.code == 1, run.output
    assert "to nothing" in run.output
    assert aws_inventory(sandbox) == before, run.output
    assert links(stack) == []
    assert json.loads(stack.succeed("stack", "export"))["deployment"].get("resources") is None


@pytest.mark.full
def test_an_object_whose_making_succeeded_unheard_is_removed_too(stack: SandboxStack) -> None:
    before = aws_inventory(stack.sandbox)
    stack.sandbox.aws_control.add_fault(Fault(service="iam", action="CreateRole", kind="drop", when="after", count=1))
    run = operate(stack, *UP)
    assert run.code == 1, run.output
    assert "removed IAM role workload-security-" in run.output
    assert aws_inventory(stack.sandbox) == before


@pytest.mark.full
@pytest.mark.parametrize(
    ("change", "fault", "loses"),
    [
        ({"tags": {"team": "blue"}}, Fault(service="iam", action="TagRole", status=403, code="AccessDenied"), False),
        ({"stackName": "Trend"}, Fault(kind="status", status=500, service="cloudaccounts", action="POST *"), True),
        ({"createNewTrail": True}, Fault(service="cloudformation", action="CreateStack", status=403, count=1), True),
    ],
    ids=["tags", "stackName", "trail"],
)
def test_an_update_that_fails_leaves_trend_and_aws_as_they_were(
    stack: SandboxStack, change: dict[str, Any], fault: Fault, loses: bool
) -> None:
    settings = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
    stack.up()
    before = snapshot(stack)
    stack.configure(change if "createNewTrail" in change else {**settings, **change})
    changed_file = (stack.folder / f"Pulumi.{stack.name}.yaml").read_text()
    for control in (stack.sandbox.trend, stack.sandbox.aws_control):
        control.add_fault(fault)

    run = operate(stack, *UP)

    assert run.code == 1, run.output
    (setting,) = change
    assert f"trend-onboarding:{setting}: " in run.output
    if loses:  # what an earlier update created, so that `--yes` to the update does not do
        assert "is not reverted, since nobody said yes to it" in run.output
        run = operate(stack, "revert", "--yes")
        assert run.code == 0, run.output
    assert snapshot(stack) == before, run.output
    assert (stack.folder / f"Pulumi.{stack.name}.yaml").read_text() == changed_file
    stack.configure(settings)
    stack.up(EXPECT_NO_CHANGES)
    assert "nothing to revert" in operate(stack, "revert", "--yes").output


@pytest.mark.full
def test_an_update_whose_revert_cannot_be_previewed_says_how_to_go_on(stack: SandboxStack) -> None:
    stack.up()
    before = snapshot(stack)
    stack.configure({"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1", "stackName": "Trend"})
    denied = Fault(service="cloudformation", action="DescribeStacks", status=403, code="AccessDenied", count=None)
    stack.sandbox.aws_control.add_fault(denied)

    run = operate(stack, *UP)

    assert run.code == 1
    assert "`pulumi preview --refresh` failed: " in run.output
    assert "is not reverted: put right what the errors say, then run `python -m operate revert`" in run.output
    stack.sandbox.aws_control.clear_faults()
    again = operate(stack, "revert", "--yes")
    assert again.code == 0, again.output
    assert snapshot(stack) == before


def test_refused_settings_start_nothing_that_would_have_to_be_reverted(stack: SandboxStack) -> None:
    stack.configure({"stackName": "much-too-long"})
    run = operate(stack, "up", "--yes", "--non-interactive")
    assert run.code == 1
    assert "operate: failed: settings: " in run.output
    assert "stackName: 'much-too-long'" in run.output
    assert "Updating" not in run.output
    assert "revert" not in run.output


@pytest.mark.full
def test_an_adoption_that_was_carried_out_unheard_is_rolled_back(stack: SandboxStack) -> None:
    sandbox = stack.sandbox
    stack.configure({"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1", "adopt": True})
    by_hand = role_for_trend(stack.sandbox, "by-hand")
    sandbox.trend.add_connector(sandbox.account, by_hand, displayName="theirs")
    before = (links(stack), aws_inventory(sandbox))
    # Neither the change nor the look that follows is heard.
    sandbox.trend.add_fault(Fault(kind="html", when="after", service="workload", action="POST /awsconnectors/{ID}"))
    sandbox.trend.add_fault(Fault(kind="html", service="workload", action="GET /awsconnectors/{ID}"))

    run = operate(stack, *UP)

    assert run.code != 0, run.output
    assert (links(stack), aws_inventory(sandbox)) == before
    assert "rolled back Workload Security connector" in run.output


@pytest.mark.full
def test_a_live_run_is_not_disturbed_and_one_interrupt_ends_it_in_good_order(stack: SandboxStack) -> None:
    stack.sandbox.trend.set_latency(2)
    running = begin(stack, OPERATE, *UP)
    wait_until(lambda: list(stack.sandbox.home.glob(f"state/.pulumi/locks/*/*/{stack.name}/*.json")), "the lock")

    other = operate(stack, *UP)

    assert other.code == 1
    (line,) = other.errors
    assert line.startswith("the stack is currently locked by 1 lock(s)")
    output = kill(running, signal.SIGINT)
    assert running.returncode == 1, output
    assert output.count("^C received") == 1
    assert "update canceled" in output
    assert "Traceback" not in output
    assert pending(stack) == set()


@pytest.mark.full
def test_an_interrupt_of_operate_alone_reaches_pulumi(stack: SandboxStack) -> None:
    stack.sandbox.trend.set_latency(2)
    running = begin(stack, OPERATE, *UP)
    wait_until(lambda: list(stack.sandbox.home.glob(f"state/.pulumi/locks/*/*/{stack.name}/*.json")), "the lock")
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 1, output
    assert output.count("^C received") == 1


@pytest.mark.full
def test_reverting_that_fails_says_what_is_left_and_how_to_go_on(stack: SandboxStack) -> None:
    trend = stack.sandbox.trend
    trend.add_fault(Fault(kind="status", status=403, service="workload", action="POST /awsconnectors", count=None))
    trend.add_fault(Fault(kind="status", status=403, service="cloudaccounts", action="DELETE *", count=None))

    run = operate(stack, *UP)

    assert run.code == 1
    lines = [line.removeprefix("operate:").strip() for line in run.output.splitlines() if line.startswith("operate:")]
    assert f"Cloud One cloud account {stack.sandbox.account}" in lines
    assert "python -m operate revert" in lines[-1]
    trend.clear_faults()
    refused = (
        f"stack {stack.name} is not reverted, since nobody said yes to it: `python -m operate revert --yes` does it"
    )
    assert operate(stack, "revert").errors == [refused]
    assert operate(stack, "revert", "--yes").code == 0
    assert links(stack) == []


@pytest.mark.full
def test_the_report_names_what_went_what_stays_and_what_cannot_be_removed(stack: SandboxStack) -> None:
    stack.configure(NEW_TRAIL)
    stack.up()
    bucket = stack.outputs()["trailBucketName"]
    planned = json.loads(operate(stack, "report", "--json").output)
    assert planned["destroyed"] is False

    left = operate(stack, "destroy", "--yes", "--skip-preview", "--non-interactive")

    assert left.code == 0, left.output
    assert bucket in left.output
    for item in (*planned["removed"], *planned["kept"]):
        assert item["what"].split()[-1] in left.output
    assert "CloudFormation stack CloudOne" in {item["what"] for item in planned["removed"]}
    report = json.loads(operate(stack, "report", "--json").output)
    assert (report["destroyed"], report["removed"], report["left"]) == (True, [], [])
    assert [item["what"] for item in report["kept"]] == [f"S3 bucket {bucket}"]
    not_removable = [(item["what"], item["note"]) for item in planned["notRemovable"]]
    assert [what.split(" of ")[0].split(" for ")[0] for what, _ in not_removable] == [
        "Vision One enrollment",
        "CloudTrail service token",
    ]
    assert "Service Management > Product Connector" in not_removable[0][1]
