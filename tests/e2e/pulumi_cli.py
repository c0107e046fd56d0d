"""The real `pulumi` in a copy of the project, against a sandbox of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sandbox.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
OURS = ("CLOUD_ONE_API_KEY", "VISION_ONE_SERVICE_TOKEN", "TREND_ENDPOINT_URL", "TREND_DEBUG")
EXPECT_NO_CHANGES = "--expect-no-changes"
# What the engine adds to an error that a resource or the program has shown already.
CLOSING_WORDS = {"update failed", "preview failed"}


@dataclass(frozen=True)
class CliRun:
    """How a command of the CLI ended: its words, exit code and whole output."""

    command: str
    code: int
    output: str

    @property
    def errors(self) -> list[str]:
        """What the CLI says went wrong, each error as its lines."""
        lines = (line.strip() for line in self.output.splitlines())
        errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        return [line for line in errors if line not in CLOSING_WORDS]


@dataclass
class SandboxStack:
    """One stack of the program.

    Attributes:
        sandbox: what it runs against.
        folder: of the project's copy.
        environment: what comes on top of the sandbox's variables, such as the API key.
        name: of the stack.
        program: folder of the program; what it is made of is linked, Pulumi.yaml is copied.
    """

    sandbox: Sandbox
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    name: str = "test"
    program: Path = ROOT

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        shared = (ROOT / "components", ROOT / "venv")
        for path in (self.program / "__main__.py", *self.program.glob("[a-z]*.py"), *shared):
            (self.folder / path.name).symlink_to(path)
        (self.folder / "Pulumi.yaml").write_text((self.program / "Pulumi.yaml").read_text())
        self.succeed("stack", "init", self.name)

    def configure(self, settings: Mapping[str, Any], region: str = "us-east-1") -> None:
        """Write the stack's configuration, all of it: the project's settings and the AWS region."""
        path = self.folder / f"Pulumi.{self.name}.yaml"
        content = yaml.safe_load(path.read_text())
        content["config"] = {f"trend-onboarding:{name}": value for name, value in settings.items()}
        content["config"]["aws:region"] = region
        path.write_text(yaml.safe_dump(content))

    def variables(self) -> dict[str, str]:
        """Return the environment of the commands: this process's, less what a developer may have set for real."""
        inherited = {
            name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("AWS_")
        }
        return {**inherited, **self.sandbox.environment(), **self.environment}

    def run(self, *arguments: str) -> CliRun:
        """Run `pulumi`, which is never asked anything, and return how it ended."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return CliRun(" ".join(arguments), done.returncode, done.stdout)

    def succeed(self, *arguments: str) -> str:
        """Run `pulumi`, which must succeed, and return what it printed."""
        done = self.run(*arguments)
        assert done.code == 0, f"pulumi {done.command} ended with {done.code}:\n{done.output}"
        return done.output

    def up(self, *arguments: str) -> str:
        """Deploy without a preview before, which takes half the time."""
        return self.succeed("up", "--yes", "--skip-preview", *arguments)

    def destroy(self) -> str:
        """Take everything back."""
        return self.succeed("destroy", "--yes", "--skip-preview")

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs."""
        outputs: dict[str, Any] = json.loads(self.succeed("stack", "output", "--json"))
        return outputs
