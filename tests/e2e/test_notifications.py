"""What others have subscribed to on the trail's bucket survives all that happens to a deployment."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.aws.faults import Fault
from sandbox.sandbox import Sandbox
from tests.e2e.inventory import notifications
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, Stack
from tests.e2e.subscribers import BUCKET, OTHERS_ARN, others, put

ADDED = {"Id": "added-later", "QueueArn": OTHERS_ARN.format("sqs", "later"), "Events": ["s3:ObjectTagging:*"]}
PUT = "PutBucketNotificationConfiguration"


def now(sandbox: Sandbox) -> dict[str, Any]:
    return notifications(sandbox.aws("s3"), BUCKET)


def without_vendors(configuration: dict[str, Any]) -> dict[str, Any]:
    """Take the vendor's entry out, which must be there, once."""
    functions = configuration["LambdaFunctionConfigurations"]
    left = [each for each in functions if ":CloudOne-" not in each["LambdaFunctionArn"]]
    assert len(left) == len(functions) - 1, functions
    rest = {kind: value for kind, value in configuration.items() if kind != "LambdaFunctionConfigurations"}
    return {**rest, "LambdaFunctionConfigurations": left} if left else rest


def add(sandbox: Sandbox) -> None:
    """Do what another team does: read, add one's own, put."""
    live = now(sandbox)
    live.setdefault("QueueConfigurations", []).append(ADDED)
    put(sandbox, live)


def others_and_added() -> dict[str, Any]:
    expected = others()
    expected["QueueConfigurations"].append(ADDED)
    return expected


@pytest.fixture
def shared(stack: Stack, tmp_path: Path) -> Stack:
    """A stack on a bucket with notifications of each kind, with a folder of its own for what it records."""
    stack.environment["XDG_STATE_HOME"] = str(tmp_path / "state")
    put(stack.sandbox, others())
    return stack


def records(stack: Stack) -> list[Path]:
    return list(Path(stack.environment["XDG_STATE_HOME"]).rglob("*.json"))


def break_vendors_template(sandbox: Sandbox) -> bytes:
    """Let the vendor's stack fail after it has put its notification; return the template as it was."""
    s3, where = (
        sandbox.aws("s3"),
        {"Bucket": "cloud-trail-client-stack-template-prod-us-east-1", "Key": "cloudtrail.yaml"},
    )
    template: bytes = s3.get_object(**where)["Body"].read()
    too_long = f"""
  Impossible:
    Type: AWS::IAM::Role
    DependsOn: TrailNotification
    Properties:
      RoleName: {"x" * 65}
      AssumeRolePolicyDocument: {{Version: "2012-10-17", Statement: []}}
"""
    s3.put_object(**where, Body=template.rstrip() + too_long.encode())
    return template


def mend_vendors_template(sandbox: Sandbox, template: bytes) -> None:
    bucket = "cloud-trail-client-stack-template-prod-us-east-1"
    sandbox.aws("s3").put_object(Bucket=bucket, Key="cloudtrail.yaml", Body=template)


@pytest.mark.full
def test_all_kinds_survive_up_no_change_refresh_and_destroy(shared: Stack) -> None:
    sandbox = shared.sandbox
    shared.up()
    assert without_vendors(now(sandbox)) == others()
    shared.up(EXPECT_NO_CHANGES)
    shared.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)
    shared.up(EXPECT_NO_CHANGES)
    assert without_vendors(now(sandbox)) == others()
    shared.destroy()
    assert now(sandbox) == others()
    assert records(shared) == []


@pytest.mark.full
def test_a_replaced_stack_costs_nobody_anything_not_even_what_was_added_since(shared: Stack) -> None:
    sandbox = shared.sandbox
    shared.up()
    add(sandbox)
    shared.configure({"existingCloudtrailBucketName": BUCKET, "tags": {"team": "security"}})
    shared.up()
    assert without_vendors(now(sandbox)) == others_and_added()
    shared.up(EXPECT_NO_CHANGES)
    shared.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)
    shared.destroy()
    assert now(sandbox) == others_and_added()


@pytest.mark.full
def test_what_others_add_before_destroy_survives_it(shared: Stack) -> None:
    shared.up()
    add(shared.sandbox)
    shared.destroy()
    assert now(shared.sandbox) == others_and_added()


@pytest.mark.full
def test_what_others_add_is_taken_up_by_a_refresh_and_is_no_change_after_it(shared: Stack) -> None:
    shared.up()
    add(shared.sandbox)
    shared.up(EXPECT_NO_CHANGES)
    shown = shared.succeed("refresh", "--yes", "--skip-preview", "--diff")
    assert "added-later" in shown
    shared.up(EXPECT_NO_CHANGES)
    assert without_vendors(now(shared.sandbox)) == others_and_added()


