"""The Pulumi engine and the plugins that the sandbox runs on.

The engine is the official CLI, taken from the first of these places: PATH, the project's cache, a build from its
Go modules (`sandbox/pulumi/engine`), the official installer. The AWS plugin is always the project's stand-in, since the
official one cannot reach all of moto; the language host and the Command plugin are stand-ins only where no official
one is installed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TextIO

from sandbox.progress import CommandFailed, Progress

ENGINE_VERSION = "3.259.0"
"""The version that is built or downloaded; newer ones do not resolve as Go modules."""

CLI_MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
SDK_SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
LANGUAGE_HOST = "pulumi-language-python"
STAND_INS = "sandbox.pulumi"
ROOT = Path(__file__).resolve().parents[2]


class ToolchainError(Exception):
    """No engine could be had; the message names what was tried and what to do."""


@dataclass(frozen=True)
class Toolchain:
    """Where the engine and its plugins stand.

    Attributes:
        bin: folder that holds `pulumi` and its language host.
        pulumi_home: folder given to the CLI as PULUMI_HOME; it holds the plugins.
    """

    bin: Path
    pulumi_home: Path

    @property
    def folders(self) -> tuple[Path, Path]:
        """Folders for PATH: engine and plugins, and this interpreter's, so that `python` has the project's packages."""
        return self.bin, Path(sys.executable).parent

    def environment(self, path: str = os.defpath) -> dict[str, str]:
        """Return the variables with which `pulumi` finds this engine and these plugins.

        Args:
            path: the PATH to put the tools in front of; folders that are in it already are not repeated.
        """
        first = [str(folder) for folder in self.folders]
        rest = [folder for folder in path.split(os.pathsep) if folder and folder not in first]
        return {
            "PATH": os.pathsep.join([*first, *rest]),
            "PULUMI_HOME": str(self.pulumi_home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }


def prepare(home: Path, stream: TextIO | None = None) -> Toolchain:
    """Find or make the engine, and install the plugins below `home`.

    Args:
        home: the sandbox's folder; made if missing. Safe to call again, and from several processes at once.
        stream: shows how far it is with what takes long; None for nothing.

    Raises:
        ToolchainError: there is no engine here and none can be made.
    """
    home = home.resolve()
    engine = _on_path() or _cached() or _built(stream) or _downloaded(stream)
    if engine is None:
        raise ToolchainError(
            "no Pulumi engine: `pulumi` is not on PATH, `go` is not there to build it, and the official installer "
            "did not answer; install Pulumi (https://www.pulumi.com/docs/install/) or Go 1.26 and run the command again"
        )
    brings_language_host = (engine / LANGUAGE_HOST).exists()
    toolchain = Toolchain(engine if brings_language_host else home / "tools", home / "pulumi")
    if not brings_language_host:
        _complete_engine(engine, toolchain.bin)
    aws = _plugin_folder(toolchain.pulumi_home, "aws", "pulumi_aws")
    _write_launcher(aws / "pulumi-resource-aws", f"{STAND_INS}.aws")
    _install_command_plugin(_plugin_folder(toolchain.pulumi_home, "command", "pulumi_command"))
    return toolchain


def cache_folder() -> Path:
    """Return the folder that keeps the built engine across clones of this project."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base, "trend-onboarding", f"engine-{ENGINE_VERSION}", "bin")


def _on_path() -> Path | None:
    found = shutil.which("pulumi")
    # Once `.sandbox/env` is sourced, the built engine is on PATH too: that one is not an installed CLI.
    if found is None or (_cached() and Path(found).samefile(cache_folder() / "pulumi")):
        return None
    return Path(found).resolve().parent


def _cached() -> Path | None:
    return cache_folder() if (cache_folder() / "pulumi").exists() else None


def _built(stream: TextIO | None) -> Path | None:
    """Build the CLI from its Go modules into the cache; None without Go."""
    go = shutil.which("go")
    if go is None:
        return None
    target = cache_folder()
    with _locked(target.parent):
        if built := _cached():  # by another process, while this one waited for the lock
            return built
        module = ROOT / "sandbox" / "pulumi" / "engine"
        what = f"Building the Pulumi engine {ENGINE_VERSION} from its Go modules, once a machine"
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch, Progress(what, stream) as progress:
            try:
                _compile(go, module, Path(scratch, "bin"), progress)
            except CommandFailed as error:
                raise ToolchainError(f"building the Pulumi engine failed: {error}") from None
            # One rename: a build that was interrupted leaves nothing that looks like an engine.
            Path(scratch, "bin").rename(target)
    return target


