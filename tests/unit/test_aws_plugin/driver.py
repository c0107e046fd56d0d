"""Plays the engine's part towards the AWS plugin, for its tests; records the AWS calls that are made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import grpc
from botocore.awsrequest import AWSResponse
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub
from pulumi.runtime.proto.status_pb2 import Status

from sandbox.pulumi.aws.servicer import AwsProvider
from sandbox.pulumi.wire import to_python, to_struct

REGION = "us-east-1"
SERVICES = ("sts", "iam", "s3", "s3control", "cloudtrail", "cloudformation", "sns")
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
OIDC = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
BUCKET = "aws:s3/bucket:Bucket"
TRAIL = "aws:cloudtrail/trail:Trail"
STACK = "aws:cloudformation/stack:Stack"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
PART = {
    "access": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "encryption": "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "lifecycle": "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "ownership": "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "policy": "aws:s3/bucketPolicy:BucketPolicy",
    "versioning": "aws:s3/bucketVersioning:BucketVersioning",
}

READ_ROLE = ["GetRole", "ListRolePolicies", "ListAttachedRolePolicies"]
READ_TRAIL = ["DescribeTrails", "GetTrailStatus", "ListTags"]
READ_STACK = ["DescribeStacks", "GetTemplate"]
READ_BUCKET = [
    "HeadBucket",
    *("GetBucketPolicy", "GetBucketAcl", "GetBucketCors", "GetBucketWebsite", "GetBucketVersioning"),
    *("GetBucketAccelerateConfiguration", "GetBucketRequestPayment", "GetBucketLogging"),
    *("GetBucketLifecycleConfiguration", "GetBucketReplication", "GetBucketEncryption", "GetObjectLockConfiguration"),
    "HeadBucket",
    "ListTagsForResource",
]


def policy(action: str | list[str], **statement: Any) -> str:
    """Return a policy of one statement that allows an action on everything, or what the statement says."""
    whole = {"Effect": "Allow", "Action": action, "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::147995105371:root"},
                "Action": ["sts:AssumeRole"],
                "Condition": {"StringEquals": {"sts:ExternalId": "abc"}},
            }
        ],
    }
)
TEMPLATE = {
    "Parameters": {
        "Size": {"Type": "String", "Default": "1"},
        "Token": {"Type": "String", "NoEcho": True, "Default": ""},
    },
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Size"}}}},
    "Outputs": {"Size": {"Value": {"Ref": "Size"}}},
}
TEMPLATE_URL = "https://templates.s3.us-east-1.amazonaws.com/template.json"


class Failed(Exception):
    """The plugin answered with an error; `kept` holds what the engine is to keep, or None."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.kept: pb.ErrorResourceInitFailed | None = None
        for key, value in error.trailing_metadata():
            if key == "grpc-status-details-bin":
                self.kept = pb.ErrorResourceInitFailed()
                assert Status.FromString(value).details[0].Unpack(self.kept)


