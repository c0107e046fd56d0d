"""The objects in AWS that a stack makes under a name that is known beforehand: finding and removing one.

Sub-resources of a bucket are not among them: they are put in place of each other and go with it.
"""

from __future__ import annotations

import abc
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from components.aws.bucket import past_conflicts
from components.aws.clients import AwsClients
from components.aws.errors import calling, error_code
from operate.console import OperateError, say
from operate.engine.state import BUCKET, Resource

_STACK_GOES_WITHIN = 900.0
"""Seconds that the removal of a CloudFormation stack may take."""
_POLL = 3.0
_SAY_EVERY = 30.0


@dataclass(frozen=True)
class Live:
    """An object that exists.

    Attributes:
        id: its id, as Pulumi's state has it.
        tags: those that tell whose it is.
        age: seconds since it was created, by AWS's own clock; None where AWS does not tell.
    """

    id: str
    tags: Mapping[str, str]
    age: float | None


class AwsObject(abc.ABC):
    """An object by its type and name. Its methods raise `AwsError` when AWS refuses or cannot be asked.

    Args:
        clients: make the calls.
        inputs: of the resource in Pulumi.
        region: where to look, unless the inputs say.
    """

    service: ClassVar[str]

    def __init__(self, clients: AwsClients, inputs: Mapping[str, Any], region: str) -> None:
        self._inputs = inputs
        self._client = clients.client(self.service, inputs.get("region") or region)

    @abc.abstractmethod
    def find(self) -> Live | None:
        """Return the object as it stands; None when there is none of this name."""

    @abc.abstractmethod
    def remove(self, live: Live) -> str:
        """Remove it; return why it is kept, where it is."""


class OrphanRole(AwsObject):
    """An IAM role, with the policies on it."""

    service = "iam"

    def find(self) -> Live | None:
        name = self._inputs["name"]
        role = _ask(f"IAM role {name}", lambda: self._client.get_role(RoleName=name), "NoSuchEntity")
        return Live(name, _tags(role["Role"].get("Tags", ())), _age(role, role["Role"]["CreateDate"])) if role else None

    def remove(self, live: Live) -> str:
        with calling(f"removing IAM role {live.id}", "iam:DeleteRole and the removal of its policies"):
            for policy in self._listed("list_role_policies", live, "PolicyNames"):
                self._client.delete_role_policy(RoleName=live.id, PolicyName=policy)
            for policy in self._listed("list_attached_role_policies", live, "AttachedPolicies"):
                self._client.detach_role_policy(RoleName=live.id, PolicyArn=policy["PolicyArn"])
            self._client.delete_role(RoleName=live.id)
        return ""

    def _listed(self, what: str, live: Live, key: str) -> list[Any]:
        pages = self._client.get_paginator(what).paginate(RoleName=live.id)
        return [entry for page in pages for entry in page[key]]


class RolePolicy(AwsObject):
    """A policy on an IAM role. The role's tags tell whose it is; AWS does not tell when it was created."""

    service = "iam"

    def find(self) -> Live | None:
        role, name = self._inputs["role"], self._inputs["name"]
        policy = _ask(
            f"policy {name} of IAM role {role}",
            lambda: self._client.get_role_policy(RoleName=role, PolicyName=name),
            "NoSuchEntity",
        )
        owner = policy and _ask(f"IAM role {role}", lambda: self._client.get_role(RoleName=role), "NoSuchEntity")
        return Live(f"{role}:{name}", _tags(owner["Role"].get("Tags", ())), None) if owner else None

    def remove(self, live: Live) -> str:
        role, _, name = live.id.partition(":")
        with calling(f"removing policy {name} of IAM role {role}", "iam:DeleteRolePolicy"):
            self._client.delete_role_policy(RoleName=role, PolicyName=name)
        return ""


