"""The resources beside a bucket in the AWS plugin: calls and their order, drift, going with the bucket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import Engine, Failed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

BUCKET = "aws:s3/bucket:Bucket"


def denial(action: str) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def lifecycle(days: int) -> dict[str, Any]:
    return {
        "rules": [
            {
                "id": "old",
                "status": "Enabled",
                "filter": {},
                "expiration": {"days": days},
                "noncurrentVersionExpiration": {"noncurrentDays": 30},
                "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                "transitions": [{"days": 60, "storageClass": "GLACIER"}],
            }
        ]
    }


def encryption(algorithm: str) -> dict[str, Any]:
    return {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}}]}


SIBLINGS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, list[str]]]] = {
    "aws:s3/bucketVersioning:BucketVersioning": (
        {"versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
        {
            "create": ["PutBucketVersioning", *["GetBucketVersioning"] * 6],
            "read": ["GetBucketVersioning"] * 3,
            "update": ["PutBucketVersioning", *["GetBucketVersioning"] * 3],
            "delete": ["PutBucketVersioning"],
        },
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        encryption("AES256"),
        encryption("aws:kms"),
        {
            "create": ["PutBucketEncryption", "GetBucketEncryption", "GetBucketEncryption"],
            "read": ["GetBucketEncryption"],
            "update": ["PutBucketEncryption", "GetBucketEncryption"],
            "delete": ["DeleteBucketEncryption"],
        },
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        {"blockPublicAcls": True},
        {"blockPublicAcls": True, "blockPublicPolicy": True},
        {
            "create": ["PutPublicAccessBlock", "GetPublicAccessBlock", "GetPublicAccessBlock"],
            "read": ["GetPublicAccessBlock"],
            "update": ["PutPublicAccessBlock"],
            "delete": ["DeletePublicAccessBlock", "GetPublicAccessBlock"],
        },
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        {
            "create": ["PutBucketOwnershipControls", "GetBucketOwnershipControls", "GetBucketOwnershipControls"],
            "read": ["GetBucketOwnershipControls"],
            "update": ["PutBucketOwnershipControls", "GetBucketOwnershipControls"],
            "delete": ["DeleteBucketOwnershipControls", "GetBucketOwnershipControls"],
        },
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        lifecycle(365),
        lifecycle(730),
        {
            "create": ["PutBucketLifecycleConfiguration", *["GetBucketLifecycleConfiguration"] * 5],
            "read": ["GetBucketLifecycleConfiguration"] * 2,
            "update": ["PutBucketLifecycleConfiguration", *["GetBucketLifecycleConfiguration"] * 5],
            "delete": ["DeleteBucketLifecycle", "GetBucketLifecycleConfiguration"],
        },
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (
        {"policy": denial("s3:Put*")},
        {"policy": denial("s3:Get*")},
        {
            "create": ["PutBucketPolicy", "GetBucketPolicy", "GetBucketPolicy"],
            "read": ["GetBucketPolicy"],
            "update": ["PutBucketPolicy", "GetBucketPolicy"],
            "delete": ["DeleteBucketPolicy", "GetBucketPolicy"],
        },
    ),
}


@pytest.fixture
def bucket(engine: Engine) -> Any:
    return engine.resource(BUCKET, "trail").create({})


def test_a_bucket_shows_what_the_siblings_did_without_a_difference(engine: Engine, bucket: Any) -> None:
    for token in SIBLINGS:
        engine.resource(token).create({"bucket": bucket.id, **SIBLINGS[token][0]})
    assert bucket.refresh()
    assert bucket.outputs["versioning"]["enabled"] is True
    assert "s3:Put*" in bucket.outputs["policy"]
    assert bucket.changes({}) == {}


@pytest.mark.parametrize("token", SIBLINGS)
def test_a_sibling_lives(engine: Engine, bucket: Any, token: str) -> None:
    first, second, calls = SIBLINGS[token]
    first, second = {"bucket": bucket.id, **first}, {"bucket": bucket.id, **second}
    sibling = engine.resource(token)
    assert engine.calls_of(lambda: sibling.create(first)) == calls["create"]
    assert sibling.id == bucket.id
    assert sibling.changes(first) == {}
    inputs = sibling.inputs
    assert engine.calls_of(sibling.refresh) == calls["read"]
    assert sibling.inputs == inputs
    assert sibling.changes(first) == {}
    assert sibling.changes(second) != {}
    assert engine.calls_of(lambda: sibling.update(second)) == calls["update"]
    assert sibling.changes(second) == {}
    assert sibling.refresh()
    assert sibling.changes(second) == {}
    assert sibling.changes(first) != {}
    assert sibling.replaced({**second, "bucket": "other"}) == (["bucket"], False)
    assert engine.calls_of(sibling.delete) == calls["delete"]


@pytest.mark.parametrize("token", SIBLINGS)
def test_a_sibling_goes_with_its_bucket(engine: Engine, bucket: Any, token: str) -> None:
    sibling = engine.resource(token).create({"bucket": bucket.id, **SIBLINGS[token][0]})
    bucket.delete()
    assert not sibling.refresh()
    sibling.delete()


@pytest.mark.parametrize("token", [token for token in SIBLINGS if "OwnershipControls" not in token])
def test_a_sibling_waits_for_a_bucket_that_is_not_known_everywhere(engine: Engine, bucket: Any, token: str) -> None:
    put = SIBLINGS[token][2]["create"][0]
    engine.refuse("s3", put, "NoSuchBucket", "The specified bucket does not exist", times=2)
    sibling = engine.resource(token)
    calls = engine.calls_of(lambda: sibling.create({"bucket": bucket.id, **SIBLINGS[token][0]}))
    assert calls == [put, put, *SIBLINGS[token][2]["create"]]


def test_ownership_controls_do_not_wait_for_their_bucket(engine: Engine, bucket: Any) -> None:
    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    engine.refuse("s3", "PutBucketOwnershipControls", "NoSuchBucket", "The specified bucket does not exist", times=1)
    with pytest.raises(Failed, match=r"creating S3 Bucket Ownership Controls .*NoSuchBucket"):
        engine.resource(token).create({"bucket": bucket.id, **SIBLINGS[token][0]})


@pytest.mark.parametrize("token", SIBLINGS)
def test_a_conflict_on_a_bucket_is_waited_out(engine: Engine, bucket: Any, token: str) -> None:
    put = SIBLINGS[token][2]["create"][0]
    engine.refuse("s3", put, "OperationAborted", "A conflicting conditional operation is in progress", times=1)
    sibling = engine.resource(token)
    calls = engine.calls_of(lambda: sibling.create({"bucket": bucket.id, **SIBLINGS[token][0]}))
    assert calls[:2] == [put, put]


def test_versioning_is_never_taken_back_to_disabled(engine: Engine, bucket: Any) -> None:
    token = "aws:s3/bucketVersioning:BucketVersioning"
    versioning = engine.resource(token).create({"bucket": bucket.id, "versioningConfiguration": {"status": "Enabled"}})
    with pytest.raises(Failed, match="cannot be updated from 'Enabled' to 'Disabled'"):
        versioning.diff({"bucket": bucket.id, "versioningConfiguration": {"status": "Disabled"}})


def test_a_disabled_status_is_not_put(engine: Engine, bucket: Any) -> None:
    news = {"bucket": bucket.id, "versioningConfiguration": {"status": "Disabled"}}
    versioning = engine.resource("aws:s3/bucketVersioning:BucketVersioning")
    assert "PutBucketVersioning" not in engine.calls_of(lambda: versioning.create(news))
    assert versioning.changes(news) == {}


def test_an_access_block_may_be_left_behind(engine: Engine, bucket: Any) -> None:
    news = {"bucket": bucket.id, "blockPublicAcls": True, "skipDestroy": True}
    block = engine.resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").create(news)
    assert engine.calls_of(block.delete) == []
    assert block.refresh()


def test_an_encryption_removed_elsewhere_is_gone(engine: Engine, bucket: Any, live: Any) -> None:
    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    sibling = engine.resource(token).create({"bucket": bucket.id, **encryption("AES256")})
    live("s3").delete_bucket_encryption(Bucket=bucket.id)
    assert not sibling.refresh()