@pytest.mark.full
def test_what_an_owner_removes_stays_removed(shared: Stack) -> None:
    sandbox = shared.sandbox
    shared.up()
    live = now(sandbox)
    del live["QueueConfigurations"]
    put(sandbox, live)
    expected = others()
    del expected["QueueConfigurations"]
    shared.up("--refresh")
    assert without_vendors(now(sandbox)) == expected
    shared.destroy()
    assert now(sandbox) == expected


@pytest.mark.full
def test_a_wiped_bucket_shows_as_drift_and_up_repairs_it(shared: Stack) -> None:
    sandbox = shared.sandbox
    shared.up()
    whole = now(sandbox)
    put(sandbox, {})
    shown = shared.run("preview", "--refresh", "--diff", EXPECT_NO_CHANGES)
    assert shown.code != 0, shown.output
    assert "forwarderNotified" in shown.output
    assert "removals" in shown.output
    shared.up("--refresh")
    assert now(sandbox) == whole
    shared.up(EXPECT_NO_CHANGES)
    shared.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)


@pytest.mark.full
def test_a_configuration_put_over_all_others_is_merged_with_them(shared: Stack) -> None:
    sandbox = shared.sandbox
    shared.up()
    put(sandbox, {"QueueConfigurations": [ADDED]})
    shared.up("--refresh")
    live = without_vendors(now(sandbox))
    assert {each["Id"] for each in live["QueueConfigurations"]} == {"audit", "added-later"}
    assert live["TopicConfigurations"] == others()["TopicConfigurations"]
    shared.up(EXPECT_NO_CHANGES)


@pytest.mark.full
def test_a_failed_first_up_leaves_the_bucket_as_it_was_and_the_next_succeeds(shared: Stack) -> None:
    sandbox = shared.sandbox
    template = break_vendors_template(sandbox)
    failed = shared.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "Impossible" in failed.output
    assert now(sandbox) == others()
    mend_vendors_template(sandbox, template)
    shared.up()
    assert without_vendors(now(sandbox)) == others()
    shared.destroy()
    assert now(sandbox) == others()


@pytest.mark.full
@pytest.mark.parametrize("afterwards", ["up", "destroy"])
def test_where_they_cannot_be_put_back_at_once_the_next_command_does(shared: Stack, afterwards: str) -> None:
    sandbox = shared.sandbox
    template = break_vendors_template(sandbox)
    sandbox.aws_control.add_fault(Fault(service="s3", action=PUT, status=403, code="AccessDenied"))
    failed = shared.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "not back yet" in failed.output
    assert now(sandbox) == {}
    mend_vendors_template(sandbox, template)
    if afterwards == "up":
        shared.up()
        assert without_vendors(now(sandbox)) == others()
    shared.destroy()
    assert now(sandbox) == others()


@pytest.mark.full
@pytest.mark.parametrize("afterwards", ["up", "destroy"])
@pytest.mark.parametrize("put_back_at_once", [True, False])
def test_a_failed_replacement_costs_nobody_anything(shared: Stack, put_back_at_once: bool, afterwards: str) -> None:
    sandbox = shared.sandbox
    shared.up()
    add(sandbox)
    template = break_vendors_template(sandbox)
    if not put_back_at_once:
        sandbox.aws_control.add_fault(Fault(service="s3", action=PUT, status=403, code="AccessDenied"))
    shared.configure({"existingCloudtrailBucketName": BUCKET, "tags": {"team": "security"}})
    assert shared.run("up", "--yes", "--skip-preview").code != 0
    assert now(sandbox) == (others_and_added() if put_back_at_once else {})
    mend_vendors_template(sandbox, template)
    if afterwards == "up":
        shared.up()
        assert without_vendors(now(sandbox)) == others_and_added()
    shared.destroy()
    assert now(sandbox) == others_and_added()
    assert records(shared) == []


@pytest.mark.full
def test_an_up_that_dies_after_the_stack_is_picked_up(shared: Stack) -> None:
    sandbox = shared.sandbox
    sandbox.aws_control.add_fault(Fault(service="s3", action=PUT, status=403, code="AccessDenied"))
    refused = shared.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert len(refused.errors) == 1, refused.output
    assert "step 8" in refused.errors[0]
    assert "s3:PutBucketNotification" in refused.errors[0]
    shared.up()
    assert without_vendors(now(sandbox)) == others()
    shared.destroy()
    assert now(sandbox) == others()


