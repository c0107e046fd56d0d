"""What the stand-in plugins share: the parts of the engine's protocol without any work, and errors in plain words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer
from pulumi.runtime.proto.status_pb2 import Status

MethodT = TypeVar("MethodT", bound=Callable[..., Any])


class PluginError(Exception):
    """An operation failed; the text is for the user.

    Attributes:
        detail: what the engine is to know besides, if anything.
    """

    detail: Message | None = None


def reported(method: MethodT) -> MethodT:
    """Send a plugin's own errors to the engine, never a traceback."""

    @wraps(method)
    def call(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except PluginError as error:
            if error.detail is not None:
                status = Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
                status.details.add().Pack(error.detail)
                context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
            return context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return call  # type: ignore[return-value]  # the wrapper has the method's own signature


def type_of(urn: str) -> str:
    """Return the type of a resource from its URN, whose third part names all its parents' types before it."""
    return urn.split("::")[2].split("$")[-1]


class PluginServicer(ResourceProviderServicer):
    """A plugin without settings of its own; neither secrets nor outputs are taken, so the engine marks them itself."""

    version: ClassVar[str]

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.version)

    def Handshake(
        self, request: pb.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> pb.ProviderHandshakeResponse:
        return pb.ProviderHandshakeResponse()

    def CheckConfig(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        return pb.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)

    def Configure(self, request: pb.ConfigureRequest, context: grpc.ServicerContext) -> pb.ConfigureResponse:
        return pb.ConfigureResponse(supportsPreview=True)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        # What runs may end; the engine closes the process afterwards.
        return Empty()
