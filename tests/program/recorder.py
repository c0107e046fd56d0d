"""An engine that makes nothing: it writes down what the program registers, and answers as AWS and Trend would.

The SDK's own mocks show a resource's inputs alone. The rules of this program are also about options and about what is
secret, which only the request itself shows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2

from components.aws.context import AwsContext

PROJECT, STACK = "trend-onboarding", "dev"
WHERE = AwsContext("012345678901", "us-east-1", "aws", "amazonaws.com")
CLOUD_ONE_ACCOUNT = "098765432109"
MARK = "3f0c7f5e-0000-4000-8000-000000000000"
EXTERNAL_ID = "tenant-external-id"
TOKEN = "SENTINEL-minted-token"
VENDOR_TEMPLATE = "https://a-bucket.s3.amazonaws.com/1.2/cloudtrail.yaml"


@dataclass(frozen=True)
class RecordedSecret:
    """A value that went over the wire as a secret."""

    value: Any


@dataclass(frozen=True)
class Registered:
    """A resource as the program registered it.

    Attributes:
        type: without the prefix of dynamic resources, for example `trend:Connector` or `aws:iam/role:Role`.
        inputs: what it is made of; each secret is a `RecordedSecret`.
        options: the request, for its options.
    """

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    options: resource_pb2.RegisterResourceRequest

    @property
    def depends_on(self) -> set[str]:
        """Names of the resources that the engine knows it to depend on."""
        return {urn.rpartition("::")[2] for urn in self.options.dependencies}


class EngineError(grpc.RpcError):  # type: ignore[misc]  # grpc publishes no types
    """What the engine's service says when it could not make a resource or answer a question."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return str(self)


class RecordingEngine(MockMonitor):
    """The monitor that the program talks to.

    Attributes:
        made: all resources but components and explicit providers, in the order of their registration.
        providers: types of the explicit providers.
        components: types of the components.
        made_meanwhile: names of what was registered by the end of the longest-lasting resource's making.
        state: what Pulumi's state holds: type and outputs by URN.

    Args:
        preview: computed outputs stay unknown.
        slow: name of a resource whose making lasts until all of `until` are registered, and nothing else follows.
        until: names of other resources.
        without_answer: token of an invoke that fails.
    """

    def __init__(
        self,
        *,
        preview: bool = False,
        slow: str = "",
        until: Collection[str] = (),
        without_answer: str = "",
    ) -> None:
        super().__init__(_NoMocks())
        self.made: list[Registered] = []
        self.components: list[str] = []
        self.state: dict[str, Any] = {}
        self.providers: list[str] = []
        self.asked: list[str] = []
        self._preview = preview
        self._slow, self._until = slow, set(until)
        self.made_meanwhile: set[str] = set()
        self._without_answer = without_answer
        self._lock = threading.Lock()

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> Any:
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=self.make_urn("", request.type, request.name))
        type_ = request.type.removeprefix("pulumi-python:dynamic/")
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = _secrets_marked(json_format.MessageToDict(request.object))
        inputs.pop("__provider", None)
        with self._lock:
            if not request.custom:
                self.components.append(request.type)
                return resource_pb2.RegisterResourceResponse(urn=urn)
            if request.type.startswith("pulumi:providers:"):
                self.providers.append(request.type)
                return resource_pb2.RegisterResourceResponse(urn=urn, id="provider")
            self.made.append(Registered(urn, type_, request.name, inputs, request))
        if request.name == self._slow:
            self._outlast_the_others()
        id_, computed = ("", {}) if self._preview else _computed(type_, request.name)
        state = {**json_format.MessageToDict(request.object), **computed}
        for name in request.additionalSecretOutputs:
            if name in state:
                state[name] = {rpc._special_sig_key: rpc._special_secret_sig, "value": state[name]}
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=id_, object=json_format.ParseDict(state, resource_pb2.RegisterResourceResponse().object)
        )

    def _outlast_the_others(self) -> None:
        deadline = time.monotonic() + 5
        while not self._until <= {each.name for each in self.made} and time.monotonic() < deadline:
            time.sleep(0.01)
        registered = -1
        while registered < len(self.made):
            registered = len(self.made)
            time.sleep(0.1)
        self.made_meanwhile = {each.name for each in self.made}

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> Any:
        self.asked.append(request.tok)
        if request.tok == self._without_answer:
            raise EngineError("the provider has no credentials")
        answers = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": WHERE.account_id},
            "aws:index/getRegion:getRegion": {"region": WHERE.region},
            "aws:index/getPartition:getPartition": {"partition": WHERE.partition, "dnsSuffix": WHERE.url_suffix},
            "pulumi:pulumi:readStackResourceOutputs": {"outputs": self.state},
        }
        reply = resource_pb2.ResourceInvokeResponse()
        json_format.ParseDict(answers[request.tok], getattr(reply, "return"))
        return reply

    def of_type(self, type_: str) -> list[Registered]:
        return [each for each in self.made if each.type == type_]

    def one(self, type_: str, name: str = "") -> Registered:
        """Return the one resource of a type, and of a name where the type alone does not tell."""
        (found,) = [each for each in self.of_type(type_) if name in {"", each.name}]
        return found

    def named(self, name: str) -> Registered:
        (found,) = [each for each in self.made if each.name == name]
        return found

    @property
    def types(self) -> set[str]:
        return {each.type for each in self.made}


