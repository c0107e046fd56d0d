"""Functions of the AWS plugin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import Engine, Failed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

IDENTITY = "aws:index/getCallerIdentity:getCallerIdentity"
REGION = "aws:index/getRegion:getRegion"
PARTITION = "aws:index/getPartition:getPartition"
BUCKET = "aws:s3/getBucket:getBucket"


def test_the_caller_is_asked_of_sts(engine: Engine) -> None:
    assert engine.calls_of(lambda: engine.invoke(IDENTITY)) == ["GetCallerIdentity"]
    answer = engine.invoke(IDENTITY)
    assert (answer["accountId"], answer["id"]) == ("123456789012", "123456789012")
    assert answer.keys() == {"accountId", "arn", "id", "userId"}


def test_the_region_is_told_without_a_call(engine: Engine) -> None:
    assert engine.calls_of(lambda: engine.invoke(REGION)) == []
    answer = engine.invoke(REGION, region="eu-central-1")
    assert answer["endpoint"] == "ec2.eu-central-1.amazonaws.com"
    assert answer["description"] == "Europe (Frankfurt)"
    with pytest.raises(Failed, match="no matching regions found: mars-1"):
        engine.invoke(REGION, region="mars-1")


@pytest.mark.parametrize(
    ("region", "partition", "suffix", "reverse"),
    [
        ("us-east-1", "aws", "amazonaws.com", "com.amazonaws"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn", "cn.com.amazonaws"),
    ],
)
def test_the_partition_follows_the_region(
    bare_engine: Engine, region: str, partition: str, suffix: str, reverse: str
) -> None:
    bare_engine.configure(region=region)
    assert bare_engine.invoke(PARTITION) == {
        "dnsSuffix": suffix,
        "id": partition,
        "partition": partition,
        "reverseDnsPrefix": reverse,
    }


def test_a_bucket_is_looked_up(engine: Engine, live: Any) -> None:
    live("s3").create_bucket(Bucket="mine")
    assert engine.calls_of(lambda: engine.invoke(BUCKET, bucket="mine")) == [
        "HeadBucket",
        "HeadBucket",
        "GetBucketWebsite",
    ]
    answer = engine.invoke(BUCKET, bucket="mine")
    assert (answer["arn"], answer["bucketRegion"], answer["id"]) == ("arn:aws:s3:::mine", "us-east-1", "mine")


def test_a_missing_bucket_is_an_error(engine: Engine) -> None:
    with pytest.raises(Failed, match=r"^reading S3 Bucket \(none\): 404"):
        engine.invoke(BUCKET, bucket="none")


def test_what_is_not_implemented_is_refused(engine: Engine) -> None:
    with pytest.raises(Failed, match="does not implement the function aws:ec2/getVpc:getVpc"):
        engine.invoke("aws:ec2/getVpc:getVpc")
    with pytest.raises(Failed, match="does not implement argument 'colour' of aws:s3/getBucket:getBucket"):
        engine.invoke(BUCKET, bucket="x", colour="red")
