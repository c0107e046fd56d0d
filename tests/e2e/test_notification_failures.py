"""Existing notifications of the trail's bucket survive runs that fail or die."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import UP, operate
from tests.e2e.pulumi_cli import CliRun, SandboxStack
from tests.e2e.standing import state
from tests.e2e.subscribers import BUCKET, add, existing, existing_and_added, now, without_forwarders

PUT = "PutBucketNotificationConfiguration"
FORWARDER = "aws:cloudformation/stack:Stack::forwarder"
NO_FUNCTION_GOES = {"Effect": "Deny", "Action": "lambda:DeleteFunction"}


def break_template(sandbox: Sandbox) -> bytes:
    """Let Trend's stack fail after it has put its notification; return the template as it was."""
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


def mend_template(sandbox: Sandbox, template: bytes) -> None:
    bucket = "cloud-trail-client-stack-template-prod-us-east-1"
    sandbox.aws("s3").put_object(Bucket=bucket, Key="cloudtrail.yaml", Body=template)


def stack_exists(sandbox: Sandbox) -> bool:
    stacks = sandbox.aws("cloudformation").describe_stacks()["Stacks"]
    return "CloudOne" in {each["StackName"] for each in stacks}


def kill_when(stack: SandboxStack, condition: Callable[[], bool], *arguments: str) -> str:
    """Run `pulumi` and kill it, and the plugins that would outlive it, as soon as the condition holds.

    Returns:
        What it had printed by then.
    """
    log = stack.folder.parent / "killed.log"
    with log.open("w") as output:
        process = psutil.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=stack.folder,
            env=stack.variables(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
    for each in [*process.children(recursive=True), process]:
        each.kill()
    process.wait()
    return log.read_text()


@pytest.mark.full
def test_a_failed_first_up_leaves_the_bucket_as_it_was_and_the_next_succeeds(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    template = break_template(sandbox)
    failed = shared.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "Impossible" in failed.output
    assert now(sandbox) == existing()
    mend_template(sandbox, template)
    shared.up()
    assert without_forwarders(now(sandbox)) == existing()
    shared.destroy()
    assert now(sandbox) == existing()


@pytest.mark.full
@pytest.mark.parametrize("afterwards", ["up", "destroy"])
def test_where_they_cannot_be_restored_at_once_the_next_command_does(shared: SandboxStack, afterwards: str) -> None:
    sandbox = shared.sandbox
    template = break_template(sandbox)
    sandbox.aws_control.add_fault(Fault(service="s3", action=PUT, status=403, code="AccessDenied"))
    failed = shared.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "not restored yet" in failed.output
    assert now(sandbox) == {}
    mend_template(sandbox, template)
    if afterwards == "up":
        shared.up()
        assert without_forwarders(now(sandbox)) == existing()
    shared.destroy()
    assert now(sandbox) == existing()


@pytest.mark.full
@pytest.mark.parametrize("afterwards", ["up", "destroy"])
@pytest.mark.parametrize("restored_at_once", [True, False])
def test_a_failed_replacement_costs_nobody_anything(
    shared: SandboxStack, restored_at_once: bool, afterwards: str
) -> None:
    sandbox = shared.sandbox
    shared.up()
    add(sandbox)
    template = break_template(sandbox)
    if not restored_at_once:
        sandbox.aws_control.add_fault(Fault(service="s3", action=PUT, status=403, code="AccessDenied"))
    shared.configure({"existingCloudtrailBucketName": BUCKET, "tags": {"team": "security"}})
    assert shared.run("up", "--yes", "--skip-preview").code != 0
    assert now(sandbox) == (existing_and_added() if restored_at_once else {})
    mend_template(sandbox, template)
    if afterwards == "up":
        shared.up()
        assert without_forwarders(now(sandbox)) == existing_and_added()
    shared.destroy()
    assert now(sandbox) == existing_and_added()


@pytest.mark.full
def test_an_up_that_dies_after_the_stack_is_picked_up(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    sandbox.aws_control.add_fault(Fault(service="s3", action=PUT, status=403, code="AccessDenied"))
    refused = shared.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert len(refused.errors) == 1, refused.output
    assert "step 8" in refused.errors[0]
    assert "s3:PutBucketNotification" in refused.errors[0]
    shared.up()
    assert without_forwarders(now(sandbox)) == existing()
    shared.destroy()
    assert now(sandbox) == existing()


@pytest.mark.full
def test_a_move_to_a_new_bucket_that_fails_has_given_the_old_one_back(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    shared.up()
    add(sandbox)
    shared.configure({"createNewTrail": True, "trailBucketOnDestroy": "delete"})
    sandbox.aws_control.add_fault(
        Fault(service="cloudformation", action="CreateStack", status=403, code="AccessDenied")
    )
    assert shared.run("up", "--yes", "--skip-preview").code != 0
    assert now(sandbox) == existing_and_added()
    shared.up()
    assert now(sandbox) == existing_and_added()
    shared.destroy()
    assert now(sandbox) == existing_and_added()


@pytest.mark.full
def test_a_stack_that_cannot_be_deleted_fails_the_destroy_with_its_own_words(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    shared.up()
    fault = Fault(service="cloudformation", action="DeleteStack", status=403, code="AccessDenied", message="not yours")
    sandbox.aws_control.add_fault(fault)
    failed = shared.run("destroy", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "not yours" in failed.output
    assert "hook" not in failed.output
    assert without_forwarders(now(sandbox)) == existing()
    shared.destroy()
    assert now(sandbox) == existing()


def ordered(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration in an order of its own: what is restored comes after what is there."""
    return {kind: sorted(value, key=str) for kind, value in configuration.items()}


def run_next(stack: SandboxStack, command: str) -> CliRun:
    """Run what comes next, on another machine for all that it knows: in a process of its own, with the state alone."""
    if command.startswith("operate"):
        return operate(stack, command.split()[1], *UP[1:])
    return stack.run(command, *UP[1:-1])


def assert_all_are_back(stack: SandboxStack) -> None:
    """Make sure that existing notifications are there, the added one too, and that no record of them is left."""
    live = now(stack.sandbox)
    functions = [each for each in live["LambdaFunctionConfigurations"] if ":CloudOne-" not in each["LambdaFunctionArn"]]
    assert ordered({**live, "LambdaFunctionConfigurations": functions}) == ordered(existing_and_added())
    assert aws_inventory(stack.sandbox)["parameters"] == []


NEXT = ["destroy", "up", "operate up", "operate destroy"]
IN_FULL = [*NEXT[:1], *(pytest.param(each, marks=pytest.mark.full) for each in NEXT[1:])]


@pytest.mark.full
@pytest.mark.parametrize("afterwards", NEXT)
def test_what_was_added_since_the_last_up_is_back_after_the_run_that_follows_a_killed_destroy(
    shared: SandboxStack, afterwards: str
) -> None:
    # The second read of a destroy is that of the snapshot, after the stack is gone and the state says so.
    read = Fault(service="s3", action="GetBucketNotificationConfiguration", nth=2, kind="delay", seconds=30)
    following = after_a_killed_destroy(shared, read, afterwards)
    assert following.code == 0, following.output
    assert_all_are_back(shared)


@pytest.mark.full
@pytest.mark.parametrize("afterwards", NEXT)
def test_the_same_where_the_state_does_not_know_yet_that_the_stack_is_gone(
    shared: SandboxStack, afterwards: str
) -> None:
    asked = Fault(service="cloudformation", action="DeleteStack", kind="delay", when="after", count=None, seconds=30)
    following = after_a_killed_destroy(shared, asked, afterwards)
    assert_all_are_back(shared)
    if afterwards == "up":  # Plain Pulumi learns by a refresh alone that the stack is gone: it says so.
        assert following.code != 0
        assert "stack CloudOne: is gone; `pulumi up --refresh` creates it again" in following.output
        following = shared.run("up", "--refresh", *UP[1:-1])
        assert_all_are_back(shared)
    assert following.code == 0, following.output


def after_a_killed_destroy(stack: SandboxStack, held: Fault, afterwards: str) -> CliRun:
    """Kill a destroy at the held call, when Trend's stack is gone and the notifications with it; run what follows."""
    sandbox = stack.sandbox
    stack.up()
    add(sandbox)
    number = sandbox.aws_control.add_fault(held)

    def is_held() -> bool:
        return sandbox.aws_control.fault_seen(number) >= held.nth and not stack_exists(sandbox)

    kill_when(stack, is_held, "destroy", "--yes", "--skip-preview")
    assert now(sandbox) == {}
    sandbox.aws_control.clear_faults()
    stack.succeed("cancel", "--yes")
    return run_next(stack, afterwards)


@pytest.mark.parametrize("afterwards", IN_FULL)
def test_what_was_added_since_the_last_up_is_back_after_the_run_that_follows_a_deletion_that_failed_after_the_wipe(
    shared: SandboxStack, afterwards: str
) -> None:
    sandbox = shared.sandbox
    shared.up()
    add(sandbox)
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    limits = {"Version": "2012-10-17", "Statement": [everything, {**everything, **NO_FUNCTION_GOES}]}
    sandbox.aws_control.enforce("sandbox", limits)
    failed = shared.run("destroy", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "DELETE_FAILED" in failed.output
    assert now(sandbox) == {}
    sandbox.aws_control.clear_policies()
    run_next(shared, afterwards)  # an `up` cannot repair such a stack, and says so
    assert_all_are_back(shared)


@pytest.mark.full
@pytest.mark.parametrize("afterwards", NEXT)
def test_what_was_added_since_the_last_up_is_back_after_the_run_that_follows_a_destroy_of_the_forwarder_alone(
    shared: SandboxStack, afterwards: str
) -> None:
    shared.up()
    add(shared.sandbox)
    destroy_forwarder_alone(shared)
    following = run_next(shared, afterwards)
    assert following.code == 0, following.output
    assert_all_are_back(shared)


def destroy_forwarder_alone(stack: SandboxStack) -> None:
    """Remove Trend's stack by `--target`, with what depends on it."""
    (urn,) = [each["urn"] for each in state(stack)["resources"] if each["urn"].endswith(FORWARDER)]
    stack.succeed("destroy", "--yes", "--skip-preview", "--target", urn, "--target-dependents")
    assert now(stack.sandbox) == {}


@pytest.mark.full
def test_after_the_forwarder_alone_was_destroyed_the_next_run_restores_all_and_replaces_nothing_unknown(
    shared: SandboxStack,
) -> None:
    shared.up()
    destroy_forwarder_alone(shared)
    shared.up()
    assert without_forwarders(now(shared.sandbox)) == existing()
    destroy_forwarder_alone(shared)
    add(shared.sandbox)
    refused = shared.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    (error,) = refused.errors
    assert "does not know notification 'added-later'" in error
    assert error.endswith("run `pulumi up --refresh`")
    assert ordered(now(shared.sandbox)) == ordered(existing_and_added())
    shared.up("--refresh")
    assert ordered(without_forwarders(now(shared.sandbox))) == ordered(existing_and_added())
    destroy_forwarder_alone(shared)
    shared.destroy()
    assert ordered(now(shared.sandbox)) == ordered(existing_and_added())
