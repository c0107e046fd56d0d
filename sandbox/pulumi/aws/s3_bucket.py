"""`aws:s3/bucket:Bucket`. Follows terraform-provider-aws internal/service/s3/bucket.go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.documents import normal
from sandbox.pulumi.aws.errors import ProviderError, RefusedCall, ignoring, matches
from sandbox.pulumi.aws.kind import AutoName, ResourceType, Traits
from sandbox.pulumi.aws.retry import repeated, until
from sandbox.pulumi.aws.session import Aws, dns_suffix
from sandbox.pulumi.wire import PropertyMap

BUSY: RefusedCall = ("OperationAborted", "conflicting conditional operation")
"""Refusal of a call while another one on the same bucket is under way: every S3 call is repeated on it."""

NO_BUCKET: tuple[RefusedCall, ...] = (("NoSuchBucket", ""), ("404", ""))

NOT_CONFIGURED: tuple[RefusedCall, ...] = (
    ("MethodNotAllowed", ""),
    ("NoSuchBucketPolicy", ""),
    ("NoSuchCORSConfiguration", ""),
    ("NoSuchLifecycleConfiguration", ""),
    ("NoSuchWebsiteConfiguration", ""),
    ("NotImplemented", ""),
    ("ObjectLockConfigurationNotFoundError", ""),
    ("ReplicationConfigurationNotFoundError", ""),
    ("ServerSideEncryptionConfigurationNotFoundError", ""),
    ("UnsupportedOperation", ""),
)
"""Answers that mean a bucket has no such configuration."""

TAGS_REFUSED: tuple[RefusedCall, ...] = (("", "is not authorized to perform"), ("MethodNotAllowed", ""))
"""Answers of S3 Control upon which the old calls for a bucket's tags are made."""


class BucketType(ResourceType):
    """A bucket; its id is its name. What the resources beside it configure is read here too, but not accepted."""

    traits = Traits(
        type="aws:s3/bucket:Bucket",
        label="S3 Bucket",
        supported=frozenset({"bucket", "forceDestroy", "tags"}),
        replaces=frozenset({"bucket"}),
        defaults={"forceDestroy": False},
        auto_name=AutoName("bucket", limit=63, lower=True),
    )

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """CreateBucket, in us-east-1 after a look that the name is free; without the tags where they are refused."""
        name, region = str(inputs["bucket"]), str(inputs["region"])
        s3 = s3_client(aws, inputs)
        if region == "us-east-1" and _exists(s3, name):
            raise ProviderError(f"creating S3 Bucket ({name}): BucketAlreadyExists")
        place: PropertyMap = {} if region == "us-east-1" else {"LocationConstraint": region}
        wanted = tags.pairs(inputs.get("tagsAll"))
        try:
            _create(s3, name, {**place, "Tags": wanted} if wanted else place)
        except ClientError as error:
            refused = ("", "is not authorized to perform: s3:TagResource"), ("UnsupportedArgument", "")
            if not wanted or not matches(error, *refused):
                raise
            _create(s3, name, place)
        return name

    def complete(self, aws: Aws, resource_id: str, inputs: PropertyMap) -> None:
        """HeadBucket until it is there. The tags are set again, since moto drops those of CreateBucket."""
        s3 = s3_client(aws, inputs)
        until(lambda: _exists(s3, resource_id) or None, f"S3 Bucket ({resource_id}) create")
        if inputs.get("tagsAll"):
            self.retag(aws, resource_id, inputs, [], inputs["tagsAll"])

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """HeadBucket, then every part of the configuration, then the tags. Any failure of the HEAD means gone."""
        s3 = s3_client(aws, state)
        if not _exists(s3, resource_id):
            return None
        policy = _part(s3.get_bucket_policy, resource_id)
        _part(s3.get_bucket_acl, resource_id)
        _part(s3.get_bucket_cors, resource_id)
        _part(s3.get_bucket_website, resource_id)
        versioning = _part(s3.get_bucket_versioning, resource_id)
        _part(s3.get_bucket_accelerate_configuration, resource_id)
        _part(s3.get_bucket_request_payment, resource_id)
        _part(s3.get_bucket_logging, resource_id)
        _part(s3.get_bucket_lifecycle_configuration, resource_id)
        _part(s3.get_bucket_replication, resource_id)
        encryption = _part(s3.get_bucket_encryption, resource_id)
        _part(s3.get_object_lock_configuration, resource_id)
        region = str(s3.head_bucket(Bucket=resource_id).get("BucketRegion") or state.get("region") or aws.region)
        domain = dns_suffix(aws.partition)
        return {
            "arn": _arn(aws, resource_id),
            "bucket": resource_id,
            "bucketDomainName": f"{resource_id}.s3.{domain}",
            "bucketRegion": region,
            "bucketRegionalDomainName": f"{resource_id}.s3.{region}.{domain}",
            "forceDestroy": state.get("forceDestroy", False),
            "policy": normal(policy["Policy"]) if policy else "",
            "region": region,
            "serverSideEncryptionConfiguration": _encryption(encryption),
            "versioning": {"enabled": versioning.get("Status") == "Enabled"},
            **tags.found(aws, _tags(aws, resource_id, state), state),
        }

    def retag(
        self, aws: Aws, resource_id: str, state: PropertyMap, removed: Sequence[str], added: Mapping[str, str]
    ) -> None:
        """S3 Control UntagResource and TagResource, or the old call for all tags where that is refused."""
        control = aws.client("s3control", state.get("region"))
        request = {"AccountId": aws.account_id, "ResourceArn": _arn(aws, resource_id)}
        try:
            if removed:
                control.untag_resource(**request, TagKeys=list(removed))
            if added:
                control.tag_resource(**request, Tags=tags.pairs(added))
        except ClientError as error:
            if not matches(error, *TAGS_REFUSED):
                raise
            s3 = s3_client(aws, state)
            kept = {key: value for key, value in _old_tags(s3, resource_id).items() if key not in removed}
            s3.put_bucket_tagging(Bucket=resource_id, Tagging={"TagSet": tags.pairs({**kept, **added})})

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """Nothing: tags have calls of their own, forceDestroy lives in the state alone."""

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """DeleteBucket; a full one is emptied, every version of it, if forceDestroy says so in the state."""
        s3 = s3_client(aws, state)
        with ignoring(*NO_BUCKET):
            try:
                repeated(lambda: s3.delete_bucket(Bucket=resource_id), BUSY)
            except ClientError as error:
                if not matches(error, ("BucketNotEmpty", "")) or not state.get("forceDestroy"):
                    raise
                _empty(s3, resource_id)
                repeated(lambda: s3.delete_bucket(Bucket=resource_id), BUSY)
            until(lambda: not _exists(s3, resource_id) or None, f"S3 Bucket ({resource_id}) delete")


