"""The objects in AWS that a stack makes under a name that is known beforehand: finding and removing one.

Sub-resources of a bucket are not among them: they are put in place of each other and go with it.
"""

from __future__ import annotations

import time

from components.aws.bucket import past_conflicts
from components.aws.clients import AwsClients
from components.aws.errors import calling
from operate.console import OperateError, say
from operate.engine.state import BUCKET, Resource
from operate.recovery.aws_object import AwsObject, Live, age_of, asked, tags_of
from operate.recovery.iam_objects import OrphanOidcProvider, OrphanRole, RolePolicy

_STACK_GOES_WITHIN = 900.0
"""Seconds that the removal of a CloudFormation stack may take."""
_POLL = 3.0
_SAY_EVERY = 30.0


class OrphanTopic(AwsObject):
    """An SNS topic; AWS does not tell when it was created."""

    service = "sns"

    def find(self) -> Live | None:
        # Nothing finds a topic by its name but going through all of them.
        with calling("listing the SNS topics", "sns:ListTopics"):
            pages = self._client.get_paginator("list_topics").paginate()
            arns = [each["TopicArn"] for page in pages for each in page["Topics"]]
        arn = next((each for each in arns if each.rpartition(":")[2] == self._inputs["name"]), None)
        if arn is None:
            return None
        tags = asked(
            f"the tags of SNS topic {arn}", lambda: self._client.list_tags_for_resource(ResourceArn=arn), "NotFound"
        )
        return Live(arn, tags_of(tags["Tags"]), None) if tags else None

    def remove(self, live: Live) -> str:
        with calling(f"removing SNS topic {live.id}", "sns:DeleteTopic"):
            self._client.delete_topic(TopicArn=live.id)
        return ""


class Bucket(AwsObject):
    """An S3 bucket; only an empty one is removed."""

    service = "s3"

    def find(self) -> Live | None:
        name = self._inputs["bucket"]
        if not asked(f"S3 bucket {name}", lambda: self._client.head_bucket(Bucket=name), "404", "NoSuchBucket"):
            return None
        tags = asked(
            f"the tags of S3 bucket {name}", lambda: self._client.get_bucket_tagging(Bucket=name), "NoSuchTagSet"
        )
        return Live(name, tags_of(tags["TagSet"] if tags else ()), self._age_of(name))

    def _age_of(self, name: str) -> float | None:
        # The only call of S3's that tells it; what changes the bucket may move it on.
        with calling(f"asking when S3 bucket {name} was created", "s3:ListAllMyBuckets"):
            listed = self._client.list_buckets(Prefix=name)
        created = (each["CreationDate"] for each in listed["Buckets"] if each["Name"] == name)
        return next((age_of(listed, when) for when in created), None)

    @staticmethod
    def names(clients: AwsClients, region: str, beginning: str) -> list[str]:
        """Return the names of the account's buckets that begin so."""
        with calling("listing the S3 buckets", "s3:ListAllMyBuckets"):
            listed = clients.client("s3", region).list_buckets()["Buckets"]
        return [bucket["Name"] for bucket in listed if bucket["Name"].startswith(beginning)]

    def remove(self, live: Live) -> str:
        with calling(f"removing S3 bucket {live.id}", "s3:ListBucketVersions and s3:DeleteBucket on the bucket"):
            held = self._client.list_object_versions(Bucket=live.id, MaxKeys=1)
            if held.get("Versions") or held.get("DeleteMarkers"):
                return "it holds objects"
            past_conflicts(lambda: self._client.delete_bucket(Bucket=live.id))
        return ""


class OrphanTrail(AwsObject):
    """A CloudTrail trail."""

    service = "cloudtrail"

    def find(self) -> Live | None:
        name = self._inputs["name"]
        with calling(f"reading CloudTrail trail {name}", "cloudtrail:DescribeTrails"):
            listed = self._client.describe_trails(trailNameList=[name], includeShadowTrails=False)["trailList"]
        arn = next((trail["TrailARN"] for trail in listed if trail["Name"] == name), None)
        if arn is None:
            return None
        with calling(f"reading the tags of CloudTrail trail {name}", "cloudtrail:ListTags"):
            (found,) = self._client.list_tags(ResourceIdList=[arn])["ResourceTagList"]
        return Live(arn, tags_of(found["TagsList"]), self._age_of(arn))

    def _age_of(self, arn: str) -> float | None:
        """Return how long it has been running: CloudTrail tells no more, and whoever creates a trail starts it next."""
        with calling(f"reading the status of CloudTrail trail {arn}", "cloudtrail:GetTrailStatus"):
            status = self._client.get_trail_status(Name=arn)
        started = status.get("StartLoggingTime")
        return age_of(status, started) if started else None

    def remove(self, live: Live) -> str:
        with calling(f"removing CloudTrail trail {live.id}", "cloudtrail:DeleteTrail"):
            self._client.delete_trail(Name=live.id)
        return ""


class CloudFormationStack(AwsObject):
    """A CloudFormation stack, with all that it made."""

    service = "cloudformation"

    def find(self) -> Live | None:
        name = self._inputs["name"]
        found = asked(
            f"CloudFormation stack {name}",
            lambda: self._client.describe_stacks(StackName=name),
            "ValidationError: .*does not exist",
        )
        if not found:
            return None
        (stack,) = found["Stacks"]
        return Live(stack["StackId"], tags_of(stack.get("Tags", ())), age_of(found, stack["CreationTime"]))

    def remove(self, live: Live) -> str:
        with calling(f"removing CloudFormation stack {live.id}", "cloudformation:DeleteStack and what the stack holds"):
            self._client.delete_stack(StackName=live.id)
            self._wait_until_gone(live.id)
        return ""

    def _wait_until_gone(self, stack_id: str) -> None:
        name, started, reported = self._inputs["name"], time.monotonic(), 0.0
        while True:
            # By its id a stack is still shown after it went.
            (stack,) = self._client.describe_stacks(StackName=stack_id)["Stacks"]
            status, passed = stack["StackStatus"], time.monotonic() - started
            if status == "DELETE_COMPLETE":
                return
            if status == "DELETE_FAILED" or passed > _STACK_GOES_WITHIN:
                raise OperateError(
                    f"CloudFormation stack {name} cannot be removed: {stack.get('StackStatusReason') or status}; "
                    "remove it in the AWS console, then run this again"
                )
            if passed - reported >= _SAY_EVERY:
                reported = passed
                say(f"CloudFormation still removes stack {name}; for at most {_STACK_GOES_WITHIN / 60:.0f} minutes")
            time.sleep(_POLL)


_KINDS: dict[str, type[AwsObject]] = {
    "aws:cloudformation/stack:Stack": CloudFormationStack,
    "aws:cloudtrail/trail:Trail": OrphanTrail,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": OrphanOidcProvider,
    "aws:iam/role:Role": OrphanRole,
    "aws:iam/rolePolicy:RolePolicy": RolePolicy,
    BUCKET: Bucket,
    "aws:sns/topic:Topic": OrphanTopic,
}


def aws_object(clients: AwsClients, resource: Resource, region: str) -> AwsObject | None:
    """Return what stands for a resource in AWS; None for a resource that has no name of its own there."""
    kind = _KINDS.get(resource.type)
    return kind(clients, resource.inputs, region) if kind else None
