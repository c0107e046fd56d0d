"""What is a bucket's own in the AWS plugin: its region, its tags where they are refused, emptying."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import BUCKET, Failed, PluginEngine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def bucket(engine: PluginEngine) -> Any:
    return engine.resource(BUCKET, "trail").create({})


def test_a_bucket_stands_in_the_region_it_names(engine: PluginEngine) -> None:
    bucket = engine.resource(BUCKET)
    engine.record("s3", "eu-west-2")
    assert engine.calls_of(lambda: bucket.create({"region": "eu-west-2"}))[:2] == ["CreateBucket", "HeadBucket"]
    assert (bucket.outputs["bucketRegion"], bucket.outputs["region"]) == ("eu-west-2", "eu-west-2")
    assert bucket.replaced({}) == (["region"], False)


def test_tags_fall_back_to_the_old_calls_where_the_new_ones_are_forbidden(engine: PluginEngine) -> None:
    bucket = engine.resource(BUCKET).create({"tags": {"a": "1", "b": "1"}})
    message = "User is not authorized to perform: s3:TagResource"
    for operation in ("TagResource", "UntagResource", "ListTagsForResource"):
        engine.refuse("s3control", operation, "AccessDenied", message)
    calls = engine.calls_of(lambda: bucket.update({"tags": {"a": "2"}}))
    assert calls[:3] == ["UntagResource", "GetBucketTagging", "PutBucketTagging"]
    assert calls[-2:] == ["ListTagsForResource", "GetBucketTagging"]
    assert bucket.outputs["tagsAll"] == {"a": "2"}


def test_a_bucket_whose_tags_are_refused_is_made_without_them_first(engine: PluginEngine) -> None:
    message = "User is not authorized to perform: s3:TagResource on resource"
    engine.refuse("s3", "CreateBucket", "AccessDenied", message, times=1)
    bucket = engine.resource(BUCKET)
    calls = engine.calls_of(lambda: bucket.create({"tags": {"a": "1"}}))
    assert calls[:3] == ["HeadBucket", "CreateBucket", "CreateBucket"]
    assert bucket.outputs["tagsAll"] == {"a": "1"}


def test_a_name_that_is_taken_is_not_adopted(engine: PluginEngine, bucket: Any) -> None:
    with pytest.raises(Failed, match="BucketAlreadyExists"):
        engine.resource(BUCKET).create({"bucket": bucket.id})


def test_a_full_bucket_is_emptied_only_if_the_state_says_so(engine: PluginEngine, bucket: Any, live: Any) -> None:
    s3 = live("s3")
    s3.put_bucket_versioning(Bucket=bucket.id, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket.id, Key="log", Body=b"1")
    s3.put_object(Bucket=bucket.id, Key="log", Body=b"2")
    s3.delete_object(Bucket=bucket.id, Key="log")
    with pytest.raises(Failed, match="BucketNotEmpty"):
        bucket.delete()
    bucket.update({"forceDestroy": True})
    calls = ["DeleteBucket", "ListObjectVersions", "DeleteObjects", "DeleteBucket", "HeadBucket"]
    assert engine.calls_of(bucket.delete) == calls
    assert not bucket.refresh()