class _NoMocks(Mocks):
    """The recorder answers by itself."""

    def call(self, args: MockCallArgs) -> Any:
        raise AssertionError(args.token)

    def new_resource(self, args: MockResourceArgs) -> Any:
        raise AssertionError(args.typ)


def _computed(type_: str, name: str) -> tuple[str, dict[str, Any]]:
    """Return a resource's id and what its provider adds to its inputs."""
    arn = f"arn:aws:x:::{name}"
    known: dict[str, tuple[str, dict[str, Any]]] = {
        "trend:CloudOneAccount": (CLOUD_ONE_ACCOUNT, {"accountId": CLOUD_ONE_ACCOUNT, "region": "us-1"}),
        "trend:Deployment": (MARK, {"mark": MARK}),
        "trend:ExternalId": (CLOUD_ONE_ACCOUNT, {"externalId": EXTERNAL_ID}),
        "trend:VisionOneEnrollment": (CLOUD_ONE_ACCOUNT, {"status": "registered"}),
        "trend:Connector": ("7", {}),
        "trend:CloudAccount": (WHERE.account_id, {"state": "managed"}),
        "trend:PriorLink": (WHERE.account_id, {"before": {"roleArn": f"arn:before:{name}"}}),
        "trend:CloudTrailParameters": (
            "parameters",
            {
                "templateUrl": VENDOR_TEMPLATE,
                "serviceToken": TOKEN,
                "serviceUrl": "https://service.example",
                "apiVersion": "v1",
                "codeBucket": "code-bucket",
            },
        ),
        "trend:VisionOneTenant": (
            CLOUD_ONE_ACCOUNT,
            {"oidcProvider": "issuer.example", "businessId": "business", "customer": "business"},
        ),
        "trend:VisionOneTemplate": (
            WHERE.account_id,
            {
                "templateUrl": "https://signed.example/template?signature",
                "templateDigest": f"sha256:of-{name}",
                "parameters": {"VisionOneAPIKey": TOKEN},
                "issued": "2026-01-01T00:00:00+00:00",
                "before": {},
            },
        ),
        "trend:VisionOneStackRole": (WHERE.account_id, {"roleArn": "arn:stack-role"}),
        "trend:VisionOneAccount": (WHERE.account_id, {}),
        "trend:VendorTemplate": (name, {"templateDigest": f"sha256:of-{name}"}),
        "aws:cloudformation/stack:Stack": (f"{arn}/id", {"outputs": {"CloudOneRoleArn": "arn:management-role"}}),
        "aws:iam/role:Role": (name, {"arn": arn, "name": name}),
        "aws:cloudtrail/trail:Trail": (arn, {"arn": arn}),
        "aws:sns/topic:Topic": (arn, {"arn": arn, "name": name}),
        "command:local:Command": (name, {"stdout": '{"verdict": "ok", "checks": {}, "problems": {}}', "stderr": ""}),
    }
    return known.get(type_, (name, {"arn": arn}))


def _secrets_marked(value: Any) -> Any:
    if isinstance(value, list):
        return [_secrets_marked(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get(rpc._special_sig_key) == rpc._special_secret_sig:
        return RecordedSecret(_secrets_marked(value["value"]))
    return {name: _secrets_marked(each) for name, each in value.items()}


def plain_texts(value: Any) -> Iterator[str]:
    """Yield every text in some inputs, keys included, but none that is secret."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield name
            yield from plain_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from plain_texts(each)
