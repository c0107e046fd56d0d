"""The stack `dev`, which `make demo` deploys: its committed secrets are those of the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.sandbox import Sandbox
from tests.e2e.pulumi_cli import ROOT, Stack


def test_the_secrets_of_the_demos_stack_are_the_ones_that_the_sandbox_takes(sandbox: Sandbox, tmp_path: Path) -> None:
    stack = Stack(sandbox, tmp_path / "project", name="dev")
    (stack.folder / "Pulumi.dev.yaml").write_text((ROOT / "Pulumi.dev.yaml").read_text())
    configured = json.loads(stack.succeed("config", "--show-secrets", "--json"))
    assert configured["trend-onboarding:cloudOneApiKey"]["value"] == sandbox.tenant.full_access_key.value
    assert configured["trend-onboarding:visionOneServiceToken"]["value"] == sandbox.tenant.enrollment_tokens[0].value
    stack.succeed("stack", "rm", "--yes", "--force")
