"""`BucketLifecycleConfiguration`. Follows internal/service/s3/bucket_lifecycle_configuration.go of the provider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.kind import Traits
from sandbox.pulumi.aws.s3_part import BucketPart
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

_NAMES = {
    "abortIncompleteMultipartUpload": "AbortIncompleteMultipartUpload",
    "and": "And",
    "date": "Date",
    "days": "Days",
    "daysAfterInitiation": "DaysAfterInitiation",
    "expiration": "Expiration",
    "expiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
    "filter": "Filter",
    "id": "ID",
    "key": "Key",
    "newerNoncurrentVersions": "NewerNoncurrentVersions",
    "noncurrentDays": "NoncurrentDays",
    "noncurrentVersionExpiration": "NoncurrentVersionExpiration",
    "noncurrentVersionTransitions": "NoncurrentVersionTransitions",
    "objectSizeGreaterThan": "ObjectSizeGreaterThan",
    "objectSizeLessThan": "ObjectSizeLessThan",
    "prefix": "Prefix",
    "status": "Status",
    "storageClass": "StorageClass",
    "tag": "Tag",
    "tags": "Tags",
    "transitions": "Transitions",
    "value": "Value",
}
"""Properties and their names in AWS's calls."""

_PROPERTIES = {name: property_ for property_, name in _NAMES.items()}


class BucketLifecycle(BucketPart):
    """The provider waits for equal answers ten seconds apart: the same reads are made here, without the pauses."""

    label = "S3 Bucket Lifecycle Configuration"
    traits = Traits(
        type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        supported=frozenset({"bucket", "expectedBucketOwner", "rules", "transitionDefaultMinimumObjectSize"}),
        replaces=frozenset({"bucket", "expectedBucketOwner"}),
        computed=frozenset({"expectedBucketOwner", "transitionDefaultMinimumObjectSize"}),
        sets=frozenset({"noncurrentVersionTransitions", "transitions"}),
    )

    def put(self, s3: Any, target: Props, props: Props) -> None:
        """PutBucketLifecycleConfiguration. A rule without filter and prefix gets the old empty prefix."""
        rules = [_translated(rule, _NAMES) for rule in props["rules"]]
        for rule in rules:
            if "Filter" not in rule:
                rule.setdefault("Prefix", "")
        size = props.get("transitionDefaultMinimumObjectSize")
        request = {**target, "LifecycleConfiguration": {"Rules": rules}}
        if size:
            request["TransitionDefaultMinimumObjectSize"] = size
        s3.put_bucket_lifecycle_configuration(**request)

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """Get three equal answers."""
        for _ in range(3):
            super().complete(aws, resource_id, inputs)

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """Put, then get three equal answers."""
        super().update(aws, resource_id, old, new)
        self.complete(aws, resource_id, new)

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """Get two equal answers."""
        first = super().read(aws, resource_id, state)
        return first and super().read(aws, resource_id, state)

    def get(self, s3: Any, target: Props) -> Props | None:
        """GetBucketLifecycleConfiguration."""
        answer: Props = s3.get_bucket_lifecycle_configuration(**target)
        return answer if answer.get("Rules") else None

    def drop(self, s3: Any, target: Props) -> None:
        """DeleteBucketLifecycle."""
        s3.delete_bucket_lifecycle(**target)

    def shown(self, answer: Props, state: Props) -> Props:
        """Return the rules as they are."""
        shown: Props = {"rules": [_translated(rule, _PROPERTIES) for rule in answer["Rules"]]}
        size = answer.get("TransitionDefaultMinimumObjectSize")
        return {**shown, "transitionDefaultMinimumObjectSize": size} if size else shown


def _translated(value: Any, names: dict[str, str]) -> Any:
    """Return a rule with its names exchanged, either way; a name without a counterpart is left out."""
    if isinstance(value, dict):
        return {
            names[key]: _TAGS[names[key]](item) if names[key] in _TAGS else _translated(item, names)
            for key, item in value.items()
            if key in names
        }
    if isinstance(value, list):
        return [_translated(item, names) for item in value]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


_TAGS: dict[str, Callable[[Any], Any]] = {"Tags": tags.pairs, "tags": tags.from_pairs}
"""Tags are a map in properties and a list in calls."""
