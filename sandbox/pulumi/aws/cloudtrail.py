"""`aws:cloudtrail/trail:Trail`. Follows terraform-provider-aws internal/service/cloudtrail/trail.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.errors import failing
from sandbox.pulumi.aws.kind import AutoName, ResourceType, Traits, changed
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap

_ARGUMENTS = {
    "enableLogFileValidation": "EnableLogFileValidation",
    "includeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "isMultiRegionTrail": "IsMultiRegionTrail",
    "s3BucketName": "S3BucketName",
    "snsTopicName": "SnsTopicName",
}
"""Inputs of CreateTrail and UpdateTrail."""


class TrailType(ResourceType):
    """A trail; its id is its ARN."""

    traits = Traits(
        type="aws:cloudtrail/trail:Trail",
        label="CloudTrail Trail",
        supported=frozenset({*_ARGUMENTS, "enableLogging", "name", "tags"}),
        replaces=frozenset({"name"}),
        defaults={
            "enableLogFileValidation": False,
            "enableLogging": True,
            "includeGlobalServiceEvents": True,
            "isMultiRegionTrail": False,
        },
        auto_name=AutoName(),
        gone=(("TrailNotFoundException", ""),),
    )

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """CreateTrail, tags included."""
        request = {argument: inputs[name] for name, argument in _ARGUMENTS.items() if name in inputs}
        wanted = {"TagsList": tags.pairs(inputs["tagsAll"])} if inputs.get("tagsAll") else {}
        created = _client(aws, inputs).create_trail(Name=inputs["name"], **request, **wanted)
        return str(created["TrailARN"])

    def complete(self, aws: Aws, resource_id: str, inputs: PropertyMap) -> None:
        """StartLogging: a new trail does not log."""
        if inputs.get("enableLogging"):
            _set_logging(aws, resource_id, inputs)

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """DescribeTrails, GetTrailStatus, ListTags. The answer is searched, since moto ignores the name filter."""
        client = _client(aws, state)
        listed = client.describe_trails(trailNameList=[resource_id])["trailList"]
        trail = next((item for item in listed if item.get("TrailARN") == resource_id), None)
        if trail is None:
            return None
        status = client.get_trail_status(Name=resource_id)
        answer = client.list_tags(ResourceIdList=[resource_id])["ResourceTagList"]
        return {
            "arn": trail["TrailARN"],
            "enableLogFileValidation": trail.get("LogFileValidationEnabled", False),
            "enableLogging": bool(status.get("IsLogging")),
            "homeRegion": trail.get("HomeRegion", ""),
            "includeGlobalServiceEvents": trail.get("IncludeGlobalServiceEvents", False),
            "isMultiRegionTrail": trail.get("IsMultiRegionTrail", False),
            "kmsKeyId": trail.get("KmsKeyId", ""),
            "name": trail["Name"],
            "s3BucketName": trail["S3BucketName"],
            "s3KeyPrefix": trail.get("S3KeyPrefix", ""),
            "snsTopicArn": trail.get("SnsTopicARN") or "",
            "snsTopicName": trail.get("SnsTopicName") or "",
            **tags.found(aws, tags.from_pairs(answer[0].get("TagsList") if answer else []), state),
        }

    def retag(
        self, aws: Aws, resource_id: str, state: PropertyMap, removed: Sequence[str], added: Mapping[str, str]
    ) -> None:
        """RemoveTags, AddTags."""
        client, before = _client(aws, state), state.get("tagsAll") or {}
        if removed:
            client.remove_tags(ResourceId=resource_id, TagsList=tags.pairs({key: before[key] for key in removed}))
        if added:
            client.add_tags(ResourceId=resource_id, TagsList=tags.pairs(added))

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """UpdateTrail with what changed, if anything; then start or stop logging."""
        request = {argument: new.get(name, "") for name, argument in _ARGUMENTS.items() if changed(old, new, name)}
        if request:
            _client(aws, new).update_trail(Name=resource_id, **request)
        if changed(old, new, "enableLogging"):
            _set_logging(aws, resource_id, new)

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """DeleteTrail, by name: moto passes over an ARN here."""
        _client(aws, state).delete_trail(Name=resource_id.rpartition("/")[2])


def _client(aws: Aws, props: PropertyMap) -> Any:
    return aws.client("cloudtrail", props.get("region"))


def _set_logging(aws: Aws, resource_id: str, props: PropertyMap) -> None:
    """StartLogging or StopLogging, as the properties say."""
    client, on = _client(aws, props), props["enableLogging"]
    with failing(f"{'starting' if on else 'stopping'} CloudTrail Trail ({resource_id}) logging"):
        (client.start_logging if on else client.stop_logging)(Name=resource_id)
