"""A bucket with existing notifications, around it Trend's stack and what preserves them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from components.aws import clients as aws_clients
from components.aws.notifications import Document
from components.resources import notification_provider
from components.resources.base import OnboardingError
from components.resources.notification_merge import NotificationMergeProvider
from sandbox.gate.faults import Fault
from sandbox.sandbox import ACCOUNT, Sandbox
from tests.lifecycle.engine import Engine, EngineResource

REGION = "us-east-1"
BUCKET = f"sandbox-existing-trail-{REGION}"
CODE_BUCKET = f"cloud-trail-client-stack-template-prod-{REGION}"
STACK = "CloudOne"
GET, PUT = "GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration"
WHERE = {"awsAccountId": ACCOUNT, "awsRegion": REGION, "bucketName": BUCKET}
BEFORE = {**WHERE, "stackName": STACK, "stackSettings": {"tags": {"team": "a"}}}

EXISTING: Document = {
    "TopicConfigurations": [
        {"Id": "removals", "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:removals", "Events": ["s3:ObjectRemoved:*"]}
    ],
    "QueueConfigurations": [
        {"Id": "audit", "QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:audit", "Events": ["s3:ObjectTagging:*"]}
    ],
    "LambdaFunctionConfigurations": [
        {
            "Id": "restores",
            "LambdaFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:CloudOne-lookalike",
            "Events": ["s3:ObjectRestore:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "archive/"}]}},
        }
    ],
    "EventBridgeConfiguration": {},
}
ADDED: Document = {
    "Id": "added",
    "QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:added",
    "Events": ["s3:Replication:*"],
}


class NotifiedBucket:
    """The bucket as other teams and Trend's stack treat it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._s3, self._cloudformation = sandbox.aws("s3"), sandbox.aws("cloudformation")

    def holds(self) -> Document:
        reply = self._s3.get_bucket_notification_configuration(Bucket=BUCKET)
        return {kind: value for kind, value in reply.items() if kind != "ResponseMetadata"}

    def put(self, document: Document) -> None:
        self._s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=document)

    def add(self) -> None:
        self.put(with_added(self.holds()))

    def vanish(self) -> None:
        self._s3.delete_bucket(Bucket=BUCKET)

    def create_stack(self) -> str:
        values = {
            "ExistingCloudtrailBucketName": BUCKET,
            "ServiceToken": "a-token",
            "ServiceURL": "https://cloudtrail.example",
            "S3BucketName": CODE_BUCKET,
            "APIVersion": "v1",
        }
        created = self._cloudformation.create_stack(
            StackName=STACK,
            TemplateURL=f"https://{CODE_BUCKET}.s3.{REGION}.amazonaws.com/cloudtrail.yaml",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        return str(created["StackId"])

    def delete_stack(self) -> None:
        self._cloudformation.delete_stack(StackName=STACK)

    def puts(self) -> int:
        """Return how often a configuration was put since the last count; the stack's own puts are not calls."""
        calls = [call for call in self.sandbox.aws_requests() if call.action == PUT]
        self.sandbox.aws_control.clear_requests()
        return len(calls)

    def refuse(self, action: str) -> None:
        fault = Fault(action=action, count=None, status=403, code="AccessDenied", message="not\nallowed.")
        self.sandbox.aws_control.add_fault(fault)


def with_added(document: Document) -> Document:
    changed = copy.deepcopy(document)
    changed.setdefault("QueueConfigurations", []).append(ADDED)
    return changed


def existing_in(document: Document) -> Document:
    """Take the entry of Trend's forwarder out, which must be there."""
    changed = copy.deepcopy(document)
    functions = changed["LambdaFunctionConfigurations"]
    left = [each for each in functions if not each["LambdaFunctionArn"].endswith(":CloudOne-ct-forwarder")]
    assert len(left) == len(functions) - 1
    changed["LambdaFunctionConfigurations"] = left
    return changed if left else {kind: value for kind, value in changed.items() if value != []}


def begin_anew() -> None:
    """Begin another process of the provider: what an earlier one had in memory is gone."""
    aws_clients.clients.cache_clear()
    notification_provider.last_seen.clear()
    notification_provider.recorded.clear()


class NotifiedDeployment:
    """Snapshot, stack and merge, in the order of the engine."""

    def __init__(self, bucket: NotifiedBucket, snapshot: EngineResource) -> None:
        self.bucket, self.snapshot = bucket, snapshot
        self.merge = Engine({}).resource(NotificationMergeProvider)
        self.stack_id = ""

    def up(self) -> None:
        self.snapshot.up(BEFORE)
        self.stack_id = self.bucket.create_stack()
        self.merge.up(self.wanted)

    @property
    def wanted(self) -> dict[str, Any]:
        """The merge's inputs, as the program declares them after what the snapshot knows."""
        keep = self.snapshot.outs["existing"]
        return {**WHERE, "keep": keep, "stackId": self.stack_id, "forwarderNotified": True}

    def destroy(self) -> None:
        self.merge.destroy()
        self.bucket.delete_stack()
        self.snapshot.destroy()

    def refresh(self) -> None:
        self.snapshot.refresh()
        self.merge.refresh()


def refusal(step: Any, *arguments: Any) -> str:
    with pytest.raises(OnboardingError) as refused:
        step(*arguments)
    message = str(refused.value)
    assert message.startswith("step 8, notifications ")
    assert "\n" not in message
    return message
