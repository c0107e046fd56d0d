"""Which trails a bucket's policy lets deliver, in each form that a policy takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.aws.bucket_policy import Deliverer, deliverers

TRAIL = "arn:aws:cloudtrail:us-east-1:111111111111:trail/organization"
USUAL = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::logs/AWSLogs/o-a1b2c3d4e5/*",
    "Condition": {"StringEquals": {"aws:SourceArn": TRAIL}},
}
FOUND = [Deliverer(TRAIL, "111111111111", "o-a1b2c3d4e5")]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    "other_form",
    [
        {},
        {"Principal": {"Service": ["config.amazonaws.com", "cloudtrail.amazonaws.com"]}},
        {"Action": ["s3:GetBucketAcl", "s3:Put*"]},
        {"Action": "S3:*"},
        {"Resource": ["arn:aws:s3:::logs/AWSLogs/111111111111/*", "arn:aws:s3:::logs/x/AWSLogs/o-a1b2c3d4e5/*"]},
        {"Condition": {"ArnEquals": {"AWS:sourcearn": [TRAIL]}, "Bool": {"aws:SecureTransport": "true"}}},
    ],
)
def test_a_statement_that_lets_a_trail_deliver_is_read_in_each_form(other_form: dict[str, Any]) -> None:
    assert deliverers(policy({**USUAL, **other_form})) == FOUND


@pytest.mark.parametrize(
    "another",
    [
        {"Effect": "Deny"},
        {"Principal": "*"},
        {"Principal": {"Service": "config.amazonaws.com"}},
        {"Action": "s3:GetBucketAcl"},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:111111111111:trail/*"}}},
    ],
)
def test_another_statement_names_no_trail(another: dict[str, Any]) -> None:
    assert deliverers(policy({**USUAL, **another})) == []


def test_the_statement_of_the_owners_own_logs_does_not_hide_the_organization() -> None:
    own = {**USUAL, "Resource": "arn:aws:s3:::logs/AWSLogs/111111111111/*"}
    assert deliverers(policy(own, USUAL)) == deliverers(policy(USUAL, own)) == FOUND
    assert [each.organization for each in deliverers(policy(own))] == [""]


def test_a_bucket_without_a_policy_and_a_policy_of_one_statement_are_read_too() -> None:
    assert deliverers("") == []
    assert deliverers(json.dumps({"Statement": USUAL})) == FOUND
