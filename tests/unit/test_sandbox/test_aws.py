"""S3, CloudTrail, the request log and faults as the sandbox plays them, and what it is seeded with."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from tests.unit.test_sandbox.scene import (
    ACCOUNT,
    REGIONS,
    TRAIL_BUCKET,
    TRAIL_PARAMETERS,
    Stacks,
    code_of,
    notifications,
    trail_template,
)


def test_event_bridge_survives_a_merge_of_notifications(sandbox: Sandbox) -> None:
    sandbox.aws("s3").put_bucket_notification_configuration(
        Bucket=TRAIL_BUCKET, NotificationConfiguration=notifications(sandbox)
    )
    assert notifications(sandbox)["EventBridgeConfiguration"] == {}


def test_trends_buckets_are_not_among_ones_own(sandbox: Sandbox) -> None:
    owned = {bucket["Name"] for bucket in sandbox.aws("s3").list_buckets()["Buckets"]}
    assert owned == {
        f"{kind}-{each}" for kind in ("sandbox-existing-trail", "sandbox-assets") for each in REGIONS.values()
    }


def test_a_trail_is_described_by_arn_and_gone_after_it_was_deleted_by_arn(sandbox: Sandbox) -> None:
    trails = sandbox.aws("cloudtrail")
    (trail,) = trails.describe_trails()["trailList"]
    arn = trail["TrailARN"]
    assert (trail["S3BucketName"], trails.get_trail_status(Name=arn)["IsLogging"]) == (TRAIL_BUCKET, True)
    assert trails.describe_trails(trailNameList=[f"{arn}x"])["trailList"] == []
    assert [each["TrailARN"] for each in trails.describe_trails(trailNameList=[arn])["trailList"]] == [arn]
    trails.delete_trail(Name=arn)
    assert trails.describe_trails(trailNameList=[arn])["trailList"] == []
    with pytest.raises(ClientError) as refused:
        trails.delete_trail(Name=arn)
    assert code_of(refused) == "TrailNotFoundException"


def topic_policy(topic: str, **changes: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": topic,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | changes]})


def test_a_trail_publishes_to_a_topic_by_name_or_arn_whose_policy_lets_it(sandbox: Sandbox) -> None:
    sns, trails = sandbox.aws("sns"), sandbox.aws("cloudtrail")
    topic = sns.create_topic(Name="events")["TopicArn"]
    trail = trails.describe_trails()["trailList"][0]["TrailARN"]
    source = {"StringEquals": {"aws:SourceArn": f"{trail}x"}}
    # What a topic has from its creation on lets its own account publish, and not CloudTrail.
    for policy in (None, topic_policy(topic, Action="SNS:Subscribe"), topic_policy(topic, Condition=source)):
        if policy:
            sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
        with pytest.raises(ClientError) as refused:
            trails.update_trail(Name=trail, SnsTopicName=topic)
        assert code_of(refused) == "InsufficientSnsTopicPolicyException"
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=topic_policy(topic))
    for given in (topic, "events"):
        trails.update_trail(Name=trail, SnsTopicName=given)
        assert trails.describe_trails()["trailList"][0]["SnsTopicARN"] == topic
    for elsewhere in (topic.replace("us-east-1", "eu-west-2"), "missing"):
        with pytest.raises(ClientError) as refused:
            trails.update_trail(Name=trail, SnsTopicName=elsewhere)
        assert code_of(refused) == "InsufficientSnsTopicPolicyException"


@pytest.mark.parametrize("source", ["mine", "another"])
def test_a_trail_needs_a_bucket_whose_policy_lets_this_very_trail_write(sandbox: Sandbox, source: str) -> None:
    s3, trails = sandbox.aws("s3"), sandbox.aws("cloudtrail")
    s3.create_bucket(Bucket="mine-logs")
    arn = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{source}"
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceArn": arn}},
    }
    write = {**allowed, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::mine-logs/AWSLogs/{ACCOUNT}/*"}
    policy = {**allowed, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::mine-logs"}
    for statements in ([], [policy], [policy, write]):
        document = {"Version": "2012-10-17", "Statement": statements}
        s3.put_bucket_policy(Bucket="mine-logs", Policy=json.dumps(document))
        if source == "mine" and len(statements) == 2:
            assert trails.create_trail(Name="mine", S3BucketName="mine-logs")["TrailARN"] == arn
        else:
            with pytest.raises(ClientError) as refused:
                trails.create_trail(Name="mine", S3BucketName="mine-logs")
            assert code_of(refused) == "InsufficientS3BucketPolicyException"


def test_a_bucket_has_awss_defaults_falls_back_to_them_and_keeps_its_tags(sandbox: Sandbox) -> None:
    s3 = sandbox.aws("s3", "eu-west-2")
    tags = [{"Key": "team", "Value": "security"}]
    s3.create_bucket(Bucket="mine-new", CreateBucketConfiguration={"LocationConstraint": "eu-west-2", "Tags": tags})
    assert all(s3.get_public_access_block(Bucket="mine-new")["PublicAccessBlockConfiguration"].values())
    (owner,) = s3.get_bucket_ownership_controls(Bucket="mine-new")["OwnershipControls"]["Rules"]
    assert owner == {"ObjectOwnership": "BucketOwnerEnforced"}
    for change in (
        lambda: None,
        lambda: s3.delete_bucket_encryption(Bucket="mine-new"),
        # moto takes it for another creation of the bucket.
        lambda: s3.put_public_access_block(Bucket="mine-new", PublicAccessBlockConfiguration={"BlockPublicAcls": True}),
    ):
        change()
        (rule,) = s3.get_bucket_encryption(Bucket="mine-new")["ServerSideEncryptionConfiguration"]["Rules"]
        assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        assert s3.get_bucket_tagging(Bucket="mine-new")["TagSet"] == tags


def test_the_account_id_may_start_with_a_zero(sandbox: Sandbox) -> None:
    assert sandbox.aws("sts").get_caller_identity()["Account"] == ACCOUNT


def test_requests_are_logged_and_the_secrets_in_them_are_not(sandbox: Sandbox) -> None:
    Stacks(sandbox).create("Trail", trail_template(), TRAIL_PARAMETERS)
    (request,) = sandbox.aws_requests(changing=True)
    assert (request.service, request.action, request.resource) == ("cloudformation", "CreateStack", "Trail")
    for log in (sandbox.home / "logs").iterdir():
        assert TRAIL_PARAMETERS["ServiceToken"] not in log.read_text()


def test_a_reply_can_be_lost_after_the_work_was_done(sandbox: Sandbox) -> None:
    iam = sandbox.aws("iam", config=Config(retries={"total_max_attempts": 1}))
    sandbox.aws_control.add_fault(Fault(service="iam", action="CreateUser", kind="drop", when="after"))
    with pytest.raises(HTTPClientError):
        iam.create_user(UserName="mine")
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["mine"]
    assert [each.status for each in sandbox.aws_requests(changing=True)] == [None]
