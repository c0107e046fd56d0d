"""S3 types of the AWS plugin: calls and their order, emptying, failures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import Engine, Failed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

BUCKET = "aws:s3/bucket:Bucket"
READ_BUCKET = [
    "HeadBucket",
    "GetBucketPolicy",
    "GetBucketAcl",
    "GetBucketCors",
    "GetBucketWebsite",
    "GetBucketVersioning",
    "GetBucketAccelerateConfiguration",
    "GetBucketRequestPayment",
    "GetBucketLogging",
    "GetBucketLifecycleConfiguration",
    "GetBucketReplication",
    "GetBucketEncryption",
    "GetObjectLockConfiguration",
    "HeadBucket",
    "ListTagsForResource",
]


@pytest.fixture
def bucket(engine: Engine) -> Any:
    return engine.resource(BUCKET, "trail").create({})


def test_a_bucket_is_made_and_all_of_it_read(engine: Engine, live: Any) -> None:
    bucket, news = engine.resource(BUCKET), {"tags": {"a": "b"}}
    # The TagResource is the plugin's own: moto drops the tags that CreateBucket has.
    calls = ["HeadBucket", "CreateBucket", "HeadBucket", "TagResource", *READ_BUCKET]
    assert engine.calls_of(lambda: bucket.create(news)) == calls
    request = dict(engine.requests)["CreateBucket"]
    assert request["CreateBucketConfiguration"] == {"Tags": [{"Key": "a", "Value": "b"}]}
    assert bucket.outputs["arn"] == f"arn:aws:s3:::{bucket.id}"
    assert bucket.outputs["bucketRegionalDomainName"] == f"{bucket.id}.s3.us-east-1.amazonaws.com"
    assert bucket.changes(news) == {}
    assert engine.calls_of(bucket.refresh) == READ_BUCKET
    assert live("s3").get_bucket_tagging(Bucket=bucket.id)["TagSet"] == [{"Key": "a", "Value": "b"}]


def test_a_bucket_stands_in_the_region_it_names(engine: Engine) -> None:
    bucket = engine.resource(BUCKET)
    engine.record("s3", "eu-west-2")
    calls = engine.calls_of(lambda: bucket.create({"region": "eu-west-2", "tags": {"a": "b"}}))
    assert calls[:2] == ["CreateBucket", "HeadBucket"]
    assert (bucket.outputs["bucketRegion"], bucket.outputs["region"]) == ("eu-west-2", "eu-west-2")
    assert bucket.outputs["tagsAll"] == {"a": "b"}
    assert bucket.replaced({"tags": {"a": "b"}}) == (["region"], False)


def test_tags_of_a_bucket_change_before_the_rest(engine: Engine) -> None:
    bucket = engine.resource(BUCKET).create({"tags": {"a": "1", "b": "1"}})
    news = {"tags": {"a": "2"}, "forceDestroy": True}
    assert engine.calls_of(lambda: bucket.update(news)) == ["UntagResource", "TagResource", *READ_BUCKET]
    assert bucket.outputs["tagsAll"] == {"a": "2"}
    assert bucket.changes(news) == {}


def test_tags_fall_back_to_the_old_calls_where_the_new_ones_are_forbidden(engine: Engine) -> None:
    bucket = engine.resource(BUCKET).create({"tags": {"a": "1", "b": "1"}})
    message = "User is not authorized to perform: s3:TagResource"
    for operation in ("TagResource", "UntagResource", "ListTagsForResource"):
        engine.refuse("s3control", operation, "AccessDenied", message)
    calls = engine.calls_of(lambda: bucket.update({"tags": {"a": "2"}}))
    assert calls[:3] == ["UntagResource", "GetBucketTagging", "PutBucketTagging"]
    assert calls[-2:] == ["ListTagsForResource", "GetBucketTagging"]
    assert bucket.outputs["tagsAll"] == {"a": "2"}


def test_a_bucket_whose_tags_are_refused_is_made_without_them_first(engine: Engine) -> None:
    message = "User is not authorized to perform: s3:TagResource on resource"
    engine.refuse("s3", "CreateBucket", "AccessDenied", message, times=1)
    bucket = engine.resource(BUCKET)
    calls = engine.calls_of(lambda: bucket.create({"tags": {"a": "1"}}))
    assert calls[:3] == ["HeadBucket", "CreateBucket", "CreateBucket"]
    assert bucket.outputs["tagsAll"] == {"a": "1"}


def test_a_name_that_is_taken_is_not_adopted(engine: Engine, bucket: Any) -> None:
    with pytest.raises(Failed, match="BucketAlreadyExists"):
        engine.resource(BUCKET).create({"bucket": bucket.id})


def test_a_forbidden_part_fails_the_read(engine: Engine, bucket: Any) -> None:
    engine.refuse("s3", "GetBucketCors", "AccessDenied", "Access Denied")
    with pytest.raises(Failed, match=r"reading S3 Bucket .*AccessDenied"):
        bucket.refresh()


def test_a_bucket_that_does_not_answer_a_head_is_gone(engine: Engine, bucket: Any, live: Any) -> None:
    live("s3").delete_bucket(Bucket=bucket.id)
    assert engine.calls_of(bucket.refresh) == ["HeadBucket"]
    assert not bucket.refresh()
    bucket.delete()


def test_a_full_bucket_is_emptied_only_if_the_state_says_so(engine: Engine, bucket: Any, live: Any) -> None:
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
