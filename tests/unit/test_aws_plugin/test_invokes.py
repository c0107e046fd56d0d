"""Functions of the AWS plugin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import Failed, PluginEngine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

IDENTITY = "aws:index/getCallerIdentity:getCallerIdentity"
REGION = "aws:index/getRegion:getRegion"
PARTITION = "aws:index/getPartition:getPartition"


def test_the_caller_is_asked_of_sts(engine: PluginEngine) -> None:
    assert engine.calls_of(lambda: engine.invoke(IDENTITY)) == ["GetCallerIdentity"]
    answer = engine.invoke(IDENTITY)
    assert (answer["accountId"], answer["id"]) == ("123456789012", "123456789012")
    assert answer.keys() == {"accountId", "arn", "id", "userId"}


def test_the_region_is_told_without_a_call(bare_engine: PluginEngine) -> None:
    bare_engine.configure(region="eu-central-1")
    answer: dict[str, Any] = {}
    assert bare_engine.calls_of(lambda: answer.update(bare_engine.invoke(REGION))) == []
    assert answer["region"] == "eu-central-1"
    assert answer["endpoint"] == "ec2.eu-central-1.amazonaws.com"
    assert answer["description"] == "Europe (Frankfurt)"


@pytest.mark.parametrize("region", ["mars-1", "aws-global"])
def test_a_region_that_aws_lacks_is_refused(bare_engine: PluginEngine, region: str) -> None:
    bare_engine.configure(region=region)
    with pytest.raises(Failed, match=f"no matching regions found: {region}"):
        bare_engine.invoke(REGION)


@pytest.mark.parametrize(
    ("region", "partition", "suffix", "reverse"),
    [
        ("us-east-1", "aws", "amazonaws.com", "com.amazonaws"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn", "cn.com.amazonaws"),
    ],
)
def test_the_partition_follows_the_region(
    bare_engine: PluginEngine, region: str, partition: str, suffix: str, reverse: str
) -> None:
    bare_engine.configure(region=region)
    assert bare_engine.invoke(PARTITION) == {
        "dnsSuffix": suffix,
        "id": partition,
        "partition": partition,
        "reverseDnsPrefix": reverse,
    }


def test_what_is_not_implemented_is_refused(engine: PluginEngine) -> None:
    for name in ("ec2/getVpc:getVpc", "s3/getBucket:getBucket"):
        with pytest.raises(Failed, match=f"does not implement the function aws:{name}"):
            engine.invoke(f"aws:{name}")
    with pytest.raises(Failed, match=f"does not implement argument 'region' of {REGION}"):
        engine.invoke(REGION, region="eu-central-1")
