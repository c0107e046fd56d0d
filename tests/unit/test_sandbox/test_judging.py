"""The judge of the sandbox: policies, what a call asks for, and how a refusal is worded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.judging.policy import Ask, JudgedPolicy
from sandbox.pulumi.aws.session import without_account_host
from sandbox.sandbox import Sandbox

BUCKET = "arn:aws:s3:::logs"


def allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:Get*", "Resource": f"{BUCKET}*", **elements}


def says(ask: Ask, *statements: dict[str, Any]) -> bool:
    return JudgedPolicy({"Statement": list(statements)}).allows(ask)


@pytest.mark.parametrize(
    ("ask", "allowed"),
    [
        (Ask("s3:GetBucketAcl", BUCKET), True),
        (Ask("S3:getbucketacl", BUCKET), True),
        (Ask("s3:PutBucketAcl", BUCKET), False),
        (Ask("s3:GetBucketAcl", "arn:aws:s3:::other"), False),
        (Ask("s3:GetBucketAcl", "arn:aws:s3:::LOGS"), False),
    ],
)
def test_actions_match_in_any_case_and_resources_do_not(ask: Ask, allowed: bool) -> None:
    assert says(ask, allow()) is allowed


def test_a_denial_wins_over_any_permission() -> None:
    assert not says(Ask("s3:GetBucketAcl", BUCKET), allow(), allow(Effect="Deny"))


def test_a_failed_condition_leaves_other_statements_alone() -> None:
    bound = allow(Condition={"StringEquals": {"iam:PermissionsBoundary": "x"}})
    assert not says(Ask("s3:GetBucketAcl", BUCKET), bound)
    assert says(Ask("s3:GetBucketAcl", BUCKET, {"iam:PermissionsBoundary": ("x",)}), bound)
    assert says(Ask("s3:GetBucketAcl", BUCKET), bound, allow())


def test_a_question_mark_stands_for_one_character() -> None:
    assert says(Ask("s3:GetBucketAcl", f"{BUCKET}-1"), allow(Resource=f"{BUCKET}-?"))
    assert not says(Ask("s3:GetBucketAcl", f"{BUCKET}-12"), allow(Resource=f"{BUCKET}-?"))


@pytest.mark.parametrize("elements", [{"NotAction": "s3:*"}, {"Condition": {"DateLessThan": {"aws:CurrentTime": "x"}}}])
def test_what_is_not_judged_is_refused(elements: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"DateLessThan|NotAction"):
        JudgedPolicy({"Statement": [allow(**elements)]})


TAGGED = {"AccountId": "123456789012", "ResourceArn": BUCKET}
REFUSALS = [
    ("s3control", "list_tags_for_resource", TAGGED, "AccessDenied", "s3:ListTagsForResource"),
    ("s3", "get_bucket_encryption", {"Bucket": "logs"}, "AccessDenied", "s3:GetEncryptionConfiguration"),
    ("iam", "get_role", {"RoleName": "x"}, "AccessDenied", "iam:GetRole"),
    ("cloudtrail", "get_trail_status", {"Name": "x"}, "AccessDeniedException", "cloudtrail:GetTrailStatus"),
    ("cloudformation", "describe_stacks", {"StackName": "x"}, "AccessDenied", "cloudformation:DescribeStacks"),
]


@pytest.mark.parametrize(("service", "method", "arguments", "code", "action"), REFUSALS)
def test_a_refusal_reads_as_the_service_words_it(
    sandbox: Sandbox, service: str, method: str, arguments: dict[str, str], code: str, action: str
) -> None:
    sandbox.aws_control.enforce("sandbox", {"Statement": []})
    client = sandbox.aws(service)
    client.meta.events.register("before-sign.s3-control", without_account_host)
    with pytest.raises(ClientError) as refused:
        getattr(client, method)(**arguments)
    error = refused.value.response["Error"]
    assert error["Code"] == code
    assert f"is not authorized to perform: {action} on resource: arn:aws:" in error["Message"]


def test_who_has_no_policy_may_do_everything(sandbox: Sandbox) -> None:
    sandbox.aws_control.enforce("somebody", {"Statement": []})
    assert sandbox.aws("iam").list_roles()["Roles"] == []
    assert sandbox.aws_control.asked() == []


def test_a_reset_lifts_every_policy(sandbox: Sandbox) -> None:
    sandbox.aws_control.enforce("sandbox", {"Statement": []})
    sandbox.reset()
    assert sandbox.aws("iam").list_roles()["Roles"] == []


ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"RoleName": "made", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
ON_ROLE = ["iam:CreateRole", "iam:TagRole", "iam:UntagRole", "iam:GetRole"]


@pytest.mark.parametrize("missing", [None, *ON_ROLE])
def test_cloudformation_has_the_rights_of_its_caller(sandbox: Sandbox, missing: str | None) -> None:
    via = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}
    sandbox.aws_control.enforce(
        "sandbox",
        {
            "Statement": [
                {"Effect": "Allow", "Action": ["cloudformation:*", "iam:List*"], "Resource": "*"},
                {
                    "Effect": "Allow",
                    "Action": [action for action in ON_ROLE if action != missing],
                    "Resource": f"arn:aws:iam::{sandbox.account}:role/made",
                    "Condition": via,
                },
            ]
        },
    )
    stacks, iam = sandbox.aws("cloudformation"), sandbox.aws("iam")
    with pytest.raises(ClientError, match="iam:CreateRole"):  # the caller itself may not
        iam.create_role(RoleName="made", AssumeRolePolicyDocument="{}")
    body = json.dumps({"Resources": {"Role": ROLE}})
    stacks.create_stack(StackName="Own", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"], OnFailure="ROLLBACK")
    made = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    events = stacks.describe_stack_events(StackName="Own")["StackEvents"]
    messages = [str(event.get("ResourceStatusReason")) for event in events]
    reasons = [reason for reason in messages if "AccessDenied" in reason]
    assert made == (["made"] if missing is None else [])
    assert [missing in reason for reason in reasons if missing] == ([True] if missing else [])
