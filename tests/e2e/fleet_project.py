"""A copy of the project in which `python -m fleet` runs."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from sandbox.sandbox import Sandbox
from tests.e2e.operating import Begun
from tests.e2e.pulumi_cli import OURS, ROOT

PARTS = ("__main__.py", "components", "operate", "fleet", "venv")


def link_project(folder: Path) -> Path:
    """Make a folder with what the project is made of, linked, and a project file of its own."""
    folder.mkdir()
    for name in PARTS:
        (folder / name).symlink_to(ROOT / name)
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    return folder


def inherited() -> dict[str, str]:
    """Return the environment of the tests without what is about AWS, Trend or Pulumi."""
    return {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("AWS_")}


class FleetProject:
    """A copy of the project with a `fleet.yaml`, a backend and a ledger of its own."""

    def __init__(self, sandbox: Sandbox, credentials: dict[str, str], folder: Path) -> None:
        self.folder = link_project(folder / "project")
        self._numbers = itertools.count(1)
        self._secrets = list(credentials.values())
        self.backend = f"{folder.as_uri()}?metadata=skip"
        own = {"PULUMI_BACKEND_URL": self.backend, "AWS_REGION": "us-east-1"}
        self._environment = {**inherited(), **sandbox.environment(), **credentials, **own}

    def write(self, **file: Any) -> None:
        """Write `fleet.yaml`."""
        (self.folder / "fleet.yaml").write_text(yaml.safe_dump(file))

    def begin(self, command: str) -> Begun:
        """Start a command of the fleet, with a log of its own beside the project's folder."""
        name = f"{next(self._numbers):03}-{command.split()[0]}"
        with (self.folder.parent / f"{name}.log").open("w") as log:
            return Begun(
                [sys.executable, "-m", "fleet", *command.split()],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def run(self, command: str, *, code: int = 0) -> str:
        """Run a command of the fleet, which ends with this code and shows no secret; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "fleet", *command.split()],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1800,
            check=False,
        )
        assert done.returncode == code, done.stdout
        assert "Traceback" not in done.stdout, done.stdout
        assert all(secret not in done.stdout for secret in self._secrets)
        return done.stdout
