"""A sandbox for each worker, and a stack for each test."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from components.resources import base
from operate.engine.flags import Flags
from operate.engine.pulumi_cli import Pulumi
from operate.engine.stack import Stack
from sandbox.organization import Organization
from sandbox.sandbox import Sandbox
from tests.e2e.pulumi_cli import ROOT, SandboxStack
from tests.e2e.subscribers import existing, put


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests of a worker: it takes seconds to start and milliseconds to reset."""
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """The sandbox as it stands right after its start."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def organization(sandbox: Sandbox) -> Organization:
    """The sandbox's organization, in a module whose `running_sandbox` has one."""
    assert sandbox.organization is not None
    return sandbox.organization


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """The tracked files in a folder of their own, beside the virtual environment that is there already."""
    folder = tmp_path / "clone"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / "venv").symlink_to(ROOT / "venv")
    yield folder
    subprocess.run([str(ROOT / "venv/bin/python"), "-m", "sandbox", "stop"], cwd=folder, check=False)


@pytest.fixture
def credentials(sandbox: Sandbox) -> dict[str, str]:
    """The environment of a run with the keys of both routes and an enrollment token."""
    return {
        "CLOUD_ONE_API_KEY": sandbox.tenant.full_access_key.value,
        "VISION_ONE_SERVICE_TOKEN": sandbox.tenant.enrollment_tokens[0].value,
        "VISION_ONE_API_KEY": sandbox.tenant.business.full_access_key.value,
    }


@pytest.fixture
def stack(sandbox: Sandbox, credentials: dict[str, str], tmp_path: Path) -> Iterator[SandboxStack]:
    """A stack on the existing trail's bucket, not deployed yet."""
    made = SandboxStack(
        sandbox, tmp_path / "project", credentials, name=f"t{tmp_path.parent.name[-4:]}{tmp_path.name[-12:]}"
    )
    made.configure({"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"})
    yield made
    end_processes_in(made.folder)
    made.succeed("stack", "rm", "--yes", "--force")


@pytest.fixture
def shared(stack: SandboxStack) -> SandboxStack:
    """A stack on a bucket with notifications of each kind."""
    put(stack.sandbox, existing())
    return stack


@pytest.fixture
def operated(monkeypatch: pytest.MonkeyPatch) -> Callable[[SandboxStack], Stack]:
    """`operate` on a stack from inside this process, which takes less time than a command.

    What the providers' `configure` sets for a process of their own is undone after the test.
    """
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)

    def operate(stack: SandboxStack) -> Stack:
        for name, value in stack.variables().items():
            monkeypatch.setenv(name, value)
        base._environment.cache_clear()  # a process asks once whose the key is, and this one sees several tenants
        return Stack(Pulumi(Flags(cwd=str(stack.folder))))

    return operate


def end_processes_in(folder: Path) -> None:
    """End what a killed run left: its plugins outlive it, since they have process groups of their own."""
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                process.kill()
        except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
            continue
