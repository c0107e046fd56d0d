"""The two demos: the committed secrets of one are those of the sandbox, the other prints what the README shows."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from sandbox.sandbox import Sandbox
from tests.e2e.pulumi_cli import ROOT, SandboxStack


def test_the_secrets_of_the_demos_stack_are_the_ones_that_the_sandbox_takes(sandbox: Sandbox, tmp_path: Path) -> None:
    stack = SandboxStack(sandbox, tmp_path / "project", name="dev")
    (stack.folder / "Pulumi.dev.yaml").write_text((ROOT / "Pulumi.dev.yaml").read_text())
    configured = json.loads(stack.succeed("config", "--show-secrets", "--json"))
    assert configured["trend-onboarding:cloudOneApiKey"]["value"] == sandbox.tenant.full_access_key.value
    assert configured["trend-onboarding:visionOneServiceToken"]["value"] == sandbox.tenant.enrollment_tokens[0].value
    stack.succeed("stack", "rm", "--yes", "--force")


@pytest.mark.full
def test_the_demo_of_many_accounts_goes_through_and_prints_what_the_readme_shows(clone: Path) -> None:
    # What `make demo-fleet` does, at ports that are free.
    home = ["--home", ".sandbox/fleet"]
    start = ["-m", "sandbox", "start", *home, "--accounts", "12", "--aws-port", "0", "--trend-port", "0"]
    try:
        subprocess.run(["venv/bin/python", *start], cwd=clone, check=True, capture_output=True)
        ran = subprocess.run(
            ["sh", "-c", ". .sandbox/fleet/env && venv/bin/python -m sandbox.fleet_demo"],
            cwd=clone,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1800,
            check=False,
        )
    finally:
        subprocess.run(["venv/bin/python", "-m", "sandbox", "stop", *home], cwd=clone, check=False)
    assert ran.returncode == 0, ran.stdout
    section = (ROOT / "README.md").read_text().partition("## Many accounts")[2]
    (block,) = re.findall(r"```console\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    expected = [line.rstrip() for line in block.splitlines() if line != "..." and not line.startswith("$ ")]
    lines = iter([line.rstrip() for line in ran.stdout.splitlines()])
    missing = [line for line in expected if line not in lines]  # consumes the iterator: in this order
    assert missing == [], ran.stdout