class DrivenResource:
    """One resource of the state, driven as the engine drives it."""

    def __init__(self, engine: PluginEngine, type_: str, name: str = "thing") -> None:
        self.engine, self.urn = engine, f"urn:pulumi:dev::test::parent:x:Y${type_}::{name}"
        self.id = ""
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}

    def check(self, news: dict[str, Any], seed: bytes = b"seed") -> tuple[dict[str, Any], dict[str, str]]:
        request = pb.CheckRequest(urn=self.urn, olds=to_struct(self.inputs), news=to_struct(news), randomSeed=seed)
        answer = self.engine.call("Check", request)
        return to_python(answer.inputs), {failure.property: failure.reason for failure in answer.failures}

    def checked(self, news: dict[str, Any]) -> dict[str, Any]:
        inputs, failures = self.check(news)
        assert failures == {}
        return inputs

    def replaced(self, news: dict[str, Any]) -> tuple[list[str], bool]:
        """Return the properties that replace the resource, and whether the old one is deleted first."""
        answer = self.diff(news)
        return list(answer.replaces), answer.deleteBeforeReplace

    def diff(self, news: dict[str, Any], ignored: tuple[str, ...] = ()) -> pb.DiffResponse:
        checked = to_struct(self.checked(news))
        olds = to_struct(self.outputs)
        request = pb.DiffRequest(id=self.id, urn=self.urn, olds=olds, news=checked, ignoreChanges=ignored)
        response: pb.DiffResponse = self.engine.call("Diff", request)
        return response

    def changes(self, news: dict[str, Any], ignored: tuple[str, ...] = ()) -> dict[str, str]:
        detail = self.diff(news, ignored).detailedDiff
        return {path: pb.PropertyDiff.Kind.Name(change.kind) for path, change in detail.items()}

    def create(self, news: dict[str, Any]) -> DrivenResource:
        self.inputs = self.checked(news)
        answer = self.engine.call("Create", pb.CreateRequest(urn=self.urn, properties=to_struct(self.inputs)))
        self.id, self.outputs = answer.id, to_python(answer.properties)
        return self

    def preview_create(self, news: dict[str, Any]) -> dict[str, Any]:
        properties = to_struct(self.checked(news))
        return to_python(
            self.engine.call("Create", pb.CreateRequest(urn=self.urn, properties=properties, preview=True)).properties
        )

    def update(self, news: dict[str, Any], ignored: tuple[str, ...] = (), preview: bool = False) -> dict[str, Any]:
        inputs = self.checked(news)
        request = pb.UpdateRequest(
            id=self.id,
            urn=self.urn,
            olds=to_struct(self.outputs),
            news=to_struct(inputs),
            ignoreChanges=ignored,
            preview=preview,
        )
        outputs = to_python(self.engine.call("Update", request).properties)
        if not preview:
            self.inputs, self.outputs = inputs, outputs
        return outputs

    def refresh(self) -> bool:
        """Read; return whether the object is still there."""
        request = pb.ReadRequest(
            id=self.id, urn=self.urn, inputs=to_struct(self.inputs), properties=to_struct(self.outputs)
        )
        answer = self.engine.call("Read", request)
        if not answer.id:
            return False
        self.inputs, self.outputs = to_python(answer.inputs), to_python(answer.properties)
        return True

    def twin(self) -> DrivenResource:
        """Return another hand on the same object."""
        twin = DrivenResource(self.engine, *self.urn.split("$")[1].split("::"))
        twin.id, twin.inputs, twin.outputs = self.id, self.inputs, self.outputs
        return twin

    def delete(self) -> None:
        self.engine.call("Delete", pb.DeleteRequest(id=self.id, urn=self.urn, properties=to_struct(self.outputs)))


class PluginEngine:
    """Plays the engine's part towards one plugin."""

    def __init__(self, provider: AwsProvider, stub: ResourceProviderStub) -> None:
        self.provider, self._stub = provider, stub
        self.calls: list[str] = []
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.configured = False
        self._replies: list[Callable[[], None]] = []

    def call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request)
        except grpc.RpcError as error:
            raise Failed(error) from None

    def configure(self, **settings: Any) -> None:
        arguments = {name: value if isinstance(value, str) else json.dumps(value) for name, value in settings.items()}
        self.call("Configure", pb.ConfigureRequest(args=to_struct({"region": REGION, **arguments})))
        for service in SERVICES:
            self.record(service)
        self.calls.clear()
        self.configured = True

    def record(self, service: str, region: str = REGION) -> None:
        """Record the calls of a service in a region."""
        events = self.provider.aws.client(service, region).meta.events
        events.register("provide-client-params", self._record, unique_id="record")

    def _record(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append(model.name)
        self.requests.append((model.name, params))

    def calls_of(self, action: Any) -> list[str]:
        """Return the AWS calls that an action makes, in order."""
        self.calls.clear()
        action()
        return list(self.calls)

    def resource(self, type_: str, name: str = "thing") -> DrivenResource:
        return DrivenResource(self, type_, name)

    def answer(self, service: str, operation: str, *replies: dict[str, Any]) -> None:
        """Let AWS answer the next calls of an operation with these replies, the last one for good.

        A reply with an `Error` is refused with it; one that is empty lets the call through.
        """
        left = list(replies)

        def reply(**_: Any) -> tuple[Any, dict[str, Any]] | None:
            parsed = left.pop(0) if len(left) > 1 else left[0]
            if not parsed:
                return None
            metadata = {"HTTPStatusCode": 400 if "Error" in parsed else 200}
            return AWSResponse("", metadata["HTTPStatusCode"], {}, None), {**parsed, "ResponseMetadata": metadata}

        events = self.provider.aws.client(service).meta.events
        events.register(f"before-call.*.{operation}", reply)
        self._replies.append(lambda: events.unregister(f"before-call.*.{operation}", reply))

    def let_aws_answer(self) -> None:
        """Take back all that `answer` and `refuse` arranged, and forget the calls."""
        for take_back in self._replies:
            take_back()
        self._replies.clear()
        self.calls.clear()
        self.requests.clear()

    def refuse(self, service: str, operation: str, code: str, message: str, times: int = 0) -> None:
        """Let AWS refuse an operation: the next `times` calls, or all."""
        error = {"Error": {"Code": code, "Message": message}}
        self.answer(service, operation, *([error] * times + [{}] if times else [error]))

    def invoke(self, token: str, **args: Any) -> dict[str, Any]:
        answer = self.call("Invoke", pb.InvokeRequest(tok=token, args=to_struct(args)))
        return to_python(getattr(answer, "return"))
