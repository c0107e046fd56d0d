"""What is found of CloudFormation stacks that have the names which Trend's stacks are about to get."""

from __future__ import annotations

import pytest

from components.aws.tags import OWNER_TAG
from components.checks.findings import Finding
from components.checks.stacks import StackIds, stack_findings
from tests.lifecycle.aws_scene import REGION, AwsScene

BODY = '{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}}}'


def found(aws: AwsScene, managed: StackIds | None = ()) -> list[Finding]:
    return stack_findings(aws.clients, ("CloudOne-Account", "CloudOne"), REGION, managed)


def create(aws: AwsScene, name: str, **tags: str) -> str:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    stack = aws.sandbox.aws("cloudformation").create_stack(
        StackName=name, TemplateBody=BODY, Tags=listed, Capabilities=["CAPABILITY_IAM"]
    )
    return str(stack["StackId"])


def test_names_that_no_stack_has_are_fine(aws: AwsScene) -> None:
    create(aws, "CloudOne-Other")
    assert [each.verdict for each in found(aws)] == ["ok", "ok"]


@pytest.mark.parametrize("name", ["CloudOne", "CloudOne-Account"])
def test_a_stack_that_is_not_in_the_state_is_refused_with_its_id_and_both_ways_out(aws: AwsScene, name: str) -> None:
    stack = create(aws, name)
    (refused,) = [each for each in found(aws) if each.verdict == "failed"]
    for text in (stack, "not managed by this stack", "config set stackName", "docs/from-cloudformation.md"):
        assert text in str(refused)


def test_a_stack_is_managed_by_this_one_when_the_state_holds_its_id_whatever_its_tags(aws: AwsScene) -> None:
    ours = create(aws, "CloudOne")
    assert [each.verdict for each in found(aws, {ours})] == ["ok", "ok"]


def test_a_tag_makes_no_stack_ours_and_is_named(aws: AwsScene) -> None:
    create(aws, "CloudOne", **{OWNER_TAG: "trend-onboarding/dev"})
    _, refused = found(aws)
    assert refused.verdict == "failed"
    assert "tagged as created by Pulumi stack trend-onboarding/dev" in str(refused)


def test_a_stack_that_took_the_name_of_a_deleted_one_is_refused(aws: AwsScene) -> None:
    ours = create(aws, "CloudOne")
    aws.sandbox.aws("cloudformation").delete_stack(StackName="CloudOne")
    create(aws, "CloudOne")
    assert [each.verdict for each in found(aws, {ours})] == ["ok", "failed"]


def test_where_the_state_is_not_shown_nobody_can_tell_whose_a_stack_is(aws: AwsScene) -> None:
    create(aws, "CloudOne")
    assert [each.verdict for each in found(aws, None)] == ["ok", "unknown"]


def test_a_stack_that_may_not_be_looked_for_is_unknown_with_the_permission(aws: AwsScene) -> None:
    aws.deny("DescribeStacks")
    assert [each.verdict for each in found(aws)] == ["unknown", "unknown"]
    assert "cloudformation:DescribeStacks" in str(found(aws)[0])