def s3_client(aws: Aws, props: PropertyMap) -> Any:
    """Return the S3 client of the region that the properties name, or of the provider's."""
    return aws.client("s3", props.get("region"))


def _create(s3: Any, name: str, configuration: PropertyMap) -> None:
    configured = {"CreateBucketConfiguration": configuration} if configuration else {}
    repeated(lambda: s3.create_bucket(Bucket=name, ACL="private", **configured), BUSY)


def _exists(s3: Any, bucket: str) -> bool:
    """Return whether a HEAD succeeds. A HEAD has no error code to tell a missing bucket from a forbidden one."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        return False
    return True


def _part(call: Callable[..., PropertyMap], bucket: str) -> PropertyMap:
    with ignoring(*NOT_CONFIGURED):
        return repeated(lambda: call(Bucket=bucket), ("NoSuchBucket", ""), BUSY)
    return {}


def _tags(aws: Aws, bucket: str, state: PropertyMap) -> dict[str, str]:
    control = aws.client("s3control", state.get("region"))
    with ignoring(*TAGS_REFUSED):
        answer = control.list_tags_for_resource(AccountId=aws.account_id, ResourceArn=_arn(aws, bucket))
        return tags.from_pairs(answer.get("Tags"))
    return _old_tags(s3_client(aws, state), bucket)


def _old_tags(s3: Any, bucket: str) -> dict[str, str]:
    with ignoring(("NoSuchTagSet", "")):
        return tags.from_pairs(s3.get_bucket_tagging(Bucket=bucket).get("TagSet"))
    return {}


def _arn(aws: Aws, bucket: str) -> str:
    return f"arn:{aws.partition}:s3:::{bucket}"


def _encryption(answer: PropertyMap) -> PropertyMap | None:
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    return {"rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": default.get("SSEAlgorithm", "")}}}


def _empty(s3: Any, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
