"""What is found about trails: who delivers to a bucket, and what a new trail would record a second time."""

from __future__ import annotations

import pytest

from components.checks.findings import Finding, TrailDoubt
from components.checks.trail import delivery_finding, new_trail_finding
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.aws_scene import NAME, REGION, WHERE, AwsScene

OURS = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/trend-onboarding-dev"
EXISTING = "sandbox-existing-trail"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/a-key"


def delivery(aws: AwsScene) -> Finding:
    return delivery_finding(aws.bucket())


def new_trail(aws: AwsScene) -> Finding:
    return new_trail_finding(aws.clients, WHERE, "trend-onboarding-dev")


def test_an_active_trail_that_delivers_is_named(aws: AwsScene) -> None:
    assert (delivery(aws).verdict, delivery(aws).doubt) == ("ok", None)
    assert f"trail/{EXISTING} delivers" in str(delivery(aws))


def test_a_bucket_without_a_trail_is_warned_of_and_not_refused(aws: AwsScene) -> None:
    aws.trails.delete_trail(Name=EXISTING)
    assert delivery(aws).verdict == "unknown"
    assert f"delivers to bucket '{NAME}'" in str(delivery(aws))


def test_a_stopped_trail_is_warned_of_with_the_command_that_starts_it(aws: AwsScene) -> None:
    aws.trails.stop_logging(Name=EXISTING)
    assert (delivery(aws).verdict, delivery(aws).doubt) == ("unknown", TrailDoubt.DELIVERY)
    assert f"aws cloudtrail start-logging --region {REGION} --name arn:aws:cloudtrail" in str(delivery(aws))


def test_of_several_trails_one_that_runs_is_enough(aws: AwsScene) -> None:
    aws.trails.stop_logging(Name=EXISTING)
    aws.make_trail("another")
    assert delivery(aws).verdict == "ok"


def test_a_trail_that_encrypts_with_kms_is_refused_whatever_the_bucket_says(aws: AwsScene) -> None:
    aws.trails.update_trail(Name=EXISTING, KmsKeyId=KEY)
    assert delivery(aws).verdict == "failed"
    assert "no right to decrypt" in str(delivery(aws))


@pytest.mark.parametrize("action", ["DescribeTrails", "GetTrailStatus"])
def test_trails_that_may_not_be_looked_at_are_unknown_with_the_permission(aws: AwsScene, action: str) -> None:
    aws.deny(action)
    assert (delivery(aws).verdict, delivery(aws).doubt) == ("unknown", TrailDoubt.DELIVERY)
    assert f"cloudtrail:{action}" in str(delivery(aws))


def test_an_active_multi_region_trail_makes_a_second_one_cost_and_the_two_settings_are_shown(aws: AwsScene) -> None:
    aws.make_trail("everywhere", everywhere=True)
    finding = new_trail(aws)
    assert finding.verdict == "unknown"
    for text in (
        "AWS charges",
        "trail/everywhere",
        "`pulumi config set createNewTrail false`",
        f"`pulumi config set existingCloudtrailBucketName {NAME}`",
    ):
        assert text in str(finding)


def test_a_second_trail_is_no_news_once_it_is_there(aws: AwsScene) -> None:
    aws.make_trail("everywhere", everywhere=True)
    aws.make_trail("trend-onboarding-dev", everywhere=True)
    assert new_trail(aws).verdict == "ok"


def test_a_new_trail_that_was_made_and_not_started_is_warned_of(aws: AwsScene) -> None:
    aws.make_trail("trend-onboarding-dev", everywhere=True, started=False)
    finding = new_trail(aws)
    assert (finding.verdict, finding.doubt) == ("unknown", TrailDoubt.STOPPED)
    assert f"{OURS}, which this stack created, is stopped" in str(finding)
    assert "`pulumi up --refresh` starts it" in str(finding)


def test_a_trail_of_one_region_or_a_stopped_one_is_no_first_trail(aws: AwsScene) -> None:
    aws.make_trail("everywhere", everywhere=True, started=False)
    assert new_trail(aws).verdict == "ok"


@pytest.mark.parametrize(("management", "verdict"), [(False, "ok"), (True, "unknown")])
def test_only_a_trail_that_records_management_events_counts(aws: AwsScene, management: bool, verdict: str) -> None:
    aws.make_trail("everywhere", everywhere=True)
    selectors = [{"ReadWriteType": "All", "IncludeManagementEvents": management}]
    aws.trails.put_event_selectors(TrailName="everywhere", EventSelectors=selectors)
    assert new_trail(aws).verdict == verdict


@pytest.mark.parametrize(("category", "verdict"), [("Data", "ok"), ("Management", "unknown")])
def test_advanced_selectors_are_read_as_well(aws: AwsScene, category: str, verdict: str) -> None:
    aws.make_trail("everywhere", everywhere=True)
    field = {"Field": "eventCategory", "Equals": [category]}
    aws.trails.put_event_selectors(TrailName="everywhere", AdvancedEventSelectors=[{"FieldSelectors": [field]}])
    assert new_trail(aws).verdict == verdict


def test_nothing_is_said_of_a_trail_whose_bucket_could_not_be_used(aws: AwsScene) -> None:
    aws.make_trail("everywhere", everywhere=True)
    aws.encrypt("aws:kms")
    assert new_trail(aws).verdict == "ok"
