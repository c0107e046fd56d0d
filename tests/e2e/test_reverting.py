"""What a failed run is reverted to rests on what the state says: where that does not tell, nothing is changed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from sandbox.gate.faults import Fault
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import UP, operate
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.standing import links, snapshot, state, world

BUCKET = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
NO_CONNECTOR = Fault(status=500, service="workload", action="POST /awsconnectors", count=None)
NO_POLICY = Fault(service="iam", action="UpdateAssumeRolePolicy", status=403, code="AccessDenied")


def move(stack: SandboxStack, folder: Path) -> None:
    """Move a stack to another backend, as `pulumi stack export` and `import` do; its history stays behind."""
    exported = folder / "exported.json"
    exported.write_text(stack.succeed("stack", "export"))
    (folder / "backend").mkdir()
    stack.environment["PULUMI_BACKEND_URL"] = f"{(folder / 'backend').as_uri()}?metadata=skip"
    stack.succeed("stack", "init", stack.name)
    stack.succeed("stack", "import", "--file", str(exported))


def expire_history(stack: SandboxStack, _folder: Path) -> None:
    """Remove the history, as a lifecycle rule of the backend's bucket does."""
    shutil.rmtree(stack.sandbox.home / "state" / ".pulumi" / "history" / "trend-onboarding" / stack.name)


@pytest.mark.parametrize("lose", [move, pytest.param(expire_history, marks=pytest.mark.full)])
def test_a_deployment_whose_history_was_left_behind_survives_a_failing_update(
    stack: SandboxStack, tmp_path: Path, lose: object
) -> None:
    stack.up()
    before = (world(stack), len(state(stack)["resources"]))
    lose(stack, tmp_path)  # type: ignore[operator]
    stack.configure({**BUCKET, "externalId": "another"})
    stack.sandbox.aws_control.add_fault(NO_POLICY)

    failed = operate(stack, *UP)

    assert failed.code == 1
    assert "is not reverted, and nothing was changed for it: the update that completed at " in failed.output
    assert "`python -m operate up`" in failed.output
    assert "`python -m operate destroy`" in failed.output
    assert "the outputs that Pulumi shows with `-` are still there" in failed.output
    assert operate(stack, "revert", "--yes").code == 1
    assert (world(stack), len(state(stack)["resources"])) == before


@pytest.mark.full
def test_a_deployment_of_which_parts_were_destroyed_keeps_the_rest_when_an_update_fails(stack: SandboxStack) -> None:
    stack.up()
    whole = snapshot(stack)
    stack.succeed("destroy", "--yes", "--skip-preview", "--target", "**::forwarder", "--target-dependents")
    stack.configure({**BUCKET, "externalId": "another"})
    stack.sandbox.aws_control.add_fault(NO_POLICY)

    failed = operate(stack, *UP)

    assert failed.code == 1
    assert "to the update of" in failed.output
    assert snapshot(stack) == whole, failed.output


@pytest.mark.full
def test_a_chain_of_failed_runs_that_began_with_nothing_ends_with_nothing(stack: SandboxStack) -> None:
    before = (links(stack), aws_inventory(stack.sandbox))
    stack.up()
    stack.destroy()  # an update that succeeded before is nobody's target any more
    stack.sandbox.trend.add_fault(NO_CONNECTOR)
    assert stack.run("up", "--yes", "--skip-preview").code == 1

    failed = operate(stack, *UP)

    assert failed.code == 1
    assert "to nothing" in failed.output
    assert (links(stack), aws_inventory(stack.sandbox)) == before
    assert state(stack)["resources"] is None


