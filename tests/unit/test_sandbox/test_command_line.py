"""`python -m sandbox` as a person uses it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.processes import ROOT
from sandbox.sandbox import Sandbox
from sandbox.trend import default_tenant


class SandboxCommand:
    """The command, always for one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", "sandbox", command, "--home", str(self.home), *options]
        return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def command(tmp_path: Path) -> Iterator[SandboxCommand]:
    yield SandboxCommand(tmp_path / "home")
    Sandbox(tmp_path / "home").stop()


@pytest.mark.parametrize("name", ["env", "reset"])
def test_without_a_sandbox_it_says_in_one_line_how_to_start_one(command: SandboxCommand, name: str) -> None:
    done = command(name)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (f"error: no sandbox runs in {command.home}; start it with `python -m sandbox start`\n")


def test_stop_without_a_sandbox_is_no_error_and_makes_no_folder(command: SandboxCommand) -> None:
    done = command("stop")
    assert (done.returncode, done.stderr) == (0, "nothing runs\n")
    assert not command.home.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--region", "gb1"), "region 'gb1' has not the form of a Cloud One region"),
        (("--account", "12"), "account '12' is not 12 digits"),
        (("--accounts", "4"), "an organization of 4 accounts: 5 is the least"),
    ],
)
def test_a_bad_option_is_told_in_one_line(command: SandboxCommand, options: tuple[str, str], message: str) -> None:
    done = command("start", *options)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {message}")
    assert done.stderr.count("\n") == 1


def test_a_whole_life(command: SandboxCommand) -> None:
    ports = ("--aws-port", "0", "--trend-port", "0")
    started = command("start", *ports)
    assert started.returncode == 0, started.stderr
    aws, trend = re.findall(r"runs on (http://127\.0\.0\.1:\d+) \(process ", started.stderr)
    assert "aws runs already on" in command("start", *ports).stderr

    status = command("status", "--json")
    assert status.returncode == 0
    assert [(each["name"], each["state"]) for each in json.loads(status.stdout)["servers"]] == [
        ("aws", "running"),
        ("trend", "running"),
    ]

    exported = subprocess.run(
        [
            "sh",
            "-euc",
            f'. {command.home / "env"}; pulumi stack ls --json; command -v python >&2; echo "$TREND_ENDPOINT_URL" >&2',
        ],
        cwd=ROOT,
        env={"PATH": os.defpath, "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [(stack["name"], stack["current"]) for stack in json.loads(exported.stdout)] == [("dev", True)]
    python = Path(sys.executable).with_name("python")
    assert exported.stderr.splitlines()[-2:] == [str(python), trend]

    printed, env_file = command("env").stdout, (command.home / "env").read_text()
    assert f"export AWS_ENDPOINT_URL='{aws}'\n" in printed
    assert "AWS_REGION" not in printed
    # The key of Cloud One is a setting of the stack.
    assert "CLOUD_ONE_API_KEY" not in printed
    key_line = f"export VISION_ONE_API_KEY='{default_tenant().business.full_access_key.value}'\n"
    assert key_line in printed
    assert key_line in env_file

    stopped = command("stop")
    assert stopped.returncode == 0
    assert "trend stopped (process " in stopped.stderr
    assert not (command.home / "env").exists()
    assert command("status").returncode == 1


@pytest.mark.parametrize("program", ["sandbox", "operate"])
def test_a_python_without_the_packages_is_one_line(program: str) -> None:
    without_packages = [sys.executable, "-S", "-m", program, "--help"]
    done = subprocess.run(without_packages, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("has not the project's packages: run `make setup`, then `. venv/bin/activate`")


def test_the_tools_alone_lead_to_no_endpoint_and_respect_the_callers_backend(
    command: SandboxCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    names = {line.split("=")[0].removeprefix("export ") for line in command("env", "--tools").stdout.splitlines()}
    tools = {"PATH", "PULUMI_HOME", "PULUMI_SKIP_UPDATE_CHECK"}
    assert names == tools | {"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"}
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{os.devnull}")
    names = {line.split("=")[0].removeprefix("export ") for line in command("env", "--tools").stdout.splitlines()}
    assert names == tools


def test_with_an_organization_the_environment_has_what_many_accounts_take(command: SandboxCommand) -> None:
    assert command("start", "--aws-port", "0", "--trend-port", "0", "--accounts", "5").returncode == 0
    names = {line.split("=")[0].removeprefix("export ") for line in command("env").stdout.splitlines()}
    assert {"CLOUD_ONE_API_KEY", "AWS_REGION", "FLEET_DATABASE_URL"} < names
