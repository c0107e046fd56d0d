"""What is found about a bucket that exists, before anything is made."""

from __future__ import annotations

import json

import pytest

from components.checks.bucket import bucket_findings, notifications_finding
from components.checks.findings import Finding
from sandbox.aws.trust import TREND_ACCOUNT
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.aws_scene import NAME, REGION, AwsScene

FOREIGN = f"cloud-one-cloud-accounts-{REGION}"


def found(aws: AwsScene, name: str = NAME) -> Finding:
    """Return the finding that counts: the one that is not ok, of which there is one at most."""
    findings = bucket_findings(aws.bucket(name))
    others = [each for each in findings if each.verdict != "ok"]
    assert len(others) <= 1, others
    return others[0] if others else findings[-1]


def notifications(aws: AwsScene, *stacks: str) -> Finding:
    return notifications_finding(aws.bucket(), stacks)


def test_a_bucket_of_this_account_and_region_with_sse_s3_is_fine(aws: AwsScene) -> None:
    assert [each.verdict for each in bucket_findings(aws.bucket())] == ["ok", "ok"]
    assert aws.sandbox.aws_requests(changing=True) == []


def test_a_bucket_that_nobody_has_is_refused(aws: AwsScene) -> None:
    finding = found(aws, "nobodys-bucket-at-all")
    assert finding.verdict == "failed"
    assert "no bucket 'nobodys-bucket-at-all'" in str(finding)


def test_a_bucket_of_another_account_is_refused(aws: AwsScene) -> None:
    finding = found(aws, FOREIGN)
    assert finding.verdict == "failed"
    assert f"belongs to another account than {ACCOUNT}" in str(finding)


def test_a_bucket_of_another_account_is_refused_where_it_may_be_looked_at(aws: AwsScene) -> None:
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{FOREIGN}"}
    aws.sandbox.aws("s3", account=TREND_ACCOUNT).put_bucket_policy(
        Bucket=FOREIGN, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    )
    aws.deny("ListBuckets")
    assert found(aws, FOREIGN).verdict == "failed"


def test_a_bucket_in_another_region_is_refused_with_both_regions(aws: AwsScene) -> None:
    finding = found(aws, "sandbox-existing-trail-eu-central-1")
    assert finding.verdict == "failed"
    assert "is in eu-central-1, but this stack works in us-east-1" in str(finding)


@pytest.mark.parametrize(("algorithm", "called"), [("aws:kms", "with SSE-KMS"), ("aws:kms:dsse", "with DSSE-KMS")])
def test_a_bucket_that_encrypts_with_kms_is_refused_with_the_reason(aws: AwsScene, algorithm: str, called: str) -> None:
    aws.encrypt(algorithm)
    finding = found(aws)
    assert finding.verdict == "failed"
    assert called in str(finding)
    assert "no right to decrypt" in str(finding)


@pytest.mark.parametrize(
    ("action", "permission"),
    [
        ("HeadBucket", "s3:ListBucket on the bucket"),
        ("GetBucketEncryption", "s3:GetEncryptionConfiguration on the bucket"),
    ],
)
def test_a_look_that_is_not_allowed_is_unknown_and_names_the_permission(
    aws: AwsScene, action: str, permission: str
) -> None:
    aws.deny(action)
    finding = found(aws)
    assert finding.verdict == "unknown"
    assert permission in str(finding)


def test_whose_a_bucket_is_stays_unknown_where_nothing_at_all_may_be_looked_at(aws: AwsScene) -> None:
    aws.deny("HeadBucket")
    aws.deny("ListBuckets")
    finding = found(aws)
    assert finding.verdict == "unknown"
    assert "s3:ListAllMyBuckets" in str(finding)


def test_notifications_that_s3_would_not_take_beside_trends_are_refused(aws: AwsScene) -> None:
    assert notifications(aws).verdict == "ok"
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:audit"
    entry = {"Id": "audit", "QueueArn": queue, "Events": ["s3:ObjectCreated:Put"]}
    aws.s3.put_bucket_notification_configuration(
        Bucket=NAME, NotificationConfiguration={"QueueConfigurations": [entry]}
    )
    finding = notifications(aws)
    assert finding.verdict == "failed"
    assert queue in str(finding)
