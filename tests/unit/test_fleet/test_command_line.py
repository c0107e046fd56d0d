"""`python -m fleet plan`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner, Result

from components import __version__
from fleet.checkout import Checkout
from fleet.cli import app
from fleet.database import VARIABLE
from fleet.outcome import Do, Outcome, RunState
from tests.settings_page import ROOT
from tests.unit.test_fleet.test_file import TEN_MISTAKES

FleetCommand = Callable[..., Result]

ACCOUNTS = '- {id: "111111111111", name: one}\n- {id: "222222222222", name: two}\n'
FLEET = 'source: {file: accounts.yaml}\nsettings: {createNewTrail: true}\nexclude: {accounts: ["222222222222"]}\n'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FleetCommand:
    """Runs a command in a project with two accounts, of which one is left out."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: trend-onboarding\n")
    (tmp_path / "fleet.yaml").write_text(FLEET)
    (tmp_path / "accounts.yaml").write_text(ACCOUNTS)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def deploy_all() -> None:
    """Note all of the plan as deployed."""
    checkout = Checkout.of()
    for entry in checkout.plan().to_deploy:
        account_id = entry.account.id if entry.account else ""
        done = Outcome(account_id, entry.stack, Do.UP, RunState.DONE)
        checkout.ledger.note(done, entry.told, __version__)


def test_a_plan_with_something_to_do_is_a_table_and_ends_with_2(run: FleetCommand) -> None:
    result = run("plan")
    assert result.exit_code == 2
    rows = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert rows == [
        "account name wave stack status why",
        "(the tenant) tenant new",
        "111111111111 one rest aws-111111111111 new",
        "222222222222 two aws-222222222222 skipped excluded by id",
        "2 accounts: 1 new, 1 skipped",
    ]


def test_a_plan_with_nothing_to_do_ends_with_0(run: FleetCommand) -> None:
    deploy_all()
    result = run("plan")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "2 accounts: 1 as deployed, 1 skipped")


def test_an_account_that_left_is_something_to_do(run: FleetCommand, tmp_path: Path) -> None:
    deploy_all()
    (tmp_path / "accounts.yaml").write_text(ACCOUNTS.splitlines()[1])
    result = run("plan")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (2, "2 accounts: 1 skipped, 1 orphaned")


def test_the_plan_as_json_has_what_a_matrix_needs(run: FleetCommand, tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(FLEET + "overrides: [{tags: {a: b}, settings: {}}]\n")
    result = run("plan", "--json")
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert set(document) == {"tenant", "waves", "accounts", "totals", "warnings"}
    assert document["tenant"]["stack"] == "tenant"
    assert document["waves"] == [{"name": "rest", "gate": None, "accounts": 1}]
    assert document["accounts"][0] == {
        "id": "111111111111",
        "name": "one",
        "stack": "aws-111111111111",
        "wave": "rest",
        "status": "new",
        "changed": [],
        "reason": "",
        "settings": document["accounts"][0]["settings"],
    }
    assert document["accounts"][0]["settings"]["createNewTrail"] == "true"
    assert document["totals"] == {"new": 1, "skipped": 1}
    assert document["warnings"] == ["overrides[0] matches no account of the source"]


def test_mistakes_are_lines_of_their_own_and_nothing_is_made(run: FleetCommand, tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(TEN_MISTAKES)
    result = run("plan")
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert len(lines) >= 10
    assert all(line.startswith("fleet.yaml:") for line in lines)
    assert not (tmp_path / ".fleet").exists()


def test_another_file_can_be_named(run: FleetCommand, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "some.yaml").write_text("source: {file: mine.yaml}\nsettings: {createNewTrail: true}\n")
    (tmp_path / "other" / "mine.yaml").write_text('- {id: "333333333333", name: three}\n')
    result = run("plan", "--json", "--file", "other/some.yaml")
    assert [account["id"] for account in json.loads(result.stdout)["accounts"]] == ["333333333333"]


def test_outside_of_a_project_one_line_says_so(run: FleetCommand, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").unlink()
    result = run("plan")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: there is no Pulumi.yaml in ")
    assert len(result.stderr.splitlines()) == 1


def test_the_version_is_the_programs(run: FleetCommand) -> None:
    assert run("--version").stdout == f"{__version__}\n"


def test_each_command_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "fleet.md").read_text()
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    commands = list(command.commands)
    assert {"plan", "policy", "up", "run-one"} <= set(commands)
    assert [name for name in commands if f"`{name}" not in page.partition("## Commands")[2]] == []


@pytest.mark.parametrize(
    ("command", "told"), [("status", "there was no run yet"), ("resume", "nothing to go on with: no run was")]
)
def test_the_last_run_is_known_without_the_file_that_planned_it(
    run: FleetCommand, tmp_path: Path, command: str, told: str
) -> None:
    (tmp_path / "fleet.yaml").unlink()
    assert told in run(command).stderr
