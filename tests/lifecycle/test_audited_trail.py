"""Whether an existing trail is as Vision One asks for: each deviation is a finding of its own, with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from components.aws.context import AwsContext
from components.checks.audited_trail import AuditedTrail, audited_trail
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.aws_scene import NAME, REGION, WHERE, AwsScene

TRAIL = "sandbox-existing-trail"
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{TRAIL}"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:audited"
POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, '
    f'"Action": "SNS:Publish", "Resource": "{TOPIC}"}}]}}'
)
MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}


@pytest.fixture
def fit(aws: AwsScene) -> AwsScene:
    """AWS with an existing trail that Vision One can read."""
    aws.sandbox.aws("sns").create_topic(Name="audited", Attributes={"Policy": POLICY})
    aws.trails.update_trail(Name=TRAIL, SnsTopicName="audited", EnableLogFileValidation=True)
    return aws


def look(aws: AwsScene, where: AwsContext = WHERE, bucket: str = NAME) -> AuditedTrail:
    return audited_trail(aws.clients, where, bucket)


def describe(aws: AwsScene) -> list[tuple[str, str]]:
    return [(each.verdict, str(each)) for each in look(aws).findings]


def test_a_trail_without_deviations_is_named_with_its_topic(fit: AwsScene) -> None:
    assert look(fit) == (ARN, TOPIC, ())


def test_a_bucket_without_a_trail_is_refused(fit: AwsScene) -> None:
    found = look(fit, bucket="another-bucket")
    assert (found.arn, [each.verdict for each in found.findings]) == ("", ["failed"])


def test_each_deviation_is_a_finding(aws: AwsScene) -> None:
    aws.trails.update_trail(Name=TRAIL, EnableLogFileValidation=False)
    (topic, validation) = describe(aws)
    assert topic[0] == validation[0] == "failed"
    assert "has no SNS topic" in topic[1]
    assert f"aws cloudtrail update-trail --region {REGION} --name {ARN} --enable-log-file-validation" in validation[1]


@pytest.mark.parametrize("there", ["arn:aws:sns:eu-west-2:" + ACCOUNT, f"arn:aws:sns:{REGION}:999988887777"])
def test_a_topic_of_elsewhere_is_refused(fit: AwsScene, monkeypatch: pytest.MonkeyPatch, there: str) -> None:
    trail = {**fit.trails.describe_trails()["trailList"][0], "SnsTopicARN": f"{there}:audited"}
    client = fit.clients.client("cloudtrail", REGION)
    monkeypatch.setattr(client, "describe_trails", lambda **_: {"trailList": [trail]})
    ((verdict, text),) = describe(fit)
    assert (verdict, "not of this account and region" in text) == ("failed", True)


def test_a_trail_of_another_account_or_region_is_refused(fit: AwsScene) -> None:
    found = look(fit, AwsContext("999988887777", REGION, "aws", "amazonaws.com"))
    assert [each.verdict for each in found.findings] == ["failed"]
    assert "of another account or region" in str(found.findings[0])


def test_a_stopped_trail_is_warned_of(fit: AwsScene) -> None:
    fit.trails.stop_logging(Name=TRAIL)
    ((verdict, text),) = describe(fit)
    assert (verdict, "start-logging" in text) == ("unknown", True)


@pytest.mark.parametrize(
    ("selectors", "reason"),
    [
        ([{"ReadWriteType": "All", "IncludeManagementEvents": True}], ""),
        ([{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly"}], ""),
        ([{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}], "does not record read management"),
        ([{"ReadWriteType": "All", "IncludeManagementEvents": False}], "does not record read and write"),
        ([{"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}], "of kms.amazonaws.com"),
        ([{"ReadWriteType": "All", "ExcludeManagementEventSources": ["rdsdata.amazonaws.com"]}], "of rdsdata"),
    ],
)
def test_what_it_records_is_judged(fit: AwsScene, selectors: list[dict[str, Any]], reason: str) -> None:
    fit.trails.put_event_selectors(TrailName=TRAIL, EventSelectors=selectors)
    found = describe(fit)
    assert [verdict for verdict, _ in found] == (["failed"] if reason else [])
    assert reason in "".join(text for _, text in found)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([[MANAGEMENT]], ""),
        ([[MANAGEMENT, {"Field": "readOnly", "Equals": ["true"]}]], "does not record write"),
        (
            [[MANAGEMENT, {"Field": "readOnly", "Equals": [value]}] for value in ("true", "false")],
            "",
        ),
        ([[MANAGEMENT, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}]], "kms.amazonaws.com"),
        ([[{"Field": "eventCategory", "Equals": ["Data"]}]], "does not record read and write"),
    ],
)
def test_advanced_selectors_are_judged(fit: AwsScene, fields: list[list[dict[str, Any]]], reason: str) -> None:
    fit.trails.put_event_selectors(
        TrailName=TRAIL, AdvancedEventSelectors=[{"FieldSelectors": each} for each in fields]
    )
    found = describe(fit)
    assert [verdict for verdict, _ in found] == (["failed"] if reason else [])
    assert reason in "".join(text for _, text in found)


def test_of_several_trails_one_that_fits_is_taken(fit: AwsScene) -> None:
    fit.make_trail("a-trail-without-a-topic")
    assert (look(fit).arn, look(fit).findings) == (ARN, ())


@pytest.mark.parametrize("action", ["DescribeTrails", "GetTrailStatus"])
def test_a_look_that_is_not_allowed_is_refused_with_the_permission(fit: AwsScene, action: str) -> None:
    fit.deny(action)
    ((verdict, text),) = describe(fit)
    assert (verdict, f"cloudtrail:{action}" in text) == ("failed", True)
