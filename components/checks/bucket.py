"""Whether a bucket that exists can be the trail's: whose and where it is, how it encrypts, what it notifies.

Nothing here knows Pulumi or changes anything, so that the program and `python -m operate doctor` ask alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from components.aws.bucket import TrailBucket
from components.aws.errors import calling, error_code
from components.aws.notifications import MOST_CONFIGURATIONS, Notifications
from components.checks.findings import Finding, checked

BUCKET, ENCRYPTION, NOTIFICATIONS = (
    "trail bucket",
    "encryption of the trail bucket",
    "notifications of the trail bucket",
)

# A HEAD has no body, so botocore takes the HTTP status for the error's code.
_FORBIDDEN, _MISSING = "403", "404"
_ANOTHER = "name another one (existingCloudtrailBucketName), or set createNewTrail to true"
CANNOT_DECRYPT = "Trend's forwarder has no right to decrypt with KMS, so it would read nothing"


def bucket_findings(bucket: TrailBucket) -> list[Finding]:
    """Look at whose and where a bucket is, and how it encrypts.

    Where the first look was not good, it is the only one: the others would say the same.
    """
    place = checked(BUCKET, lambda: place_finding(bucket))
    if place.verdict != "ok":
        return [place]
    return [place, checked(ENCRYPTION, lambda: encryption_finding(bucket))]


def place_finding(bucket: TrailBucket) -> Finding:
    """Look whether the bucket exists, in this account and region.

    Raises:
        AwsError: it cannot be determined.
    """
    reply, code = _head(bucket, ExpectedBucketOwner=bucket.account_id)
    if code == _MISSING:
        return Finding(BUCKET, "failed", f"there is no bucket '{bucket.name}'", f"check the name, or {_ANOTHER}")
    if code == _FORBIDDEN:
        return _forbidden_finding(bucket)
    where = reply.get("BucketRegion") or bucket.region
    if where != bucket.region:
        text = f"bucket '{bucket.name}' is in {where}, but this stack works in {bucket.region}"
        return Finding(
            BUCKET,
            "failed",
            text,
            f"name a bucket of {bucket.region} (existingCloudtrailBucketName), or set createNewTrail to true",
        )
    return Finding(BUCKET, "ok", f"bucket '{bucket.name}' is in account {bucket.account_id}, {where}")


def encryption_finding(bucket: TrailBucket) -> Finding:
    """Look whether new objects are encrypted in a way that Trend's forwarder can read.

    Raises:
        AwsError: it cannot be determined.
    """
    from botocore.exceptions import ClientError

    with calling(f"reading the encryption of bucket {bucket.name}", "s3:GetEncryptionConfiguration on the bucket"):
        try:
            reply = bucket.s3.get_bucket_encryption(**bucket.owned)
        except ClientError as error:
            if error_code(error) != "ServerSideEncryptionConfigurationNotFoundError":
                raise
            return Finding(ENCRYPTION, "ok", f"bucket '{bucket.name}' has no encryption of its own: S3 uses SSE-S3")
    rules = reply["ServerSideEncryptionConfiguration"]["Rules"]
    algorithms = {rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "") for rule in rules}
    kms = sorted(each for each in algorithms if each.startswith("aws:kms"))
    if kms:
        name = "DSSE-KMS" if "aws:kms:dsse" in kms else "SSE-KMS"
        text = f"bucket '{bucket.name}' encrypts with {name}: {CANNOT_DECRYPT}"
        return Finding(ENCRYPTION, "failed", text, f"set its default encryption to SSE-S3 (AES256), or {_ANOTHER}")
    return Finding(ENCRYPTION, "ok", f"bucket '{bucket.name}' encrypts with SSE-S3")


def notifications_finding(bucket: TrailBucket, stacks: Iterable[str]) -> Finding:
    """Look whether what others have in the bucket goes together with what Trend's stack adds.

    Args:
        bucket: is asked.
        stacks: every name that Trend's stack has or had; what those have in the bucket is not others'.

    Raises:
        AwsError: it cannot be determined.
    """
    live = bucket.read()
    if live is None:
        return Finding(NOTIFICATIONS, "failed", f"there is no bucket '{bucket.name}'", f"check the name, or {_ANOTHER}")
    functions = frozenset[str]().union(*(bucket.functions_of(name) for name in stacks))
    _, existing = live.split(functions)
    return coexistence_finding(bucket.name, existing)


def coexistence_finding(bucket_name: str, existing: Notifications) -> Finding:
    """Judge what others have in a bucket beside the one notification that Trend's stack adds."""
    for entry in existing.conflicts():
        return Finding(
            NOTIFICATIONS,
            "failed",
            f"bucket {bucket_name} has notification {entry}, and S3 does not take Trend's (each new object of the "
            "whole bucket, to its forwarder) beside it",
            "move it to EventBridge or to other event types, or use another bucket (createNewTrail creates one)",
        )
    if existing.configurations >= MOST_CONFIGURATIONS:
        return Finding(
            NOTIFICATIONS,
            "failed",
            f"bucket {bucket_name} has {existing.configurations} notifications, and S3 takes {MOST_CONFIGURATIONS} in "
            "all: there is no room for that of Trend's forwarder",
            "remove one, move some to EventBridge, or use another bucket (createNewTrail creates one)",
        )
    return Finding(NOTIFICATIONS, "ok", f"the notifications of bucket {bucket_name} go together with Trend's")


def _forbidden_finding(bucket: TrailBucket) -> Finding:
    """Tell another account's bucket from one of this account that may not be looked at: S3 forbids both alike."""
    _, code = _head(bucket)
    if code != _FORBIDDEN or not _is_listed(bucket):
        text = f"bucket '{bucket.name}' belongs to another account than {bucket.account_id}"
        return Finding(BUCKET, "failed", f"{text}, and Trend's stack works in one account alone", _ANOTHER)
    text = f"bucket '{bucket.name}' not checked: the deploying identity may not look at it"
    return Finding(BUCKET, "unknown", text, "allow the deploying identity s3:ListBucket on the bucket")


def _head(bucket: TrailBucket, **owner: str) -> tuple[dict[str, Any], str]:
    """Return the reply, or the code with which S3 forbids the bucket or says that there is none."""
    from botocore.exceptions import ClientError

    with calling(f"looking for bucket {bucket.name}", "s3:ListBucket on the bucket"):
        try:
            return bucket.s3.head_bucket(Bucket=bucket.name, **owner), ""
        except ClientError as error:
            code = error_code(error)
            if code not in (_FORBIDDEN, _MISSING):
                raise
            return {}, code


def _is_listed(bucket: TrailBucket) -> bool:
    needs = "s3:ListBucket on the bucket, or s3:ListAllMyBuckets, if it is one of this account"
    with calling(f"looking whose bucket {bucket.name} is", needs):
        pages = bucket.s3.get_paginator("list_buckets").paginate(Prefix=bucket.name)
        return any(each["Name"] == bucket.name for page in pages for each in page["Buckets"])
