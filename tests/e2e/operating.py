"""`python -m operate` on a stack of a test, and what a killed run looks like."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from tests.e2e.pulumi_cli import ROOT, CliRun, SandboxStack

OPERATE = (sys.executable, "-m", "operate")
PULUMI = ("pulumi",)
UP = ("up", "--yes", "--skip-preview", "--non-interactive")


class Begun(subprocess.Popen[str]):
    """A command that was begun. As a context manager it is killed where the test fails, rather than waited for."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, error, traceback)


def operate(stack: SandboxStack, *arguments: str) -> CliRun:
    """Run `python -m operate` in the stack's project, and return how it ended."""
    done = subprocess.run(
        [*OPERATE, *arguments],
        cwd=_project(stack),
        env=stack.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert "Traceback" not in done.stdout, done.stdout
    return CliRun(" ".join(arguments), done.returncode, done.stdout)


def begin(stack: SandboxStack, program: Sequence[str], *arguments: str) -> subprocess.Popen[str]:
    """Start a command in a process group of its own."""
    return subprocess.Popen(
        [*program, *arguments],
        cwd=_project(stack),
        env=stack.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> str:
    """Send a signal to the whole group, as the terminal's Ctrl-C or `kill -9 -<group>` do; return what was printed."""
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=120)
    return output


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait for something that a run is about to do."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


def pending(stack: SandboxStack) -> set[str]:
    """Return what Pulumi takes for under way, as `<kind> <resource>`."""
    deployment = json.loads(stack.succeed("stack", "export"))["deployment"]
    operations = deployment.get("pending_operations") or []
    return {f"{each['type']} {each['resource']['urn'].rpartition('::')[2]}" for each in operations}


def state_file(stack: SandboxStack) -> Path:
    """Return where the backend keeps the state."""
    return stack.sandbox.home / "state" / ".pulumi" / "stacks" / "trend-onboarding" / f"{stack.name}.json"


def _project(stack: SandboxStack) -> Path:
    linked = stack.folder / "operate"
    if not linked.exists():
        linked.symlink_to(ROOT / "operate")
    return stack.folder
