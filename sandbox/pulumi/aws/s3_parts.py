"""The resources beside a bucket, each one part of its configuration.

Each class names the file of terraform-provider-aws internal/service/s3 that it follows. A part is put, looked for until
it shows, and read; it is gone with the bucket, or with AWS's answer that nothing is configured.
"""

from __future__ import annotations

from typing import Any

from sandbox.pulumi.aws.documents import kept_if_same, same_policy
from sandbox.pulumi.aws.errors import ProviderError, RefusedCall, ignoring
from sandbox.pulumi.aws.kind import ResourceType, Traits
from sandbox.pulumi.aws.retry import repeated, until
from sandbox.pulumi.aws.s3_bucket import BUSY, NO_BUCKET, s3_client
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap

UNSPREAD: RefusedCall = ("NoSuchBucket", "")
"""Answer of a bucket that was made a moment ago."""

BUCKET = frozenset({"bucket"})

_IRREGULAR = {"id": "ID", "kmsMasterKeyId": "KMSMasterKeyID", "mfaDelete": "MFADelete", "sseAlgorithm": "SSEAlgorithm"}
"""AWS's names of properties, where they are not the property's with a capital."""

_PROPERTIES = {argument: name for name, argument in _IRREGULAR.items()}


class BucketPart(ResourceType):
    """What all parts do alike.

    Attributes:
        put, get, drop: boto3's methods.
        argument: what holds the configuration in the put call, and in the get call's answer unless that is all of it.
        refusals: of a put that are waited out.
        looks: how many answers of the get call make the provider believe that the part is as it is read.
        looks_after_create, looks_after_update: the same before that read. After a delete it looks once, if at all.
    """

    put: str
    get: str
    drop: str
    argument: str
    refusals: tuple[RefusedCall, ...] = (UNSPREAD, BUSY)
    looks = 1
    looks_after_create = 1
    looks_after_update = 0
    looks_after_delete = True

    def sent(self, configuration: PropertyMap) -> PropertyMap:
        """Return the arguments of the put call, but for the bucket."""
        return {self.argument: to_aws(configuration)}

    def found(self, answer: PropertyMap, _state: PropertyMap) -> PropertyMap:
        """Return the outputs that the get call's answer tells."""
        outputs: PropertyMap = to_properties(answer.get(self.argument, answer))
        return outputs

    def dropped(self) -> PropertyMap:
        """Return the arguments of the call that takes the part away, but for the bucket."""
        return {}

    def named(self, inputs: PropertyMap) -> str:
        """Return the bucket."""
        return str(inputs["bucket"])

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """Put, repeated while a new bucket is not known everywhere."""
        self._put(aws, inputs)
        return self.named(inputs)

    def complete(self, aws: Aws, resource_id: str, inputs: PropertyMap) -> None:
        """Get until it is there."""
        for _ in range(self.looks_after_create):
            until(lambda: self._find(aws, resource_id, inputs), f"{self.traits.label} ({resource_id}) create")

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """Get."""
        answers = [self._find(aws, resource_id, state) for _ in range(self.looks)]
        return {"bucket": resource_id, **self.found(answers[-1], state)} if answers[-1] else None

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """Put."""
        self._put(aws, new)
        for _ in range(self.looks_after_update):
            self._find(aws, resource_id, new)

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """Delete, then get until it is gone."""
        drop = getattr(s3_client(aws, state), self.drop)
        with ignoring(*self.traits.gone):
            repeated(lambda: drop(Bucket=resource_id, **self.dropped()), BUSY)
            if self.looks_after_delete:
                label = f"{self.traits.label} ({resource_id}) delete"
                until(lambda: self._find(aws, resource_id, state) is None or None, label)

    def _put(self, aws: Aws, inputs: PropertyMap) -> None:
        put = getattr(s3_client(aws, inputs), self.put)
        arguments = self.sent({name: inputs[name] for name in self.traits.inputs - BUCKET if name in inputs})
        repeated(lambda: put(Bucket=inputs["bucket"], **arguments), *self.refusals)

    def _find(self, aws: Aws, bucket: str, props: PropertyMap) -> PropertyMap | None:
        with ignoring(*self.traits.gone):
            answer: PropertyMap = getattr(s3_client(aws, props), self.get)(Bucket=bucket)
            return answer
        return None


class VersioningType(BucketPart):
    """bucket_versioning.go. Three equal answers in a row count as read; destroy suspends."""

    put, get, drop = "put_bucket_versioning", "get_bucket_versioning", "put_bucket_versioning"
    argument = "VersioningConfiguration"
    looks = looks_after_create = 3
    looks_after_delete = False
    traits = Traits(
        type="aws:s3/bucketVersioning:BucketVersioning",
        label="S3 Bucket Versioning",
        supported=BUCKET | {"versioningConfiguration.status"},
        replaces=BUCKET,
        gone=NO_BUCKET,
    )

    def sent(self, configuration: PropertyMap) -> PropertyMap:
        """Return the status, which must not be Disabled: the provider puts nothing then."""
        wanted = configuration["versioningConfiguration"]
        if wanted["status"] == "Disabled":
            raise ProviderError(f"the sandbox's AWS plugin does not implement status Disabled of {self.traits.type}")
        return {self.argument: to_aws(wanted)}

    def found(self, answer: PropertyMap, _state: PropertyMap) -> PropertyMap:
        """Return the status; a bucket that never had versions has none."""
        return {"versioningConfiguration": {"status": answer.get("Status", "Disabled")}}

    def dropped(self) -> PropertyMap:
        """Return Suspended, which is as far back as S3 goes."""
        return {self.argument: {"Status": "Suspended"}}


