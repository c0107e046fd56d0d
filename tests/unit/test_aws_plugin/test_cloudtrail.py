"""The AWS plugin's trail: calls and their order, drift, half-made trails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import Engine, Failed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TRAIL = "aws:cloudtrail/trail:Trail"
READ = ["DescribeTrails", "GetTrailStatus", "ListTags"]


@pytest.fixture
def bucket(engine: Engine) -> str:
    made: str = engine.resource("aws:s3/bucket:Bucket", "logs").create({}).id
    return made


def test_a_trail_is_made_started_and_read(engine: Engine, bucket: str) -> None:
    trail, news = engine.resource(TRAIL), {"s3BucketName": bucket, "tags": {"a": "b"}}
    assert engine.calls_of(lambda: trail.create(news)) == ["CreateTrail", "StartLogging", *READ]
    assert dict(engine.requests)["CreateTrail"]["TagsList"] == [{"Key": "a", "Value": "b"}]
    assert trail.id == trail.outputs["arn"]
    assert trail.outputs["enableLogging"] is True
    assert trail.outputs["homeRegion"] == "us-east-1"
    assert trail.changes(news) == {}
    assert engine.calls_of(trail.refresh) == READ
    assert trail.changes(news) == {}


def test_a_trail_that_need_not_log_is_not_started(engine: Engine, bucket: str) -> None:
    trail = engine.resource(TRAIL)
    calls = engine.calls_of(lambda: trail.create({"s3BucketName": bucket, "enableLogging": False}))
    assert calls == ["CreateTrail", *READ]


def test_an_update_sends_only_what_changed(engine: Engine, bucket: str) -> None:
    trail = engine.resource(TRAIL).create({"s3BucketName": bucket, "s3KeyPrefix": "x", "tags": {"a": "1", "b": "1"}})
    news = {"s3BucketName": bucket, "isMultiRegionTrail": True, "enableLogging": False, "tags": {"a": "2"}}
    calls = engine.calls_of(lambda: trail.update(news))
    assert calls == ["RemoveTags", "AddTags", "UpdateTrail", "StopLogging", *READ]
    sent = dict(engine.requests)["UpdateTrail"]
    assert sent == {"Name": trail.id, "S3KeyPrefix": "", "IsMultiRegionTrail": True}
    assert trail.outputs["tagsAll"] == {"a": "2"}


def test_a_change_of_tags_alone_updates_nothing_else(engine: Engine, bucket: str) -> None:
    trail = engine.resource(TRAIL).create({"s3BucketName": bucket})
    assert engine.calls_of(lambda: trail.update({"s3BucketName": bucket, "tags": {"a": "1"}})) == ["AddTags", *READ]


def test_a_trail_that_was_stopped_elsewhere_is_started_again(engine: Engine, bucket: str, live: Any) -> None:
    news = {"s3BucketName": bucket}
    trail = engine.resource(TRAIL).create(news)
    live("cloudtrail").stop_logging(Name=trail.id)
    assert trail.refresh()
    assert trail.changes(news) == {"enableLogging": "UPDATE"}
    assert "enableLogging" not in trail.inputs["__defaults"]
    assert engine.calls_of(lambda: trail.update(news)) == ["StartLogging", *READ]


def test_a_refused_start_keeps_the_trail_with_the_reason(engine: Engine, bucket: str) -> None:
    engine.refuse("cloudtrail", "StartLogging", "AccessDeniedException", "not authorized to perform StartLogging")
    with pytest.raises(Failed, match=r"starting CloudTrail Trail .* logging: AccessDeniedException") as failed:
        engine.resource(TRAIL).create({"s3BucketName": bucket, "name": "half"})
    assert failed.value.kept
    assert failed.value.kept.id.endswith(":trail/half")


def test_an_insufficient_bucket_policy_is_not_retried(engine: Engine, bucket: str) -> None:
    engine.refuse("cloudtrail", "CreateTrail", "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy")
    engine.calls.clear()
    with pytest.raises(Failed, match=r"creating CloudTrail Trail .*InsufficientS3BucketPolicyException") as failed:
        engine.resource(TRAIL).create({"s3BucketName": bucket})
    assert engine.calls == ["CreateTrail"]
    assert failed.value.kept is None


def test_a_trail_is_replaced_by_name_and_gone_after_delete(engine: Engine, bucket: str, live: Any) -> None:
    other = live("cloudtrail").create_trail(Name="other", S3BucketName=bucket)["TrailARN"]
    trail = engine.resource(TRAIL).create({"s3BucketName": bucket, "name": "mine"})
    assert trail.replaced({"s3BucketName": bucket, "name": "yours"}) == (["name"], True)
    assert engine.calls_of(trail.delete) == ["DeleteTrail"]
    assert not trail.refresh()
    assert [item["TrailARN"] for item in live("cloudtrail").describe_trails()["trailList"]] == [other]
    trail.delete()


def test_event_selectors_are_refused(engine: Engine, bucket: str) -> None:
    _, failures = engine.resource(TRAIL).check({"s3BucketName": bucket, "eventSelectors": []})
    assert list(failures) == ["eventSelectors"]