@pytest.mark.full
def test_a_move_to_a_new_bucket_that_fails_has_given_the_old_one_back(shared: Stack) -> None:
    sandbox = shared.sandbox
    shared.up()
    add(sandbox)
    shared.configure({"createNewTrail": True, "trailBucketOnDestroy": "delete"})
    sandbox.aws_control.add_fault(
        Fault(service="cloudformation", action="CreateStack", status=403, code="AccessDenied")
    )
    assert shared.run("up", "--yes", "--skip-preview").code != 0
    assert now(sandbox) == others_and_added()
    shared.up()
    assert now(sandbox) == others_and_added()
    shared.destroy()
    assert now(sandbox) == others_and_added()


@pytest.mark.full
def test_a_stack_that_cannot_be_deleted_fails_the_destroy_with_its_own_words(shared: Stack) -> None:
    sandbox = shared.sandbox
    shared.up()
    fault = Fault(service="cloudformation", action="DeleteStack", status=403, code="AccessDenied", message="not yours")
    sandbox.aws_control.add_fault(fault)
    failed = shared.run("destroy", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "not yours" in failed.output
    assert "hook" not in failed.output
    assert without_vendors(now(sandbox)) == others()
    shared.destroy()
    assert now(sandbox) == others()


@pytest.mark.full
def test_a_destroy_killed_between_stack_and_snapshot_is_picked_up_by_the_next(shared: Stack) -> None:
    sandbox = shared.sandbox
    shared.up()
    add(sandbox)
    sandbox.aws_control.clear_requests()
    # The second read of a destroy is that of the snapshot, after the stack is gone.
    read = Fault(service="s3", action="GetBucketNotificationConfiguration", skip=1, delay=30)
    sandbox.aws_control.add_fault(read)
    kill_when(shared, lambda: not stack_stands(sandbox), "destroy", "--yes", "--skip-preview")
    sandbox.aws_control.clear_faults()
    assert len(records(shared)) == 1
    shared.succeed("cancel", "--yes")
    shared.destroy()
    assert now(sandbox) == others_and_added()
    assert records(shared) == []


def test_an_overlapping_notification_is_refused_before_anything_is_made(shared: Stack) -> None:
    sandbox = shared.sandbox
    live = others()
    live["QueueConfigurations"][0]["Events"] = ["s3:ObjectCreated:Put"]
    put(sandbox, live)
    sandbox.aws_control.clear_requests()
    refused = shared.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert len(refused.errors) == 1, refused.output
    for word in ("step 8", BUCKET, "'audit'", OTHERS_ARN.format("sqs", "audit"), "s3:ObjectCreated:Put"):
        assert word in refused.errors[0]
    assert sandbox.aws_requests(changing=True) == []
    assert [call for call in sandbox.trend.requests(changing=True) if call.path != "/awsconnectors/search"] == []
    assert now(sandbox) == live


@pytest.mark.full
def test_nothing_is_put_where_nobody_has_anything(shared: Stack) -> None:
    sandbox = shared.sandbox
    put(sandbox, {})
    sandbox.aws_control.clear_requests()
    shared.up()
    shared.destroy()
    assert [call for call in sandbox.aws_requests(changing=True) if call.action == PUT] == []
    assert now(sandbox) == {}


@pytest.mark.full
def test_a_preview_reads_the_buckets_notifications_and_changes_nothing(shared: Stack) -> None:
    shared.sandbox.aws_control.clear_requests()
    shared.succeed("preview")
    assert "GetBucketNotificationConfiguration" in {call.action for call in shared.sandbox.aws_requests()}
    assert shared.sandbox.aws_requests(changing=True) == []


def stack_stands(sandbox: Sandbox) -> bool:
    stacks = sandbox.aws("cloudformation").describe_stacks()["Stacks"]
    return "CloudOne" in {each["StackName"] for each in stacks}


def kill_when(stack: Stack, condition: Callable[[], bool], *arguments: str) -> None:
    """Run `pulumi` and kill it, and the plugins that would outlive it, as soon as the condition holds."""
    process = psutil.Popen(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=stack.folder,
        env=stack.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
    for each in [*process.children(recursive=True), process]:
        each.kill()
    process.wait()


@pytest.mark.full
def test_another_name_for_the_vendors_stack_costs_nobody_anything(shared: Stack) -> None:
    shared.up()
    shared.configure({"existingCloudtrailBucketName": BUCKET, "stackName": "Other"})
    shared.up()
    live = now(shared.sandbox)
    forwarders = [each["LambdaFunctionArn"] for each in live.pop("LambdaFunctionConfigurations")]
    assert {arn.rpartition(":")[2].partition("-")[0] for arn in forwarders} == {"restores", "Other"}
    shared.destroy()
    assert now(shared.sandbox) == others()