def _downloaded(stream: TextIO | None) -> Path | None:
    """Let the official installer fetch the CLI; None where it cannot."""
    # Imported here: the Automation API takes a quarter of a second to load, and only this last resort needs it.
    import semver
    from pulumi.automation import PulumiCommand

    root = cache_folder().parent
    try:
        with Progress(f"Downloading the Pulumi engine {ENGINE_VERSION} with its official installer", stream):
            PulumiCommand.install(root=str(root), version=semver.VersionInfo.parse(ENGINE_VERSION))
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return None
    return _cached()


def _compile(go: str, module: Path, folder: Path, progress: Progress) -> None:
    """Build the CLI into a folder, and put the scripts of its SDK beside it."""
    fetched = compiled = 0

    def on_fetched(line: str) -> None:
        nonlocal fetched
        if line.startswith("go: downloading "):
            fetched += 1
            progress.show(f"{fetched} modules fetched")

    def on_compiled(_line: str) -> None:
        nonlocal compiled
        compiled += 1
        progress.show(f"{min(compiled, total)} of {total} packages compiled")

    progress.show("reading the modules")
    total = len(progress.run([go, "list", "-deps", CLI_MODULE], module, on_fetched).splitlines())
    progress.show(f"compiling {total} packages")
    stamp = f"-s -w -X {SDK_MODULE}/go/common/version.Version=v{ENGINE_VERSION}"
    build = [go, "build", "-v", "-trimpath", "-ldflags", stamp, "-o", str(folder / "pulumi"), CLI_MODULE]
    progress.run(build, module, on_compiled)
    sdk = Path(progress.run([go, "list", "-m", "-f", "{{.Dir}}", SDK_MODULE], module, on_fetched).strip())
    for script in SDK_SCRIPTS:
        copy = folder / Path(script).name
        shutil.copyfile(sdk / script, copy)
        copy.chmod(0o755)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _complete_engine(engine: Path, folder: Path) -> None:
    """Put the stand-in language host beside the CLI, in a folder of the sandbox's own.

    The CLI warns in every run about a language host that it finds on PATH, and stays silent about one that stands
    beside its own executable. Hence the links: hard ones, since it resolves a symbolic link to itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("pulumi", *(Path(script).name for script in SDK_SCRIPTS)):
        source, link = engine / name, folder / name
        if not source.exists() or (link.exists() and link.samefile(source)):
            continue
        link.unlink(missing_ok=True)
        try:
            link.hardlink_to(source)
        except OSError:  # the cache is on another file system: works as well, with the warning
            link.symlink_to(source)
    _write_launcher(folder / LANGUAGE_HOST, f"{STAND_INS}.language_python")


def _plugin_folder(pulumi_home: Path, name: str, distribution: str) -> Path:
    """Return the folder where the engine looks for a plugin in the version that the installed SDK names."""
    return pulumi_home / "plugins" / f"resource-{name}-v{metadata.version(distribution)}"


def _install_command_plugin(folder: Path) -> None:
    """Link the official Command plugin where the user has it, else put the stand-in there.

    The file is linked and not its folder: the engine takes no symbolic link for a plugin's folder.
    """
    users_home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    users, ours = (each / "pulumi-resource-command" for each in (users_home / "plugins" / folder.name, folder))
    # Once `.sandbox/env` is sourced, the user's folder is a sandbox's, this one or another.
    if not users.exists() or STAND_INS.encode() in _head(users):
        _write_launcher(ours, f"{STAND_INS}.command")
        return
    folder.mkdir(parents=True, exist_ok=True)
    ours.unlink(missing_ok=True)
    ours.symlink_to(users.resolve())


def _head(file: Path) -> bytes:
    """Return as much of a file as a launcher has at most; an official plugin has some fifty megabytes."""
    with file.open("rb") as opened:
        return opened.read(8192)


def _write_launcher(path: Path, module: str) -> None:
    """Write an executable that runs `module` of this project with this interpreter, whatever the working folder.

    The project's folder goes into `sys.path` of that process alone: a PYTHONPATH would leak into the user's program.
    """
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {module} import serve; serve()"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -u -c {shlex.quote(code)} "$@"\n')
    fresh.chmod(0o755)
    fresh.replace(path)


if __name__ == "__main__":
    try:
        prepare(ROOT / ".sandbox", sys.stderr)
    except ToolchainError as error:
        sys.exit(f"error: {error}")
