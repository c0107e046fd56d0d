"""What an earlier release deployed, today's code goes on with: a preview of its state replaces and deletes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from tests.e2e.pulumi_cli import SandboxStack
from tests.recorded_states import STACK, recorded

ONE_SHOT = "health"
"""The check after the last step: an act without a state, which a replacement does again."""


def lost(sandbox: Sandbox, folder: Path, state: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an update would replace or delete of a recorded state: step and name.

    Nothing of the state is in AWS or at Trend, and there is no key: the preview of a state needs neither. Of route
    `visionOne` alone CloudFormation must not say so: Trend's stack is replaced where it is seen to be gone.
    """
    if state["settings"].get("route") == "visionOne":
        sandbox.aws_control.add_fault(Fault(action="DescribeStacks", count=None, status=403, code="AccessDenied"))
    stack = SandboxStack(sandbox, folder / "project", name=STACK)
    try:
        stack.configure(state["settings"])
        # What is secret has no key in the recorded state: it is encrypted with this stack's.
        salt = yaml.safe_load((stack.folder / f"Pulumi.{STACK}.yaml").read_text())["encryptionsalt"]
        provider = {"type": "passphrase", "state": {"salt": salt}}
        deployment = {**state["deployment"], "secrets_providers": provider}
        (folder / "state.json").write_text(json.dumps({"version": state["version"], "deployment": deployment}))
        stack.succeed("stack", "import", "--file", str(folder / "state.json"))
        output = stack.succeed("preview", "--json")
        plan, _ = json.JSONDecoder().raw_decode(output, output.index("{"))
        steps = [(step["op"], step["urn"].rpartition("::")[2]) for step in plan["steps"]]
        return [step for step in steps if step[0] not in ("same", "update", "create", "read") and step[1] != ONE_SHOT]
    finally:
        stack.succeed("stack", "rm", "--yes", "--force")


@pytest.mark.parametrize(("release", "situation", "state"), recorded())
def test_nothing_of_an_earlier_release_is_replaced_or_deleted(
    sandbox: Sandbox, tmp_path: Path, release: str, situation: str, state: Mapping[str, Any]
) -> None:
    assert lost(sandbox, tmp_path, state) == [], f"{release}, {situation}"


def test_a_resource_that_gets_another_name_without_an_alias_is_found(sandbox: Sandbox, tmp_path: Path) -> None:
    _release, _situation, state = next(recorded())
    renamed = json.loads(json.dumps(state).replace('::connector"', '::connector-of-old"'))
    assert lost(sandbox, tmp_path, renamed) == [("delete", "connector-of-old")]
