"""Whose a CloudFormation stack is, and what it holds: as Pulumi's state says, never a name or a tag."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from components.aws.tags import OWNER_TAG
from operate.doctor.diagnosis import before_deployment
from operate.engine.stack import Stack
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.standing import world
from tests.e2e.test_bad_input import assert_nothing_changed, assert_refused

BODY = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
ISSUER = "cloudaccounts.us-1.cloudone.trendmicro.com"


def tags(stack: SandboxStack, name: str) -> dict[str, str]:
    """Return the tags of a CloudFormation stack."""
    (found,) = stack.sandbox.aws("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}


@pytest.mark.parametrize("name", ["CloudOne", pytest.param("CloudOne-Account", marks=pytest.mark.full)])
def test_a_stack_that_has_the_name_already_is_refused_before_anything_is_changed(
    stack: SandboxStack, operated: Callable[[SandboxStack], Stack], name: str
) -> None:
    stack_id = stack.sandbox.aws("cloudformation").create_stack(StackName=name, TemplateBody=BODY)["StackId"]
    stack.sandbox.aws_control.clear_requests()
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        assert_refused(stack.run(*command), stack_id, "pulumi config set stackName", "docs/from-cloudformation.md")
    failed = [each for each in before_deployment(operated(stack)).findings if each.verdict == "failed"]
    assert [stack_id in str(each) for each in failed] == [True]
    assert_nothing_changed(stack)
    stack.succeed("config", "set", "stackName", "Trend")
    stack.succeed("preview")


@pytest.mark.full
def test_the_same_stack_in_a_second_backend_is_refused_and_leaves_the_first_deployment_alone(
    stack: SandboxStack, tmp_path: Path
) -> None:
    stack.up()
    before = world(stack)
    second = tmp_path / "second"
    second.mkdir()
    stack.environment["PULUMI_BACKEND_URL"] = second.as_uri()
    stack.succeed("stack", "init", stack.name)
    stack.succeed("config", "set", "adopt", "true")
    stack.sandbox.aws_control.clear_requests()
    stack.sandbox.trend.clear_requests()
    run = stack.run("up", "--yes", "--skip-preview")
    assert "CloudFormation stack CloudOne " in run.output
    assert "CloudFormation stack CloudOne-Account " in run.output
    assert_nothing_changed(stack)
    assert world(stack) == before
    del stack.environment["PULUMI_BACKEND_URL"]


def test_a_renamed_pulumi_stack_goes_on_and_the_changed_tag_alone_is_carried_out(stack: SandboxStack) -> None:
    stack.up()
    stack.name = f"{stack.name}x"
    stack.succeed("stack", "rename", stack.name)
    stack.succeed("preview")
    stack.up()
    for name in ("CloudOne-Account", "CloudOne"):
        assert tags(stack, name)[OWNER_TAG] == f"trend-onboarding/{stack.name}"
    stack.succeed("preview", EXPECT_NO_CHANGES)
    stack.destroy()


@pytest.mark.full
def test_tags_that_somebody_removes_lock_nobody_out(stack: SandboxStack) -> None:
    stack.up()
    provider = f"arn:aws:iam::{stack.sandbox.account}:oidc-provider/{ISSUER}"
    stack.sandbox.aws("iam").untag_open_id_connect_provider(OpenIDConnectProviderArn=provider, TagKeys=[OWNER_TAG])
    management = stack.sandbox.aws("cloudformation")
    (found,) = management.describe_stacks(StackName="CloudOne-Account")["Stacks"]
    management.update_stack(
        StackName="CloudOne-Account",
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": each["ParameterKey"], "UsePreviousValue": True} for each in found["Parameters"]],
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Tags=[{"Key": "owner", "Value": "somebody"}],
    )
    stack.succeed("preview", EXPECT_NO_CHANGES)
    stack.up("--refresh")
    assert tags(stack, "CloudOne-Account")[OWNER_TAG] == f"trend-onboarding/{stack.name}"
