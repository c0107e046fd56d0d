"""The engine's ResourceProvider protocol, translated to the plugin's operations."""

from __future__ import annotations

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb

from sandbox.pulumi.aws import VERSION, inputs, operations
from sandbox.pulumi.aws.catalog import resource_for
from sandbox.pulumi.aws.diff import PropertyChange, compare
from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.aws.session import BOOKKEEPING, SUPPORTED, Aws, decode
from sandbox.pulumi.provider import PluginServicer, reported, type_of
from sandbox.pulumi.wire import state_of, to_python, to_struct

_KINDS = {
    (PropertyChange.ADD, False): pb.PropertyDiff.ADD,
    (PropertyChange.ADD, True): pb.PropertyDiff.ADD_REPLACE,
    (PropertyChange.DELETE, False): pb.PropertyDiff.DELETE,
    (PropertyChange.DELETE, True): pb.PropertyDiff.DELETE_REPLACE,
    (PropertyChange.UPDATE, False): pb.PropertyDiff.UPDATE,
    (PropertyChange.UPDATE, True): pb.PropertyDiff.UPDATE_REPLACE,
}


class AwsProvider(PluginServicer):
    """Serves the types of the catalog; one instance per process, called by many threads at once."""

    version = VERSION

    def __init__(self) -> None:
        self._aws: Aws | None = None

    @property
    def aws(self) -> Aws:
        """The configured clients."""
        if self._aws is None:
            raise ProviderError("the provider is not configured")
        return self._aws

    @reported
    def CheckConfig(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        news = to_python(request.news)
        failures = [
            pb.CheckFailure(property=name, reason=f"the sandbox's AWS plugin does not implement the setting aws:{name}")
            for name in sorted(news.keys() - SUPPORTED - BOOKKEEPING)
        ]
        return pb.CheckResponse(inputs=request.news, failures=failures)

    @reported
    def DiffConfig(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        before = request.old_inputs if request.HasField("old_inputs") else request.olds
        olds, news = to_python(before), to_python(request.news)
        names = sorted(name for name in {*olds, *news} - BOOKKEEPING if olds.get(name) != news.get(name))
        changes = pb.DiffResponse.DIFF_SOME if names else pb.DiffResponse.DIFF_NONE
        return pb.DiffResponse(changes=changes, diffs=names)

    @reported
    def Configure(self, request: pb.ConfigureRequest, context: grpc.ServicerContext) -> pb.ConfigureResponse:
        aws = Aws(decode(to_python(request.args)))
        aws.connect()
        self._aws = aws
        return super().Configure(request, context)

    @reported
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        traits = resource_for(type_of(request.urn)).traits
        olds, news, name = to_python(request.olds), to_python(request.news), request.urn.rsplit("::", 1)[1]
        checked, failures = inputs.check(traits, self.aws, olds, news, name, request.randomSeed)
        return pb.CheckResponse(
            inputs=to_struct(checked),
            failures=[pb.CheckFailure(property=failure.property, reason=failure.reason) for failure in failures],
        )

    @reported
    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        resource = resource_for(type_of(request.urn))
        traits = resource.traits
        difference = compare(traits, to_python(request.olds), to_python(request.news), list(request.ignoreChanges))
        replacing = set(difference.replaces)
        return pb.DiffResponse(
            changes=pb.DiffResponse.DIFF_SOME if difference.changes else pb.DiffResponse.DIFF_NONE,
            replaces=difference.replaces,
            diffs=difference.names,
            stables=sorted(traits.replaces - replacing),
            deleteBeforeReplace=difference.delete_first,
            hasDetailedDiff=True,
            detailedDiff={
                path: pb.PropertyDiff(kind=_KINDS[change, path.split(".")[0].split("[")[0] in replacing])
                for path, change in difference.changes.items()
            },
        )

    @reported
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        resource, properties = resource_for(type_of(request.urn)), to_python(request.properties)
        if request.preview:
            return pb.CreateResponse(properties=to_struct(operations.preview_create(resource.traits, properties)))
        resource_id, outputs = operations.create(resource, self.aws, properties)
        return pb.CreateResponse(id=resource_id, properties=state_of(resource_id, outputs))

    @reported
    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        resource = resource_for(type_of(request.urn))
        found = operations.read(
            resource, self.aws, request.id, to_python(request.inputs), to_python(request.properties)
        )
        if found is None:
            return pb.ReadResponse()
        outputs, new_inputs = found
        return pb.ReadResponse(id=request.id, properties=state_of(request.id, outputs), inputs=to_struct(new_inputs))

    @reported
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        resource, ignored = resource_for(type_of(request.urn)), list(request.ignoreChanges)
        olds, news = to_python(request.olds), to_python(request.news)
        if request.preview:
            outputs = operations.preview_update(resource.traits, olds, news, ignored)
        else:
            outputs = operations.update(resource, self.aws, request.id, olds, news, ignored)
        return pb.UpdateResponse(properties=state_of(request.id, outputs))

    @reported
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        resource = resource_for(type_of(request.urn))
        operations.delete(resource, self.aws, request.id, to_python(request.properties))
        return Empty()

    @reported
    def Invoke(self, request: pb.InvokeRequest, context: grpc.ServicerContext) -> pb.InvokeResponse:
        from sandbox.pulumi.aws.invokes import invoke

        result = invoke(request.tok, self.aws, to_python(request.args))
        return pb.InvokeResponse(**{"return": to_struct(result)})
