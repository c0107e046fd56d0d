"""A preview needs no key, asks Trend nothing and changes nothing."""

from __future__ import annotations

import pytest

from tests.e2e.pulumi_cli import Stack


@pytest.mark.parametrize(
    "settings", [{"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}, {"createNewTrail": True}]
)
def test_a_new_stack_can_be_previewed_without_any_key(stack: Stack, settings: dict[str, object]) -> None:
    stack.environment.clear()
    stack.configure(settings)
    shown = stack.succeed("preview", "--diff")
    assert "trend:Connector" in shown
    assert stack.sandbox.trend.requests() == []
    assert stack.sandbox.aws_requests(changing=True) == []


def test_a_deployed_stack_can_be_previewed_without_any_key_and_shows_no_change(stack: Stack) -> None:
    stack.up()
    stack.sandbox.trend.clear_requests()
    keys = dict(stack.environment)
    stack.environment.clear()
    stack.succeed("preview", "--expect-no-changes")
    assert stack.sandbox.trend.requests() == []
    stack.environment.update(keys)


def test_the_preview_says_that_the_enrolment_cannot_be_undone(stack: Stack) -> None:
    assert "moves endpoint management" in stack.succeed("preview")
    stack.up()
    assert "moves endpoint management" not in stack.succeed("preview")