class EncryptionType(BucketPart):
    """bucket_server_side_encryption_configuration.go."""

    put, get, drop = "put_bucket_encryption", "get_bucket_encryption", "delete_bucket_encryption"
    argument = "ServerSideEncryptionConfiguration"
    looks_after_delete = False
    traits = Traits(
        type="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        label="S3 Bucket Server-side Encryption Configuration",
        supported=BUCKET | {"rules.applyServerSideEncryptionByDefault.sseAlgorithm"},
        replaces=BUCKET,
        gone=(*NO_BUCKET, ("ServerSideEncryptionConfigurationNotFoundError", "")),
        sets=frozenset({"rules"}),
    )


class PublicAccessBlockType(BucketPart):
    """bucket_public_access_block.go. An update puts and does not read."""

    put, get, drop = "put_public_access_block", "get_public_access_block", "delete_public_access_block"
    argument = "PublicAccessBlockConfiguration"
    traits = Traits(
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        label="S3 Bucket Public Access Block",
        supported=BUCKET | {"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"},
        replaces=BUCKET,
        gone=(*NO_BUCKET, ("NoSuchPublicAccessBlockConfiguration", "")),
        defaults=dict.fromkeys(
            ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), False
        ),
        reads_after_update=False,
    )


class OwnershipControlsType(BucketPart):
    """bucket_ownership_controls.go. A new bucket that is not known everywhere is not waited for."""

    put, get = "put_bucket_ownership_controls", "get_bucket_ownership_controls"
    drop = "delete_bucket_ownership_controls"
    argument = "OwnershipControls"
    refusals = (BUSY,)
    traits = Traits(
        type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        label="S3 Bucket Ownership Controls",
        supported=BUCKET | {"rule.objectOwnership"},
        replaces=BUCKET,
        gone=(*NO_BUCKET, ("OwnershipControlsNotFoundError", "")),
    )

    def sent(self, configuration: PropertyMap) -> PropertyMap:
        """Return the one rule in AWS's list."""
        return {self.argument: {"Rules": [to_aws(configuration["rule"])]}}

    def found(self, answer: PropertyMap, _state: PropertyMap) -> PropertyMap:
        """Return the one rule out of AWS's list."""
        return {"rule": to_properties(answer[self.argument]["Rules"][0])}


class PolicyType(BucketPart):
    """bucket_policy.go."""

    put, get, drop = "put_bucket_policy", "get_bucket_policy", "delete_bucket_policy"
    argument = "Policy"
    refusals = (UNSPREAD, BUSY, ("MalformedPolicy", ""))
    traits = Traits(
        type="aws:s3/bucketPolicy:BucketPolicy",
        label="S3 Bucket Policy",
        supported=BUCKET | {"policy"},
        replaces=BUCKET,
        gone=(*NO_BUCKET, ("NoSuchBucketPolicy", "")),
        same={"policy": same_policy},
    )

    def sent(self, configuration: PropertyMap) -> PropertyMap:
        """Return the policy's text."""
        return {self.argument: configuration["policy"]}

    def found(self, answer: PropertyMap, state: PropertyMap) -> PropertyMap:
        """Return the policy, in the state's own words where the meaning is the same."""
        return {"policy": kept_if_same(state.get("policy"), answer[self.argument])}


class LifecycleType(BucketPart):
    """bucket_lifecycle_configuration.go. It waits for equal answers ten seconds apart: here without the pauses."""

    put, get = "put_bucket_lifecycle_configuration", "get_bucket_lifecycle_configuration"
    drop = "delete_bucket_lifecycle"
    argument = "LifecycleConfiguration"
    looks, looks_after_create, looks_after_update = 2, 3, 3
    traits = Traits(
        type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        label="S3 Bucket Lifecycle Configuration",
        supported=BUCKET
        | {"rules.abortIncompleteMultipartUpload.daysAfterInitiation", "rules.expiration.days", "rules.filter.prefix"}
        | {"rules.id", "rules.noncurrentVersionExpiration.noncurrentDays", "rules.status"},
        replaces=BUCKET,
        gone=(*NO_BUCKET, ("NoSuchLifecycleConfiguration", "")),
    )

    def found(self, answer: PropertyMap, _state: PropertyMap) -> PropertyMap:
        """Return the rules."""
        return {"rules": to_properties(answer["Rules"])}


def to_aws(value: Any) -> Any:
    """Return properties under AWS's names."""
    if isinstance(value, dict):
        return {_IRREGULAR.get(name, name[0].upper() + name[1:]): to_aws(item) for name, item in value.items()}
    return [to_aws(item) for item in value] if isinstance(value, list) else value


def to_properties(value: Any) -> Any:
    """Return what AWS answered under the properties' names."""
    if isinstance(value, dict):
        return {_PROPERTIES.get(name, name[0].lower() + name[1:]): to_properties(item) for name, item in value.items()}
    return [to_properties(item) for item in value] if isinstance(value, list) else value
