"""`aws:s3/bucket:Bucket`. Follows terraform-provider-aws internal/service/s3/bucket.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.documents import normal
from sandbox.pulumi.aws.errors import ProviderError, code_of, failing, message_of
from sandbox.pulumi.aws.kind import AutoName, Traits
from sandbox.pulumi.aws.retry import repeated, until
from sandbox.pulumi.aws.s3 import BUSY, bucket_domain, hosted_zone, s3_client
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

MISSING_PARTS = frozenset(
    {"NoSuchBucketPolicy", "NoSuchCORSConfiguration", "NoSuchWebsiteConfiguration", "NoSuchLifecycleConfiguration"}
    | {"ReplicationConfigurationNotFoundError", "ServerSideEncryptionConfigurationNotFoundError"}
    | {"ObjectLockConfigurationNotFoundError", "MethodNotAllowed", "NotImplemented", "UnsupportedOperation"}
)
"""Answers that mean a bucket has no such configuration."""

TAGS_REFUSED = "is not authorized to perform"


class Bucket:
    """A bucket; its id is its name. What the sibling resources configure is read here too, but not accepted."""

    traits = Traits(
        type="aws:s3/bucket:Bucket",
        supported=frozenset({"bucket", "forceDestroy", "objectLockEnabled", "tags"}),
        replaces=frozenset({"bucket", "objectLockEnabled"}),
        defaults={"forceDestroy": False},
        computed=frozenset({"objectLockEnabled"}),
        auto_name=AutoName("bucket", limit=63, lower=True),
    )

    def create(self, aws: Aws, inputs: Props) -> str:
        """CreateBucket, in us-east-1 after a look that the name is free; without the tags where they are refused."""
        name, region = str(inputs["bucket"]), str(inputs["region"])
        s3 = s3_client(aws, inputs)
        if region == "us-east-1" and _exists(s3, name):
            raise ProviderError(f"creating S3 Bucket ({name}): BucketAlreadyExists")
        request: Props = {"Bucket": name, "ACL": "private"}
        if inputs.get("objectLockEnabled"):
            request["ObjectLockEnabledForBucket"] = True
        configuration: Props = {} if region == "us-east-1" else {"LocationConstraint": region}
        wanted = tags.pairs(inputs.get("tagsAll"))
        with failing(f"creating S3 Bucket ({name})"):
            try:
                _create(s3, request, {**configuration, "Tags": wanted} if wanted else configuration)
            except ClientError as error:
                refused = "s3:TagResource" in message_of(error) and TAGS_REFUSED in message_of(error)
                if not wanted or not (refused or code_of(error) == "UnsupportedArgument"):
                    raise
                _create(s3, request, configuration)
        return name

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """HeadBucket until it is there. The tags are set again, since moto drops those of CreateBucket."""
        s3 = s3_client(aws, inputs)
        until(lambda: _exists(s3, resource_id) or None, f"waiting for S3 Bucket ({resource_id}) create")
        if inputs.get("tagsAll"):
            self.retag(aws, resource_id, inputs, [], inputs["tagsAll"])

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """HeadBucket, then every part of the configuration, then the tags. Any failure of the HEAD means gone."""
        s3 = s3_client(aws, state)
        if not _exists(s3, resource_id):
            return None
        with failing(f"reading S3 Bucket ({resource_id})"):
            parts = self._parts(s3, resource_id)
            head = s3.head_bucket(Bucket=resource_id)
            region = str(head.get("BucketRegion") or state.get("region") or aws.region)
            actual = _tags(aws, resource_id, state)
        return {
            **parts,
            "arn": _arn(aws, resource_id),
            "bucket": resource_id,
            "bucketDomainName": bucket_domain(aws, resource_id),
            "bucketRegion": region,
            "bucketRegionalDomainName": bucket_domain(aws, resource_id, region),
            "forceDestroy": state.get("forceDestroy", False),
            "hostedZoneId": hosted_zone(region),
            "region": region,
            **tags.found(aws, actual, state),
        }

    def _parts(self, s3: Any, bucket: str) -> Props:
        policy = _part(s3.get_bucket_policy, bucket)
        acl = _part(s3.get_bucket_acl, bucket)
        _part(s3.get_bucket_cors, bucket)
        _part(s3.get_bucket_website, bucket)
        versioning = _part(s3.get_bucket_versioning, bucket)
        acceleration = _part(s3.get_bucket_accelerate_configuration, bucket)
        payment = _part(s3.get_bucket_request_payment, bucket)
        _part(s3.get_bucket_logging, bucket)
        _part(s3.get_bucket_lifecycle_configuration, bucket)
        _part(s3.get_bucket_replication, bucket)
        encryption = _part(s3.get_bucket_encryption, bucket)
        lock = _part(s3.get_object_lock_configuration, bucket)
        return {
            "accelerationStatus": acceleration.get("Status", ""),
            "grants": [_grant(grant) for grant in acl.get("Grants", [])],
            "objectLockEnabled": lock.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled",
            "policy": normal(policy["Policy"]) if policy else "",
            "requestPayer": payment.get("Payer", "BucketOwner"),
            "serverSideEncryptionConfiguration": _encryption(encryption),
            "versioning": {
                "enabled": versioning.get("Status") == "Enabled",
                "mfaDelete": versioning.get("MFADelete") == "Enabled",
            },
        }

    def retag(self, aws: Aws, resource_id: str, state: Props, removed: Sequence[str], added: Mapping[str, str]) -> None:
        """S3 Control UntagResource and TagResource, or the old call for all tags where that is refused."""
        control = aws.client("s3control", state.get("region"))
        request = {"AccountId": aws.account_id, "ResourceArn": _arn(aws, resource_id)}
        with failing(f"updating tags for S3 Bucket ({resource_id})"):
            try:
                if removed:
                    control.untag_resource(**request, TagKeys=list(removed))
                if added:
                    control.tag_resource(**request, Tags=tags.pairs(added))
            except ClientError as error:
                if not _falls_back(error):
                    raise
                s3 = s3_client(aws, state)
                kept = {key: value for key, value in _old_tags(s3, resource_id).items() if key not in removed}
                s3.put_bucket_tagging(Bucket=resource_id, Tagging={"TagSet": tags.pairs({**kept, **added})})

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """Nothing: tags have calls of their own, forceDestroy lives in the state alone."""

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """DeleteBucket; a full one is emptied, every version of it, if forceDestroy says so in the state."""
        s3 = s3_client(aws, state)
        with failing(f"deleting S3 Bucket ({resource_id})"):
            try:
                repeated(lambda: s3.delete_bucket(Bucket=resource_id), BUSY)
            except ClientError as error:
                if code_of(error) in ("NoSuchBucket", "404"):
                    return
                if code_of(error) != "BucketNotEmpty" or not state.get("forceDestroy"):
                    raise
                _empty(s3, resource_id)
                repeated(lambda: s3.delete_bucket(Bucket=resource_id), BUSY)
        until(lambda: not _exists(s3, resource_id) or None, f"waiting for S3 Bucket ({resource_id}) delete")


def _create(s3: Any, request: Props, configuration: Props) -> None:
    full = {**request, "CreateBucketConfiguration": configuration} if configuration else request
    repeated(lambda: s3.create_bucket(**full), BUSY)


def _exists(s3: Any, bucket: str) -> bool:
    """Return whether a HEAD succeeds. A HEAD has no error code to tell a missing bucket from a forbidden one."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        return False
    return True


