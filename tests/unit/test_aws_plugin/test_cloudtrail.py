"""What is a trail's own in the AWS plugin: logging, what an update sends, half-made trails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import BUCKET, READ_TRAIL, TRAIL, Failed, PluginEngine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def bucket(engine: PluginEngine) -> str:
    made: str = engine.resource(BUCKET, "logs").create({}).id
    return made


def test_a_trail_that_need_not_log_is_not_started(engine: PluginEngine, bucket: str) -> None:
    trail = engine.resource(TRAIL)
    calls = engine.calls_of(lambda: trail.create({"s3BucketName": bucket, "enableLogging": False}))
    assert calls == ["CreateTrail", *READ_TRAIL]


def test_an_update_sends_only_what_changed(engine: PluginEngine, bucket: str) -> None:
    trail = engine.resource(TRAIL).create({"s3BucketName": bucket})
    trail.update({"s3BucketName": bucket, "isMultiRegionTrail": True})
    assert dict(engine.requests)["UpdateTrail"] == {"Name": trail.id, "IsMultiRegionTrail": True}


def test_a_change_of_tags_alone_updates_nothing_else(engine: PluginEngine, bucket: str) -> None:
    trail = engine.resource(TRAIL).create({"s3BucketName": bucket})
    assert engine.calls_of(lambda: trail.update({"s3BucketName": bucket, "tags": {"a": "1"}})) == [
        "AddTags",
        *READ_TRAIL,
    ]


def test_a_trail_that_was_stopped_elsewhere_is_started_again(engine: PluginEngine, bucket: str, live: Any) -> None:
    news = {"s3BucketName": bucket}
    trail = engine.resource(TRAIL).create(news)
    live("cloudtrail").stop_logging(Name=trail.id)
    assert trail.refresh()
    assert trail.changes(news) == {"enableLogging": "UPDATE"}
    assert "enableLogging" not in trail.inputs["__defaults"]
    assert engine.calls_of(lambda: trail.update(news)) == ["StartLogging", *READ_TRAIL]


def test_a_refused_start_keeps_the_trail_with_the_reason(engine: PluginEngine, bucket: str) -> None:
    engine.refuse("cloudtrail", "StartLogging", "AccessDeniedException", "not authorized to perform StartLogging")
    with pytest.raises(Failed, match=r"starting CloudTrail Trail .* logging: AccessDeniedException") as failed:
        engine.resource(TRAIL).create({"s3BucketName": bucket, "name": "half"})
    assert failed.value.kept
    assert failed.value.kept.id.endswith(":trail/half")


def test_an_insufficient_bucket_policy_is_not_retried(engine: PluginEngine, bucket: str) -> None:
    engine.refuse("cloudtrail", "CreateTrail", "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy")
    engine.calls.clear()
    with pytest.raises(Failed, match=r"creating CloudTrail Trail .*InsufficientS3BucketPolicyException") as failed:
        engine.resource(TRAIL).create({"s3BucketName": bucket})
    assert engine.calls == ["CreateTrail"]
    assert failed.value.kept is None


def test_other_trails_are_neither_read_nor_deleted_with_it(engine: PluginEngine, bucket: str, live: Any) -> None:
    other = live("cloudtrail").create_trail(Name="other", S3BucketName=bucket)["TrailARN"]
    trail = engine.resource(TRAIL).create({"s3BucketName": bucket})
    trail.delete()
    assert not trail.refresh()
    assert [item["TrailARN"] for item in live("cloudtrail").describe_trails()["trailList"]] == [other]
