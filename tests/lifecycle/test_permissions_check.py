"""The permission check fails only where a deployment would: what IAM's simulator does not know is `unknown`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.aws.clients import AwsClients
from components.aws.identity import AwsSettings
from components.checks.findings import Finding
from components.settings.model import ExistingTrail, NewTrail, Settings
from operate.doctor.permissions import permissions
from operate.policy import own
from operate.policy.place import Place
from operate.policy.statement import document
from sandbox.organization import AccountKind
from sandbox.sandbox import ACCOUNT, Sandbox
from tests.lifecycle.aws_scene import NAME, REGION, WHERE, AwsScene

OF_EXISTING = Place(Settings(trail=ExistingTrail(NAME), tags={"team": "blue"}), "trend-onboarding", "dev", WHERE)
OF_NEW = Place(Settings(trail=NewTrail()), "trend-onboarding", "dev", WHERE)


def needed(place: Place) -> dict[str, Any]:
    """Return the policy that grants all that is simulated."""
    return document([*own.reads(place, program_runs=True), *own.creates(place)])


def without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    statements = [{**each, "Action": [one for one in each["Action"] if one != action]} for each in policy["Statement"]]
    return {**policy, "Statement": [each for each in statements if each["Action"]]}


def granted_if(policy: dict[str, Any], **condition: Any) -> dict[str, Any]:
    return {**policy, "Statement": [{**each, "Condition": condition} for each in policy["Statement"]]}


def denying(policy: dict[str, Any], action: str, resource: str) -> dict[str, Any]:
    denied = {"Effect": "Deny", "Action": action, "Resource": resource}
    return {**policy, "Statement": [*policy["Statement"], denied]}


def let_the_bucket_allow(aws: AwsScene) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:*", "Resource": f"arn:aws:s3:::{NAME}"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    aws.s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps(policy))


@pytest.fixture
def check(aws: AwsScene) -> Callable[..., Finding]:
    """Check the permissions of a user who has one policy."""
    aws.let_trails_deliver(NAME)

    def check(policy: dict[str, Any], place: Place = OF_EXISTING, *, is_deployed: bool = False) -> Finding:
        iam = aws.sandbox.aws("iam")
        iam.create_user(UserName="deployer")
        iam.put_user_policy(UserName="deployer", PolicyName="all", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName="deployer")["AccessKey"]
        settings = AwsSettings(access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"], region=REGION)
        (finding,) = permissions(AwsClients(settings), place, is_deployed=is_deployed)
        return finding

    return check


@pytest.mark.parametrize("place", [OF_EXISTING, OF_NEW])
def test_the_policy_that_is_printed_is_enough(check: Callable[..., Finding], place: Place) -> None:
    assert check(needed(place), place).verdict == "ok"


@pytest.mark.parametrize("action", ["s3:PutBucketNotification", "iam:CreateRole", "cloudformation:CreateStack"])
def test_an_action_that_a_first_deployment_takes_is_missed(check: Callable[..., Finding], action: str) -> None:
    finding = check(without(needed(OF_EXISTING), action))
    assert finding.verdict == "failed"
    assert f"user/deployer may not do {action} on arn:aws:" in finding.text
    assert action in finding.denied
    assert "operate policy --for up" in finding.hint


@pytest.mark.parametrize("action", ["iam:UpdateRole", "cloudformation:DeleteStack", "s3:TagResource"])
def test_an_action_that_it_may_do_without_is_unknown(check: Callable[..., Finding], action: str) -> None:
    finding = check(without(needed(OF_NEW), action), OF_NEW)
    assert (finding.verdict, "not every run takes it" in finding.text) == ("unknown", True)


def test_once_deployed_the_right_to_create_is_not_needed_by_every_run_but_that_to_read_is(
    check: Callable[..., Finding], aws: AwsScene
) -> None:
    assert check(without(needed(OF_EXISTING), "iam:CreateRole"), is_deployed=True).verdict == "unknown"
    aws.sandbox.reset()
    assert check(without(needed(OF_EXISTING), "iam:GetRole"), is_deployed=True).verdict == "failed"


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"aws:RequestedRegion": [REGION]}, "ok"),
        ({"aws:SecureTransport": "true"}, "ok"),
        ({"aws:ResourceAccount": ACCOUNT}, "ok"),
        ({"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/deployer"}, "ok"),
        ({"aws:RequestTag/team": "blue"}, "ok"),
        ({"aws:RequestedRegion": ["eu-west-2"]}, "failed"),
        ({"aws:SourceIp": "10.0.0.1"}, "unknown"),
        ({"aws:PrincipalOrgID": "o-1"}, "unknown"),
    ],
)
def test_the_context_that_is_known_is_given_and_what_iam_misses_is_unknown(
    check: Callable[..., Finding], condition: dict[str, Any], verdict: str
) -> None:
    finding = check(granted_if(needed(OF_EXISTING), StringEquals=condition))
    assert finding.verdict == verdict
    assert ("IAM was not told " + next(iter(condition)) in finding.text) == (verdict == "unknown")


def test_each_resource_is_judged_by_itself(check: Callable[..., Finding]) -> None:
    stacks = OF_EXISTING.stack_arn(OF_EXISTING.management)
    finding = check(denying(needed(OF_EXISTING), "cloudformation:CreateStack", stacks))
    assert finding.text.endswith("may not do cloudformation:CreateStack on " + stacks.replace("*", "0"))


def test_a_policy_of_the_bucket_may_allow_what_the_identitys_does_not_but_not_what_that_denies(
    check: Callable[..., Finding], aws: AwsScene
) -> None:
    let_the_bucket_allow(aws)
    finding = check(without(needed(OF_EXISTING), "s3:PutBucketNotification"))
    assert (finding.verdict, "the bucket's own policy may allow it" in finding.text) == ("unknown", True)
    aws.sandbox.reset()
    let_the_bucket_allow(aws)
    denied = denying(needed(OF_EXISTING), "s3:PutBucketNotification", f"arn:aws:s3:::{NAME}")
    assert check(denied).verdict == "failed"


def test_a_bucket_whose_policy_may_not_be_read_is_no_reason_to_refuse(
    check: Callable[..., Finding], aws: AwsScene
) -> None:
    aws.deny("GetBucketPolicy")
    assert check(without(needed(OF_EXISTING), "s3:PutBucketNotification")).verdict == "unknown"


def test_what_the_organization_denies_is_told_apart_from_what_the_account_could_allow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(tmp_path, accounts=5) as sandbox:
        for name, value in sandbox.endpoints().items():
            monkeypatch.setenv(name, value)
        assert sandbox.organization is not None
        restricted = sandbox.organization.the(AccountKind.RESTRICTED)
        role = [{"roleArn": restricted.role_arn, "sessionName": "test"}]
        entered = AwsSettings.of({"region": REGION, "assumeRoles": json.dumps(role)}.get)
        place = replace(OF_NEW, where=replace(WHERE, account_id=restricted.id))
        (finding,) = permissions(AwsClients(entered), place, is_deployed=False)
    assert finding.verdict == "failed"
    assert "iam:CreateRole on" in finding.text
    assert "(a service control policy of the organization denies it)" in finding.text
    assert f"have {restricted.role_arn} excepted" in finding.hint