class OrphanOidcProvider(AwsObject):
    """An OpenID Connect provider: an account has one for a URL."""

    service = "iam"

    def find(self) -> Live | None:
        host = str(self._inputs["url"]).removeprefix("https://")
        with calling("listing the OpenID Connect providers", "iam:ListOpenIDConnectProviders"):
            listed = self._client.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        arn = next((each["Arn"] for each in listed if each["Arn"].partition("/")[2] == host), None)
        if arn is None:
            return None
        found = _ask(
            f"OpenID Connect provider {arn}",
            lambda: self._client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn),
            "NoSuchEntity",
        )
        return Live(arn, _tags(found.get("Tags", ())), _age(found, found["CreateDate"])) if found else None

    def remove(self, live: Live) -> str:
        with calling(f"removing OpenID Connect provider {live.id}", "iam:DeleteOpenIDConnectProvider"):
            self._client.delete_open_id_connect_provider(OpenIDConnectProviderArn=live.id)
        return ""


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
        tags = _ask(
            f"the tags of SNS topic {arn}", lambda: self._client.list_tags_for_resource(ResourceArn=arn), "NotFound"
        )
        return Live(arn, _tags(tags["Tags"]), None) if tags else None

    def remove(self, live: Live) -> str:
        with calling(f"removing SNS topic {live.id}", "sns:DeleteTopic"):
            self._client.delete_topic(TopicArn=live.id)
        return ""


class Bucket(AwsObject):
    """An S3 bucket; only an empty one is removed."""

    service = "s3"

    def find(self) -> Live | None:
        name = self._inputs["bucket"]
        if not _ask(f"S3 bucket {name}", lambda: self._client.head_bucket(Bucket=name), "404", "NoSuchBucket"):
            return None
        tags = _ask(
            f"the tags of S3 bucket {name}", lambda: self._client.get_bucket_tagging(Bucket=name), "NoSuchTagSet"
        )
        return Live(name, _tags(tags["TagSet"] if tags else ()), self._age_of(name))

    def _age_of(self, name: str) -> float | None:
        # The only call of S3's that tells it; what changes the bucket may move it on.
        with calling(f"asking when S3 bucket {name} was created", "s3:ListAllMyBuckets"):
            listed = self._client.list_buckets(Prefix=name)
        created = (each["CreationDate"] for each in listed["Buckets"] if each["Name"] == name)
        return next((_age(listed, when) for when in created), None)

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
        return Live(arn, _tags(found["TagsList"]), self._age_of(arn))

    def _age_of(self, arn: str) -> float | None:
        """Return how long it has been running: CloudTrail tells no more, and whoever creates a trail starts it next."""
        with calling(f"reading the status of CloudTrail trail {arn}", "cloudtrail:GetTrailStatus"):
            status = self._client.get_trail_status(Name=arn)
        started = status.get("StartLoggingTime")
        return _age(status, started) if started else None

    def remove(self, live: Live) -> str:
        with calling(f"removing CloudTrail trail {live.id}", "cloudtrail:DeleteTrail"):
            self._client.delete_trail(Name=live.id)
        return ""


class CloudFormationStack(AwsObject):
    """A CloudFormation stack, with all that it made."""

    service = "cloudformation"

    def find(self) -> Live | None:
        name = self._inputs["name"]
        found = _ask(
            f"CloudFormation stack {name}",
            lambda: self._client.describe_stacks(StackName=name),
            "ValidationError: .*does not exist",
        )
        if not found:
            return None
        (stack,) = found["Stacks"]
        return Live(stack["StackId"], _tags(stack.get("Tags", ())), _age(found, stack["CreationTime"]))

    def remove(self, live: Live) -> str:
        with calling(f"removing CloudFormation stack {live.id}", "cloudformation:DeleteStack and what the stack holds"):
            self._client.delete_stack(StackName=live.id)
            self._wait_until_gone(live.id)
        return ""

    def _wait_until_gone(self, stack_id: str) -> None:
        name, started, said = self._inputs["name"], time.monotonic(), 0.0
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
            if passed - said >= _SAY_EVERY:
                said = passed
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


def _ask(what: str, call: Callable[[], dict[str, Any]], *absent: str) -> dict[str, Any] | None:
    """Return what a call answers; None where it answers that there is no such thing.

    Args:
        what: is read, for the error.
        call: reads it.
        absent: how the error begins that says so, as `<code>: <message>`.
    """
    with calling(f"reading {what}"):
        try:
            return call()
        except ClientError as error:
            said = f"{error_code(error)}: {error.response['Error'].get('Message', '')}"
            if any(re.match(pattern, said) for pattern in absent):
                return None
            raise


def _age(reply: Mapping[str, Any], created: datetime) -> float:
    """Return the seconds between a moment and the reply that names it, whatever the clock of this machine says."""
    replied = parsedate_to_datetime(reply["ResponseMetadata"]["HTTPHeaders"]["date"])
    return (replied - created).total_seconds()


def _tags(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}