def _part(call: Any, bucket: str) -> Props:
    try:
        answer: Props = repeated(lambda: call(Bucket=bucket), ("NoSuchBucket", ""), BUSY)
    except ClientError as error:
        if code_of(error) in MISSING_PARTS:
            return {}
        raise
    return answer


def _tags(aws: Aws, bucket: str, state: Props) -> dict[str, str]:
    control = aws.client("s3control", state.get("region"))
    try:
        answer = control.list_tags_for_resource(AccountId=aws.account_id, ResourceArn=_arn(aws, bucket))
    except ClientError as error:
        if not _falls_back(error):
            raise
        return _old_tags(s3_client(aws, state), bucket)
    return tags.from_pairs(answer.get("Tags"))


def _old_tags(s3: Any, bucket: str) -> dict[str, str]:
    try:
        return tags.from_pairs(s3.get_bucket_tagging(Bucket=bucket).get("TagSet"))
    except ClientError as error:
        if code_of(error) == "NoSuchTagSet":
            return {}
        raise


def _falls_back(error: ClientError) -> bool:
    return code_of(error) == "MethodNotAllowed" or TAGS_REFUSED in message_of(error)


def _arn(aws: Aws, bucket: str) -> str:
    return f"arn:{aws.partition}:s3:::{bucket}"


def _grant(grant: Props) -> Props:
    grantee = grant.get("Grantee", {})
    return {
        "id": grantee.get("ID", ""),
        "permissions": [grant.get("Permission", "")],
        "type": grantee.get("Type", ""),
        "uri": grantee.get("URI", ""),
    }


def _encryption(answer: Props) -> Props | None:
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    if not rules:
        return None
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
    return {
        "rule": {
            "applyServerSideEncryptionByDefault": {
                "kmsMasterKeyId": default.get("KMSMasterKeyID", ""),
                "sseAlgorithm": default.get("SSEAlgorithm", ""),
            },
            "bucketKeyEnabled": rules[0].get("BucketKeyEnabled", False),
        }
    }


def _empty(s3: Any, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
