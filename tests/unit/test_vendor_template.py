"""Reading the text of a CloudFormation template: its address, its runtimes, what it makes."""

from __future__ import annotations

import datetime
import json
from importlib import resources

import pytest

from components.aws.errors import AwsError
from components.aws.template import RETIRED, object_of, parse

TODAY = datetime.date(2026, 11, 24)
YAML = b"""
Resources:
  Old: {Type: "AWS::Lambda::Function", Properties: {Runtime: python3.8, Role: !GetAtt Role.Arn, X: !Join ["", [a]]}}
  New: {Type: "AWS::Lambda::Function", Properties: {Runtime: python3.13}}
  Role: {Type: "AWS::IAM::Role", Condition: Wanted}
"""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.b.s3.eu-west-2.amazonaws.com/x/y.yaml", ("a.b", "x/y.yaml", "eu-west-2")),
        ("https://bucket.s3.amazonaws.com/y.yaml", ("bucket", "y.yaml", "")),
        ("https://bucket.s3-eu-west-2.amazonaws.com/y.yaml", ("bucket", "y.yaml", "eu-west-2")),
        ("https://s3.eu-west-2.amazonaws.com/bucket/x/y.yaml", ("bucket", "x/y.yaml", "eu-west-2")),
        ("https://bucket.s3.cn-north-1.amazonaws.com.cn/y%20z", ("bucket", "y z", "cn-north-1")),
        ("https://bucket.s3.us-gov-west-1.amazonaws.com/y", ("bucket", "y", "us-gov-west-1")),
    ],
)
def test_every_form_of_an_address_in_s3_is_understood(url: str, expected: tuple[str, str, str]) -> None:
    assert object_of(url) == expected


@pytest.mark.parametrize("url", ["https://example.com/x.yaml", "", "https://s3.amazonaws.com.example.com/b/x"])
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(AwsError, match="not an address in S3"):
        object_of(url)


def test_the_functions_with_a_retired_runtime_are_named() -> None:
    assert parse("url", YAML).retired_runtimes(TODAY) == {"Old": "python3.8"}
    assert parse("url", YAML).retired_runtimes(datetime.date(2024, 10, 13)) == {}


def test_a_template_in_json_is_read_alike() -> None:
    body = json.dumps({"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs16.x"}}}})
    assert parse("url", body.encode()).retired_runtimes(TODAY) == {"F": "nodejs16.x"}


def test_a_resource_under_a_condition_is_not_made_for_sure() -> None:
    assert parse("url", YAML).makes("AWS::Lambda::Function")
    assert not parse("url", YAML).makes("AWS::IAM::Role")


@pytest.mark.parametrize("body", [b"<html>", b"", b"{", b"Resources: [a]", b"\xff\xfe\x00", b"a: b"])
def test_what_is_no_template_is_refused(body: bytes) -> None:
    with pytest.raises(AwsError, match="not a CloudFormation template"):
        parse("url", body)


def test_the_days_are_those_that_aws_announces() -> None:
    """cfn-lint, which AWS keeps, holds the same days: every runtime that has had its day is in our table."""
    path = resources.files("cfnlint") / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json"
    days = {name: each["deprecated"] for name, each in json.loads(path.read_text(encoding="utf-8")).items()}
    assert {name: day for name, day in days.items() if day <= TODAY.isoformat()}.items() <= RETIRED.items()
    assert RETIRED.items() <= days.items()
