"""Stand-in for the official Command plugin, with the one type `command:local:Command`.

It is used only where no official plugin is installed. It behaves as the official one's documentation says: `create`
runs when the resource is made or a trigger changes, `update` (or `create` again, where there is none) when anything
else does, `delete` when it goes; the standard output of the last run is the output `stdout`.
"""

from __future__ import annotations

import os
import subprocess
import uuid
from importlib import metadata

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb

from sandbox.pulumi.provider import PluginError, PluginServicer, reported, type_of
from sandbox.pulumi.server import serve_provider
from sandbox.pulumi.wire import UNKNOWN, PropertyMap, to_python, to_struct

TYPE = "command:local:Command"
SHELL = ["/bin/sh", "-c"]
INPUTS = {"create", "update", "delete", "dir", "environment", "interpreter", "stdin", "triggers"}
OUTPUTS = ("stdout", "stderr")


class CommandError(PluginError):
    """A command failed, or something was asked for that this plugin does not do."""


class CommandProvider(PluginServicer):
    """Serves local commands; without any state of its own."""

    version = metadata.version("pulumi_command")

    @reported
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        if type_of(request.urn) != TYPE:
            raise CommandError(f"the sandbox's Command plugin does not implement {type_of(request.urn)}")
        unknown = sorted(to_python(request.news).keys() - INPUTS)
        if unknown:
            raise CommandError(f"the sandbox's Command plugin does not implement {TYPE}'s {', '.join(unknown)}")
        return pb.CheckResponse(inputs=request.news)

    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        olds, news = to_python(request.old_inputs), to_python(request.news)
        changed = sorted(name for name in INPUTS if olds.get(name) != news.get(name))
        return pb.DiffResponse(
            changes=pb.DiffResponse.DIFF_SOME if changed else pb.DiffResponse.DIFF_NONE,
            diffs=changed,
            replaces=[name for name in changed if name == "triggers"],
        )

    @reported
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        inputs = to_python(request.properties)
        if request.preview:
            return pb.CreateResponse(properties=to_struct({**inputs, **dict.fromkeys(OUTPUTS, UNKNOWN)}))
        outputs = _run(inputs, inputs.get("create"), {})
        return pb.CreateResponse(id=uuid.uuid4().hex, properties=to_struct({**inputs, **outputs}))

    @reported
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        olds, news = to_python(request.olds), to_python(request.news)
        if request.preview:
            return pb.UpdateResponse(properties=to_struct({**news, **dict.fromkeys(OUTPUTS, UNKNOWN)}))
        outputs = _run(news, news.get("update") or news.get("create"), olds)
        return pb.UpdateResponse(properties=to_struct({**news, **outputs}))

    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        return pb.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    @reported
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        state = to_python(request.properties)
        _run(state, state.get("delete"), state)
        return Empty()


def _run(inputs: PropertyMap, command: str | None, before: PropertyMap) -> dict[str, str]:
    """Run a command in its folder and environment, with the outputs of the run before in PULUMI_COMMAND_STDOUT/_STDERR.

    Raises:
        CommandError: it ended with another code than 0; its standard error is in the text.
    """
    if not command:
        return {name: str(before.get(name, "")) for name in OUTPUTS}
    earlier = {f"PULUMI_COMMAND_{name.upper()}": str(before[name]) for name in OUTPUTS if name in before}
    done = subprocess.run(
        [*(inputs.get("interpreter") or SHELL), command],
        cwd=inputs.get("dir"),
        env={**os.environ, **earlier, **(inputs.get("environment") or {})},
        input=inputs.get("stdin"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"exit status {done.returncode}: running {command!r}:\n{done.stdout}{done.stderr}".rstrip())
    return {"stdout": done.stdout.removesuffix("\n"), "stderr": done.stderr.removesuffix("\n")}


def serve() -> None:
    """Serve until told to stop."""
    serve_provider(CommandProvider())
