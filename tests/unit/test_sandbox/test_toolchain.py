"""Which Command plugin the sandbox's engine gets."""

from __future__ import annotations

import json
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from sandbox.pulumi.toolchain import Toolchain, prepare

PLUGIN = Path(f"resource-command-v{metadata.version('pulumi_command')}", "pulumi-resource-command")


def plugins(toolchain: Toolchain) -> set[str]:
    """Return the names of the plugins that the engine sees."""
    listed = subprocess.run(
        ["pulumi", "plugin", "ls", "--json"], env=toolchain.environment(), capture_output=True, check=True
    )
    return {each["name"] for each in json.loads(listed.stdout)}


def test_the_official_plugin_is_used_where_the_user_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    official = tmp_path / "user" / "plugins" / PLUGIN
    official.parent.mkdir(parents=True)
    official.write_bytes(b"\x7fELF")
    official.chmod(0o755)
    prepare(tmp_path / "sandbox")  # one that had the stand-in before
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "user"))
    toolchain = prepare(tmp_path / "sandbox")
    assert (toolchain.pulumi_home / "plugins" / PLUGIN).read_bytes() == official.read_bytes()
    assert plugins(toolchain) == {"aws", "command"}


def test_in_a_shell_with_the_environment_of_another_sandbox_it_gets_its_own_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(prepare(tmp_path / "other").pulumi_home))
    toolchain = prepare(tmp_path / "sandbox")
    plugin = toolchain.pulumi_home / "plugins" / PLUGIN
    assert not plugin.is_symlink()
    assert "sandbox.pulumi.command" in plugin.read_text()
    assert plugins(toolchain) == {"aws", "command"}
