"""A preview needs no key, asks Trend nothing and changes nothing."""

from __future__ import annotations

import pytest

from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}, marks=pytest.mark.full),
        {"createNewTrail": True},
    ],
)
def test_a_new_stack_can_be_previewed_without_any_key(stack: SandboxStack, settings: dict[str, object]) -> None:
    stack.environment.clear()
    stack.configure(settings)
    output = stack.succeed("preview", "--diff")
    assert "trend:Connector" in output
    assert stack.sandbox.trend.requests() == []
    assert stack.sandbox.aws_requests(changing=True) == []


def test_a_deployed_stack_shows_no_change_without_a_key_and_the_enrollment_is_announced_once(
    stack: SandboxStack,
) -> None:
    assert "moves endpoint management" in stack.succeed("preview")
    stack.up()
    stack.sandbox.trend.clear_requests()
    keys = dict(stack.environment)
    stack.environment.clear()
    assert "moves endpoint management" not in stack.succeed("preview", EXPECT_NO_CHANGES)
    assert stack.sandbox.trend.requests() == []
    stack.environment.update(keys)
