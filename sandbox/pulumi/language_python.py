"""Stand-in for `pulumi-language-python`, which is not to be had as a Go module.

Used only beside an engine that this project built; an installed CLI brings its own. It speaks the engine's own protocol
(`pulumi.runtime.proto.language`): the engine asks it to run the program, and it starts the official
`pulumi-language-python-exec` of the Python SDK in the project's virtual environment.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2 as pb
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto.language_pb2_grpc import (
    LanguageRuntimeServicer,
    add_LanguageRuntimeServicer_to_server,
)

from sandbox.pulumi.server import serve as serve_until_stopped

EXECUTOR = "pulumi-language-python-exec"
# The official executor ends with this code when it has shown the user an error already (source: its own text).
ERROR_ALREADY_SHOWN = 32


class PythonLanguageHost(LanguageRuntimeServicer):
    """Runs Python programs for the engine; one instance serves one CLI operation.

    Args:
        engine_address: of the engine, to which a program logs.
    """

    def __init__(self, engine_address: str) -> None:
        self._engine_address = engine_address
        self._program: subprocess.Popen[bytes] | None = None

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def GetRequiredPackages(
        self, request: pb.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> pb.GetRequiredPackagesResponse:
        # Empty is allowed: the SDK names each plugin and its version again when it registers a resource.
        return pb.GetRequiredPackagesResponse()

    def Run(self, request: pb.RunRequest, context: grpc.ServicerContext) -> pb.RunResponse:
        executor = shutil.which(EXECUTOR)
        if executor is None:
            return pb.RunResponse(error=f"{EXECUTOR} is not on PATH; run `make setup` again")
        command = [
            str(_interpreter(request.info)), "-u", executor,
            "--monitor", request.monitor_address,
            "--engine", self._engine_address,
            "--project", request.project,
            "--root_directory", request.info.root_directory,
            "--stack", request.stack,
            "--pwd", request.pwd or request.info.program_directory,
            "--dry_run", "true" if request.dryRun else "false",
            "--parallel", str(request.parallel),
            "--organization", request.organization,
            request.info.entry_point or ".",
        ]  # fmt: skip
        environment = {
            **os.environ,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        self._program = subprocess.Popen(command, cwd=request.info.program_directory, env=environment)
        code = self._program.wait()
        if code == ERROR_ALREADY_SHOWN:
            return pb.RunResponse(bail=True)
        return pb.RunResponse(error=f"Program exited with non-zero exit code: {code}" if code else "")

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self.stop_program()
        return empty_pb2.Empty()

    def InstallDependencies(
        self, request: pb.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.InstallDependenciesResponse]:
        """Make the virtual environment that Pulumi.yaml names and install requirements.txt into it."""
        python = _interpreter(request.info)
        steps = [
            [str(python), "-m", "pip", "install", "--quiet", "-r", str(Path(request.directory, "requirements.txt"))]
        ]
        if not python.exists():
            steps.insert(0, [sys.executable, "-m", "venv", str(python.parent.parent)])
        for step in steps:
            result = subprocess.run(step, capture_output=True, check=False)
            yield pb.InstallDependenciesResponse(stdout=result.stdout, stderr=result.stderr)
            if result.returncode:
                context.abort(grpc.StatusCode.UNKNOWN, f"{' '.join(step[1:4])} ended with {result.returncode}")

    def About(self, request: pb.AboutRequest, context: grpc.ServicerContext) -> pb.AboutResponse:
        return pb.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def GetProgramDependencies(
        self, request: pb.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> pb.GetProgramDependenciesResponse:
        installed = ((found.metadata["Name"], found.version) for found in metadata.distributions())
        return pb.GetProgramDependenciesResponse(
            dependencies=[pb.DependencyInfo(name=name, version=version) for name, version in sorted(installed)]
        )

    def stop_program(self) -> None:
        """End the program that runs, if one does, as the engine's cancellation asks."""
        if self._program is not None and self._program.poll() is None:
            self._program.terminate()


def _interpreter(info: pb.ProgramInfo) -> Path:
    """Return the interpreter of the virtual environment that Pulumi.yaml names, relative to it; else this one."""
    environment = dict(info.options).get("virtualenv")
    return Path(info.root_directory, str(environment), "bin", "python") if environment else Path(sys.executable)


def serve() -> None:
    """Serve until told to stop, and leave no program behind."""
    host = PythonLanguageHost(sys.argv[-1])  # the engine starts a host with its address
    serve_until_stopped(lambda server: add_LanguageRuntimeServicer_to_server(host, server))
    host.stop_program()


if __name__ == "__main__":
    serve()