@pytest.mark.full
def test_what_an_earlier_update_created_is_lost_to_a_revert_only_where_somebody_said_yes_to_that(
    stack: SandboxStack,
) -> None:
    stack.up()
    whole = snapshot(stack)
    forwarder = stack.outputs()["cloudTrailStackId"]
    cloudformation = stack.sandbox.aws("cloudformation")
    (live,) = cloudformation.describe_stacks(StackName="CloudOne")["Stacks"]
    cloudformation.update_stack(  # what differs in the forwarder's stack replaces it
        StackName="CloudOne",
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": each["ParameterKey"], "UsePreviousValue": True} for each in live["Parameters"]],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        Tags=[{"Key": "by", "Value": "hand"}],
    )
    stack.configure({**BUCKET, "externalId": "another"})
    stack.sandbox.aws_control.add_fault(NO_POLICY)

    failed = operate(stack, *UP)

    assert failed.code == 1
    assert "replace CloudFormation stack CloudOne" in failed.output
    assert "nobody said yes to it: `python -m operate revert --yes` does it" in failed.output
    assert stack.outputs()["cloudTrailStackId"] == forwarder
    assert operate(stack, "revert").code == 1
    assert stack.outputs()["cloudTrailStackId"] == forwarder
    assert operate(stack, "revert", "--yes").code == 0
    assert snapshot(stack) == whole


@pytest.mark.full
def test_a_failed_update_is_left_as_it_is_where_nobody_wants_it_reverted(stack: SandboxStack) -> None:
    stack.up()
    whole = snapshot(stack)
    stack.configure({**BUCKET, "externalId": "another", "tags": {"team": "blue"}})
    stack.sandbox.trend.add_fault(Fault(status=500, service="cloudaccounts", count=None))
    stack.sandbox.aws_control.add_fault(NO_POLICY)

    failed = operate(stack, *UP, "--no-revert")

    assert failed.code == 1
    assert "`python -m operate revert` reverts it" in failed.output
    assert "reverting" not in failed.output
    stack.sandbox.trend.clear_faults()
    assert operate(stack, "revert", "--yes").code == 0
    assert snapshot(stack) == whole


def wrap(stack: SandboxStack, folder: Path, script: str) -> None:
    """Put a `pulumi` in front of the real one; `$real` in its script is that."""
    real = shutil.which("pulumi", path=stack.variables()["PATH"])
    wrapper = folder / "bin" / "pulumi"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nreal="{real}"\n{script}\n')
    wrapper.chmod(0o755)
    stack.environment["PATH"] = os.pathsep.join([str(wrapper.parent), stack.variables()["PATH"]])


def test_an_update_that_was_refused_is_not_taken_for_a_killed_one_whatever_its_exit_code(
    stack: SandboxStack, tmp_path: Path
) -> None:
    wrap(stack, tmp_path, 'case "$1" in up) echo "error: refused" >&2; exit 255;; esac\nexec "$real" "$@"')

    run = operate(stack, *UP)

    assert run.code == 255, run.output
    assert "reverting" not in run.output
    assert json.loads(stack.succeed("stack", "history", "--json")) == []


@pytest.mark.full
def test_an_update_that_a_signal_ended_is_reverted(stack: SandboxStack, tmp_path: Path) -> None:
    stack.up()
    whole = snapshot(stack)
    wrap(
        stack,
        tmp_path,
        f'case "$*" in *config-file*) ;; up*) rm {tmp_path}/bin/pulumi; kill -9 $$;; esac\nexec "$real" "$@"',
    )
    stack.configure({**BUCKET, "tags": {"team": "blue"}})

    run = operate(stack, *UP)

    assert run.code == 137, run.output
    assert "the update was killed" in run.output
    assert "reverted stack" in run.output
    assert snapshot(stack) == whole
    stack.configure(BUCKET)
    stack.up(EXPECT_NO_CHANGES)


def test_a_cli_older_than_the_project_needs_is_named_before_anything_else(stack: SandboxStack, tmp_path: Path) -> None:
    wrap(stack, tmp_path, 'case "$1" in version) echo v3.100.0; exit 0;; esac\nexec "$real" "$@"')
    for command in (UP, ("destroy", "--yes"), ("revert", "--yes"), ("report",), ("doctor",), ("preview",)):
        assert operate(stack, *command).errors == ["`pulumi` on PATH is v3.100.0; the project needs >=3.259.0"]
