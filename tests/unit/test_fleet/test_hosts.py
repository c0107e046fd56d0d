"""The examples of hosts: what they name exists, and what can run here runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.core import TyperGroup

from fleet.accounts import Account, AccountState
from fleet.cli import app
from fleet.database import VARIABLE
from fleet.outcome import RunState
from fleet.plan import showing
from fleet.plan.planning import plan_of
from tests.unit.test_fleet.conftest import fleet
from tests.unit.test_fleet.test_plan import VERSION, planned, record
from tests.workflows import FOLDER as WORKFLOWS
from tests.workflows import ROOT

EXAMPLES = ROOT / "examples"
HOSTS = sorted(EXAMPLES.glob("fleet-on-*"))
FILES = sorted(path for host in HOSTS for path in host.iterdir())
GITHUB = sorted((EXAMPLES / "fleet-on-github").glob("*.yml"))
BUILDSPECS = sorted((EXAMPLES / "fleet-on-step-functions").glob("*.yml"))
MATRIX = EXAMPLES / "fleet-on-github" / "matrix.yml"
TENANT_BUILD = EXAMPLES / "fleet-on-step-functions" / "tenant.buildspec.yml"

needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


def fleet_commands(text: str) -> Iterator[list[str]]:
    """The arguments of each `python -m fleet ...`, of a shell's line or of a container's list."""
    for found in re.findall(r"python(?: -m|, -m,) fleet(?![\w-])([^\n`|>#\]&]*)", text):
        line = re.sub(r"\$\{APPROVE:\+(.*?)\}", r"\1", found)
        yield line.replace(",", " ").replace('"', "").split()


def mistake(arguments: list[str]) -> str:
    """Return what the real command line has against arguments; nothing of the command is run."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    command = group.commands.get(arguments[0])
    if command is None:
        return f"no command {arguments[0]}"
    try:
        command.make_context(arguments[0], arguments[1:])
    except typer.TyperException as error:
        return str(error)
    return ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_command_of_the_fleet_is_one_that_its_command_line_takes(path: Path) -> None:
    for arguments in fleet_commands(path.read_text()):
        assert mistake(arguments) == "", arguments


def test_a_renamed_flag_or_command_would_be_noticed() -> None:
    assert mistake(["up", "--agree"])
    assert mistake(["run-all"])
    assert mistake(["run-one", "111111111111", "--do", "deploy"])


@pytest.mark.parametrize("host", HOSTS, ids=lambda path: path.name)
def test_each_host_has_a_page_that_names_its_files_and_runs_the_fleet(host: Path) -> None:
    page = (host / "README.md").read_text()
    assert [path.name for path in host.iterdir() if path.name != "README.md" and f"({path.name})" not in page] == []
    assert [*fleet_commands("".join(path.read_text() for path in host.iterdir() if path.name != "README.md"))]
    assert host.name in (EXAMPLES / "README.md").read_text()
    assert host.name in (ROOT / "docs" / "fleet.md").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_files_that_a_host_names_are_there(path: Path) -> None:
    for named in re.findall(r"examples/[\w./-]*\w", path.read_text()):
        assert (ROOT / named).exists(), named


def test_zizmor_finds_nothing_in_the_workflows() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    command: list[str | Path] = [zizmor, "--offline", "--quiet", "--no-progress", *GITHUB]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_check_lints_the_workflows_as_those_of_the_repository() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\ncheck-workflows:")[2].partition("\n\n")[0]
    assert recipe.count("examples/fleet-on-github") == 2  # zizmor, actionlint


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)
def test_the_workflows_have_the_actions_and_the_pulumi_of_the_repositorys_own(path: Path) -> None:
    own = "".join(each.read_text() for each in WORKFLOWS.glob("*.yml"))
    lines = re.findall(r"(?:uses|pulumi-version): .*", path.read_text())
    assert lines
    assert [line for line in lines if line not in own] == []


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)
def test_no_expression_is_in_a_shell_and_a_secret_waits_for_its_environment(path: Path) -> None:
    document = yaml.safe_load(path.read_text())
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert job["environment"] == "fleet"
        assert all("${{" not in step.get("run", "") for step in job["steps"])


def plan_document(count: int) -> dict[str, Any]:
    """The plan of accounts of which the first is deployed, the second failed, the third is suspended, one has left."""
    accounts = [Account(f"{number:012}", f"account {number}") for number in range(1, count + 1)]
    accounts[2] = Account(accounts[2].id, accounts[2].name, AccountState.SUSPENDED)
    left = Account("999999999999", "left")
    entries = planned(fleet(), *accounts, left).accounts
    records = (
        record(entries[0]),
        record(entries[1], last=RunState.FAILED),
        record(entries[3], createNewTrail="false"),
        record(entries[-1]),
    )
    plan = plan_of(fleet(), accounts, {each.stack: each for each in records}, VERSION)
    document = showing.document(plan, fleet())
    due = [entry.account.id for entry in plan.to_deploy if entry.account]
    return document | {"due": due}


def jq_step(path: Path) -> str:
    """The line of a host that makes accounts.json from plan.json."""
    (line,) = re.findall(r"\bjq .* > accounts\.json", path.read_text())
    return str(line)


@needs_jq
@pytest.mark.parametrize("path", [MATRIX, TENANT_BUILD], ids=lambda path: path.name)
def test_the_shell_of_a_host_takes_from_a_plan_what_is_to_be_deployed(path: Path, tmp_path: Path) -> None:
    plan = plan_document(6)
    assert len({each["status"] for each in plan["accounts"]}) == 6
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (tmp_path / "examples").symlink_to(EXAMPLES)
    subprocess.run(["bash", "-e", "-c", jq_step(path)], cwd=tmp_path, check=True)
    assert json.loads((tmp_path / "accounts.json").read_text()) == plan["due"]
    assert plan["due"] == ["000000000002", "000000000004", "000000000005", "000000000006"]


@needs_jq
def test_the_whole_step_of_the_matrix_plans_and_sets_the_jobs_output(tmp_path: Path) -> None:
    example = tmp_path / "examples" / "fleet"
    example.mkdir(parents=True)
    (example / "fleet.yaml").write_text(
        'source: {file: accounts.yaml}\nsettings: {createNewTrail: true}\nexclude: {accounts: ["222222222222"]}\n'
    )
    (example / "accounts.yaml").write_text('- {id: "111111111111", name: one}\n- {id: "222222222222", name: two}\n')
    shutil.copy(EXAMPLES / "fleet" / "accounts.jq", example)
    (tmp_path / "Pulumi.yaml").write_text("name: trend-onboarding\n")
    (tmp_path / "venv").symlink_to(sys.prefix)
    steps = yaml.safe_load(MATRIX.read_text())["jobs"]["tenant"]["steps"]
    (step,) = [each["run"] for each in steps if each.get("id") == "plan"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_OUTPUT": str(tmp_path / "output")}
    environment.pop(VARIABLE, None)
    subprocess.run(["bash", "-e", "-c", step], cwd=tmp_path, check=True, env=environment)
    assert (tmp_path / "output").read_text() == 'accounts=["111111111111"]\n'


@needs_jq
def test_more_accounts_than_a_matrix_may_have_are_refused_by_number(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan_document(260)))
    (tmp_path / "examples").symlink_to(EXAMPLES)
    done = subprocess.run(
        ["bash", "-e", "-c", jq_step(MATRIX)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "258 accounts, and this host begins at most 256 jobs" in done.stderr
