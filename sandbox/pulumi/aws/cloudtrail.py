"""`aws:cloudtrail/trail:Trail`. Follows terraform-provider-aws internal/service/cloudtrail/trail.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.errors import code_of, failing
from sandbox.pulumi.aws.kind import AutoName, Traits, changed
from sandbox.pulumi.aws.retry import repeated
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

UNSPREAD = (
    ("InvalidCloudWatchLogsRoleArnException", "Access denied."),
    ("InvalidCloudWatchLogsLogGroupArnException", "Access denied."),
)

_ARGUMENTS = {
    "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
    "cloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "enableLogFileValidation": "EnableLogFileValidation",
    "includeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "isMultiRegionTrail": "IsMultiRegionTrail",
    "isOrganizationTrail": "IsOrganizationTrail",
    "kmsKeyId": "KmsKeyId",
    "s3BucketName": "S3BucketName",
    "s3KeyPrefix": "S3KeyPrefix",
    "snsTopicName": "SnsTopicName",
}
"""Inputs of CreateTrail and UpdateTrail."""

_LOGS = ("cloudWatchLogsGroupArn", "cloudWatchLogsRoleArn")


class Trail:
    """A trail; its id is its ARN. Event selectors are refused: the project sets none."""

    traits = Traits(
        type="aws:cloudtrail/trail:Trail",
        supported=frozenset({*_ARGUMENTS, "enableLogging", "name", "tags"}),
        replaces=frozenset({"name"}),
        defaults={
            "enableLogFileValidation": False,
            "enableLogging": True,
            "includeGlobalServiceEvents": True,
            "isMultiRegionTrail": False,
            "isOrganizationTrail": False,
        },
        auto_name=AutoName(),
    )

    def create(self, aws: Aws, inputs: Props) -> str:
        """CreateTrail, tags included."""
        name = str(inputs["name"])
        request = {argument: inputs[prop] for prop, argument in _ARGUMENTS.items() if inputs.get(prop)}
        request["IncludeGlobalServiceEvents"] = bool(inputs.get("includeGlobalServiceEvents"))
        wanted = tags.pairs(inputs.get("tagsAll"))
        if wanted:
            request["TagsList"] = wanted
        client = _client(aws, inputs)
        with failing(f"creating CloudTrail Trail ({name})"):
            created = repeated(lambda: client.create_trail(Name=name, **request), *UNSPREAD)
        return str(created["TrailARN"])

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """StartLogging: a new trail does not log."""
        if inputs.get("enableLogging"):
            _set_logging(aws, resource_id, inputs, on=True)

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """DescribeTrails, GetTrailStatus, ListTags. The answer is searched, since moto ignores the name filter."""
        client = _client(aws, state)
        with failing(f"reading CloudTrail Trail ({resource_id})"):
            listed = client.describe_trails(trailNameList=[resource_id])["trailList"]
            trail = next((item for item in listed if item.get("TrailARN") == resource_id), None)
            if trail is None:
                return None
            status = client.get_trail_status(Name=resource_id)
            answer = client.list_tags(ResourceIdList=[resource_id])["ResourceTagList"]
        return {
            **_shown(aws, trail),
            "enableLogging": bool(status.get("IsLogging")),
            **tags.found(aws, tags.from_pairs(answer[0].get("TagsList") if answer else []), state),
        }

    def retag(self, aws: Aws, resource_id: str, state: Props, removed: Sequence[str], added: Mapping[str, str]) -> None:
        """RemoveTags, AddTags."""
        client, before = _client(aws, state), state.get("tagsAll") or {}
        with failing(f"updating tags for CloudTrail Trail ({resource_id})"):
            if removed:
                gone = tags.pairs({key: before[key] for key in removed})
                client.remove_tags(ResourceId=resource_id, TagsList=gone)
            if added:
                client.add_tags(ResourceId=resource_id, TagsList=tags.pairs(added))

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """UpdateTrail with what changed, the log group and its role only together; then start or stop logging."""
        client = _client(aws, new)
        differing = [prop for prop in _ARGUMENTS if changed(old, new, prop)]
        if differing:
            if changed(old, new, *_LOGS):
                differing = [*_LOGS, *(prop for prop in differing if prop not in _LOGS)]
            request = {_ARGUMENTS[prop]: _sent(new.get(prop), old.get(prop)) for prop in differing}
            with failing(f"updating CloudTrail Trail ({resource_id})"):
                repeated(lambda: client.update_trail(Name=resource_id, **request), *UNSPREAD)
        if changed(old, new, "enableLogging"):
            _set_logging(aws, resource_id, new, on=bool(new.get("enableLogging")))

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """DeleteTrail, by name: moto passes over an ARN here."""
        with failing(f"deleting CloudTrail Trail ({resource_id})"):
            try:
                _client(aws, state).delete_trail(Name=resource_id.rpartition("/")[2])
            except ClientError as error:
                if code_of(error) != "TrailNotFoundException":
                    raise


def _client(aws: Aws, props: Props) -> Any:
    return aws.client("cloudtrail", props.get("region"))


def _set_logging(aws: Aws, resource_id: str, props: Props, *, on: bool) -> None:
    client = _client(aws, props)
    with failing(f"{'starting' if on else 'stopping'} CloudTrail Trail ({resource_id}) logging"):
        if on:
            client.start_logging(Name=resource_id)
        else:
            client.stop_logging(Name=resource_id)


def _sent(new: Any, old: Any) -> Any:
    """Return what UpdateTrail gets: a text that was taken away is sent empty."""
    if new is not None:
        return new
    return False if isinstance(old, bool) else ""


def _shown(aws: Aws, trail: Props) -> Props:
    home = trail.get("HomeRegion", "")
    topic_arn = trail.get("SnsTopicARN") or ""
    topic_home, _, topic_name = topic_arn.rpartition(":")
    local = topic_home.split(":")[3:5] == [home, aws.account_id]
    return {
        "arn": trail["TrailARN"],
        "cloudWatchLogsGroupArn": trail.get("CloudWatchLogsLogGroupArn", ""),
        "cloudWatchLogsRoleArn": trail.get("CloudWatchLogsRoleArn", ""),
        "enableLogFileValidation": trail.get("LogFileValidationEnabled", False),
        "homeRegion": home,
        "includeGlobalServiceEvents": trail.get("IncludeGlobalServiceEvents", False),
        "isMultiRegionTrail": trail.get("IsMultiRegionTrail", False),
        "isOrganizationTrail": trail.get("IsOrganizationTrail", False),
        "kmsKeyId": trail.get("KmsKeyId", ""),
        "name": trail["Name"],
        "s3BucketName": trail["S3BucketName"],
        "s3KeyPrefix": trail.get("S3KeyPrefix", ""),
        "snsTopicArn": topic_arn,
        "snsTopicName": topic_name if local else topic_arn,
    }
