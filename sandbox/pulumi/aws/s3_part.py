"""What all resources beside a bucket, each one part of its configuration, do alike.

Follows the bucket_*.go files of terraform-provider-aws internal/service/s3: a part is put, looked for until it shows,
and read; it is gone with the bucket, or with AWS's answer that nothing is configured.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from botocore.exceptions import ClientError

from sandbox.pulumi.aws.errors import code_of, failing
from sandbox.pulumi.aws.kind import Traits
from sandbox.pulumi.aws.retry import Refusal, repeated, until
from sandbox.pulumi.aws.s3 import BUSY, s3_client
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

UNSPREAD: Refusal = ("NoSuchBucket", "")
"""Answer of a bucket that was made a moment ago."""

GONE = frozenset(
    {"404", "NoSuchBucket", "NoSuchBucketPolicy", "NoSuchLifecycleConfiguration"}
    | {"NoSuchPublicAccessBlockConfiguration", "OwnershipControlsNotFoundError"}
    | {"ServerSideEncryptionConfigurationNotFoundError"}
)


class BucketPart(ABC):
    """What all siblings do alike; a type says what it puts, gets and deletes, and how it is named in messages."""

    traits: Traits
    label: str  # as the provider's messages name the type
    put_refusals: tuple[Refusal, ...] = (UNSPREAD, BUSY)
    waits_for_end = True

    @abstractmethod
    def put(self, s3: Any, target: Props, props: Props) -> None:
        """Make the put call. `target` holds Bucket, and ExpectedBucketOwner where one is given."""

    @abstractmethod
    def get(self, s3: Any, target: Props) -> Props | None:
        """Return AWS's answer, or None where it holds nothing."""

    @abstractmethod
    def drop(self, s3: Any, target: Props) -> None:
        """Make the delete call."""

    @abstractmethod
    def shown(self, answer: Props, state: Props) -> Props:
        """Return the type's own properties from AWS's answer."""

    def create(self, aws: Aws, inputs: Props) -> str:
        """Put, repeated while a new bucket is not known everywhere."""
        bucket, owner = inputs["bucket"], inputs.get("expectedBucketOwner")
        resource_id = f"{bucket},{owner}" if owner else str(bucket)
        with failing(f"creating {self.label} ({resource_id})"):
            self._put(aws, resource_id, inputs)
        return resource_id

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """Get until it is there."""
        what = f"waiting for {self.label} ({resource_id}) create"
        with failing(what):
            until(lambda: self._find(aws, resource_id, inputs), what)

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """Get."""
        with failing(f"reading {self.label} ({resource_id})"):
            answer = self._find(aws, resource_id, state)
        if answer is None:
            return None
        target = target_of(resource_id)
        names = {"bucket": target["Bucket"], "expectedBucketOwner": target.get("ExpectedBucketOwner", "")}
        return {
            **{name: value for name, value in names.items() if name in self.traits.supported},
            **self.shown(answer, state),
        }

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """Put."""
        with failing(f"updating {self.label} ({resource_id})"):
            self._put(aws, resource_id, new)

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """Delete, then get until it is gone."""
        s3, target = s3_client(aws, state), target_of(resource_id)
        with failing(f"deleting {self.label} ({resource_id})"):
            try:
                repeated(lambda: self.drop(s3, target), BUSY)
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise
                return
            if self.waits_for_end:
                until(
                    lambda: self._find(aws, resource_id, state) is None or None,
                    f"waiting for {self.label} ({resource_id}) delete",
                )

    def _put(self, aws: Aws, resource_id: str, props: Props) -> None:
        s3, target = s3_client(aws, props), target_of(resource_id)
        repeated(lambda: self.put(s3, target, props), *self.put_refusals)

    def _find(self, aws: Aws, resource_id: str, props: Props) -> Props | None:
        try:
            return self.get(s3_client(aws, props), target_of(resource_id))
        except ClientError as error:
            if code_of(error) in GONE:
                return None
            raise


def target_of(resource_id: str) -> Props:
    """Return the arguments that name the bucket in every call."""
    bucket, _, owner = resource_id.partition(",")
    return {"Bucket": bucket, "ExpectedBucketOwner": owner} if owner else {"Bucket": bucket}
