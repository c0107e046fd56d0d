"""Bucket tags last through what moto takes for another creation."""

from __future__ import annotations

from sandbox.sandbox import Sandbox


def test_an_access_block_leaves_the_tags_of_a_bucket_alone(sandbox: Sandbox) -> None:
    s3 = sandbox.aws("s3", "eu-west-2")
    tags = [{"Key": "team", "Value": "security"}]
    s3.create_bucket(Bucket="mine-kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-2", "Tags": tags})
    s3.put_public_access_block(Bucket="mine-kept", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    assert s3.get_bucket_tagging(Bucket="mine-kept")["TagSet"] == tags
