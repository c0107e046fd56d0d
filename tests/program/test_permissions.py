"""Who may do what: the role that Trend assumes, and the policy of the trail's bucket."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.aws.context import AwsContext
from components.settings.model import ExistingTrail, NewTrail, Settings
from tests.program.deployment import deploy
from tests.program.recorder import EXTERNAL_ID, WHERE, plain_texts

EXISTING = Settings(trail=ExistingTrail("a-trail-bucket"))
NEW = Settings(trail=NewTrail())
CHINA = AwsContext("012345678901", "cn-north-1", "aws-cn", "amazonaws.com.cn")
GOVERNMENT = AwsContext("012345678901", "us-gov-west-1", "aws-us-gov", "amazonaws.com")

# As Trend documents them.
ACTIONS = {
    "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeRegions", "ec2:DescribeSubnets", "ec2:DescribeTags",
    "ec2:DescribeVpcs", "ec2:DescribeAvailabilityZones", "ec2:DescribeSecurityGroups", "workspaces:DescribeWorkspaces",
    "workspaces:DescribeWorkspaceDirectories", "workspaces:DescribeWorkspaceBundles", "workspaces:DescribeTags",
    "iam:ListAccountAliases", "iam:GetRole", "iam:GetRolePolicy",
}  # fmt: skip


def test_the_role_may_do_the_fifteen_reads_and_nothing_else() -> None:
    policy = deploy(EXISTING).engine.one("aws:iam/rolePolicy:RolePolicy").inputs
    document = json.loads(policy["policy"])
    (statement,) = document["Statement"]
    assert document["Version"] == "2012-10-17"
    assert (statement["Effect"], statement["Resource"], set(statement)) == (
        "Allow", "*", {"Effect", "Action", "Resource"},
    )  # fmt: skip
    assert len(statement["Action"]) == len(ACTIONS) == 15
    assert set(statement["Action"]) == ACTIONS
    assert policy["role"] == "workload-security"


def test_trends_account_alone_may_assume_the_role_and_only_for_this_tenant() -> None:
    role = deploy(EXISTING).engine.one("aws:iam/role:Role").inputs
    assert json.loads(role["assumeRolePolicy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::147995105371:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
            }
        ],
    }


def test_the_role_has_no_name_of_its_own_nor_any_further_policy() -> None:
    role = deploy(EXISTING).engine.one("aws:iam/role:Role").inputs
    assert set(role) == {"assumeRolePolicy", "description", "tags"}


def test_guard_rails_reach_the_role() -> None:
    boundary = "arn:aws:iam::012345678901:policy/rails"
    role = deploy(replace(EXISTING, permissions_boundary=boundary, role_path="/security/")).engine.one(
        "aws:iam/role:Role"
    )
    assert (role.inputs["permissionsBoundary"], role.inputs["path"]) == (boundary, "/security/")


def bucket_statements(where: AwsContext = WHERE) -> dict[str, dict[str, Any]]:
    policy = deploy(NEW, where).engine.one("aws:s3/bucketPolicy:BucketPolicy").inputs
    assert policy["bucket"] == "trail-bucket"
    return {each.pop("Sid"): each for each in json.loads(policy["policy"])["Statement"]}


def test_the_bucket_lets_this_very_trail_deliver_and_nobody_else() -> None:
    statements = bucket_statements()
    trail = "arn:aws:cloudtrail:us-east-1:012345678901:trail/trend-onboarding-dev"
    bucket = "arn:aws:x:::trail-bucket"
    assert {name for name, each in statements.items() if each["Effect"] == "Allow"} == {
        "TrailReadsAcl",
        "TrailWritesLogs",
    }
    assert statements["TrailReadsAcl"] == {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:GetBucketAcl",
        "Resource": bucket,
        "Condition": {"StringEquals": {"aws:SourceArn": trail}},
    }
    assert statements["TrailWritesLogs"] == {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{bucket}/AWSLogs/012345678901/*",
        "Condition": {"StringEquals": {"aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control"}},
    }


def test_nobody_talks_to_the_bucket_without_tls() -> None:
    assert bucket_statements()["TlsOnly"] == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:x:::trail-bucket", "arn:aws:x:::trail-bucket/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_the_policy_names_the_trail_that_is_made() -> None:
    trail = deploy(NEW).engine.one("aws:cloudtrail/trail:Trail").inputs
    arn = bucket_statements()["TrailReadsAcl"]["Condition"]["StringEquals"]["aws:SourceArn"]
    assert arn.endswith(f":trail/{trail['name']}")


@pytest.mark.parametrize("where", [CHINA, GOVERNMENT])
def test_partition_and_hosts_are_those_of_the_provider(where: AwsContext) -> None:
    engine = deploy(NEW, where).engine
    vendors = ("arn:aws:x:", "https://a-bucket.s3.amazonaws.com/")  # the recorder's and Trend's own
    texts = [text for each in engine.made for text in plain_texts(each.inputs) if not text.startswith(vendors)]
    for text in texts:
        for literal in ("arn:aws:iam", "arn:aws:cloudtrail", "us-east-1"):
            assert literal not in text
    trust = json.loads(engine.one("aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"]["AWS"] == f"arn:{where.partition}:iam::147995105371:root"
    source = bucket_statements(where)["TrailReadsAcl"]["Condition"]["StringEquals"]["aws:SourceArn"]
    assert source == f"arn:{where.partition}:cloudtrail:{where.region}:012345678901:trail/trend-onboarding-dev"
    template = engine.one("aws:cloudformation/stack:Stack", "management-role").inputs["templateUrl"]
    assert f".s3.{where.region}.{where.url_suffix}/" in template
