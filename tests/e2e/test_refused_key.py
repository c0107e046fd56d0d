"""A key that Trend refuses ends every run before its first change, whatever the run was about to change."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.gate.faults import Fault
from tests.e2e import hands
from tests.e2e.calls import forget_calls
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, CliRun, SandboxStack
from tests.e2e.subscribers import BUCKET

NEW_TRAIL = {"createNewTrail": True, "trailBucketOnDestroy": "delete"}
UP = ("up", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")
UNKNOWN_KEY = "unknownKeyOfNobody0000000000:" + "x" * 66


def refused(stack: SandboxStack, *arguments: str) -> CliRun:
    """Run `pulumi` with a key that Trend does not know; nothing may be changed by it."""
    key, stack.environment["CLOUD_ONE_API_KEY"] = stack.environment["CLOUD_ONE_API_KEY"], UNKNOWN_KEY
    forget_calls(stack)
    run = stack.run(*arguments)
    stack.environment["CLOUD_ONE_API_KEY"] = key
    assert run.code != 0, run.output
    assert [call.action for call in stack.sandbox.aws_requests(changing=True)] == []
    assert [call.action for call in stack.sandbox.trend.requests(changing=True)] == []
    # What the engine began at the same time: a change refers to the first error, a deletion says that one once more.
    errors = [each for each in run.errors if "see the error of" not in each]
    assert all("step 1, Cloud One account" in each for each in errors), errors
    (refusal,) = {each[each.index("step 1, Cloud One account") :] for each in errors}
    assert "GET accounts /apikeys/{id}: HTTP 401" in refusal
    assert "xxxx" not in run.output
    return run


def test_a_refused_key_ends_a_run_for_a_setting_for_drift_and_a_destroy_and_is_not_missed_where_nothing_changes(
    stack: SandboxStack,
) -> None:
    stack.configure(NEW_TRAIL)
    stack.up()
    key = stack.environment.pop("CLOUD_ONE_API_KEY")
    forget_calls(stack)
    stack.up(EXPECT_NO_CHANGES)
    stack.environment["CLOUD_ONE_API_KEY"] = key
    assert stack.sandbox.trend.requests() == []
    stack.configure({**NEW_TRAIL, "stackName": "Other"})
    refused(stack, *UP)
    stack.configure(NEW_TRAIL)
    refused(stack, *DESTROY)
    hands.widen_the_role(stack.sandbox, stack.outputs())
    stack.succeed("refresh", "--yes", "--skip-preview")
    refused(stack, *UP)
    stack.up()
    stack.destroy()


@pytest.mark.full
def test_a_refused_key_ends_a_run_for_each_kind_of_setting(stack: SandboxStack) -> None:
    changes: list[dict[str, Any]] = [
        {**NEW_TRAIL, "tags": {"team": "b"}},
        {**NEW_TRAIL, "rolePath": "/security/"},
        {**NEW_TRAIL, "trailLogRetentionDays": 7},
        {**NEW_TRAIL, "trailLogRetentionDays": 0},
        {"existingCloudtrailBucketName": BUCKET},
    ]
    stack.configure(NEW_TRAIL)
    stack.up()
    for settings in changes:
        stack.configure(settings)
        refused(stack, *UP)
    stack.up()
    stack.up(EXPECT_NO_CHANGES)


@pytest.mark.full
def test_a_refused_key_ends_a_run_after_one_that_failed_half_way(stack: SandboxStack) -> None:
    """The role stack's update was refused, and the next run would delete and create it."""
    stack.up()
    fault = Fault(service="cloudformation", action="UpdateStack", status=403, code="AccessDenied")
    stack.sandbox.aws_control.add_fault(fault)
    stack.configure({"existingCloudtrailBucketName": BUCKET, "tags": {"team": "b"}})
    assert stack.run(*UP).code != 0
    stack.sandbox.aws_control.clear_faults()
    refused(stack, *UP)
    stack.up()
    stack.up(EXPECT_NO_CHANGES)
