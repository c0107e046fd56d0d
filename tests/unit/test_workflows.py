"""The workflows are as safe as they say, and run nothing that the tests do not run."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.workflows import NAMES, ROOT, Workflow

# Where each command runs in the tests. What `.ci/run` runs, runs these lines.
TRIED = {
    ".ci/run": ("make check", "make test", "make test-engine"),
    "Makefile": ("make coverage", "make test-full", "make official"),
    "tests/e2e/test_workflows.py": (
        "pulumi install",
        "venv/bin/python -m operate preview",
        "venv/bin/python -m operate up",
        "venv/bin/python -m operate summary",
        "venv/bin/python -m operate drift",
    ),
}


def test_all_are_there() -> None:
    assert NAMES == ["deploy", "drift", "full", "official", "preview", "test"]


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned_by_commit_and_name_their_version(name: str) -> None:
    uses = re.findall(r"uses: (.*)", Workflow(name).text)
    assert uses
    for line in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_has_one_version_everywhere() -> None:
    pins = {pin for name in NAMES for pin in re.findall(r"uses: (\S+)", Workflow(name).text)}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins}), pins


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_grants_nothing_and_its_job_only_what_it_needs(name: str) -> None:
    workflow = Workflow(name)
    needed = {
        "test": {"contents": "read"},
        "full": {"contents": "read"},
        "official": {"contents": "read"},
        "preview": {"contents": "read", "id-token": "write", "pull-requests": "write"},
        "deploy": {"contents": "read", "id-token": "write"},
        "drift": {"contents": "read", "id-token": "write", "issues": "write"},
    }
    assert workflow.document["permissions"] == {}
    assert workflow.job["permissions"] == needed[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_checkout_leaves_no_token_behind(name: str) -> None:
    (checkout,) = [step for step in Workflow(name).steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", ["preview", "test"])
def test_no_secret_reaches_a_pull_request(name: str) -> None:
    workflow = Workflow(name)
    assert "pull_request" in workflow.events
    assert "secrets." not in workflow.text
    assert "environment" not in workflow.job


@pytest.mark.parametrize("name", ["preview", "deploy", "drift"])
def test_each_run_on_a_stack_leaves_a_summary_and_asks_for_a_role_of_that_stack(name: str) -> None:
    workflow = Workflow(name)
    assert "$GITHUB_STEP_SUMMARY" in "".join(workflow.commands)
    (role,) = [step["with"]["role-to-assume"] for step in workflow.steps if "role-to-assume" in step.get("with", {})]
    in_environment = "${{ matrix.stack }}" in workflow.job.get("environment", "")
    assert in_environment or role == "${{ vars[matrix.role] }}"


def test_a_change_of_documentation_alone_deploys_nothing_and_one_of_the_program_does() -> None:
    ignored = Workflow("deploy").events["push"]["paths-ignore"]
    assert {"docs/**", "**.md"} <= set(ignored)
    assert [path for path in ignored if path.startswith(("components", "operate", "Pulumi", "requirements"))] == []


def test_the_parts_of_the_long_tests_are_all_of_them() -> None:
    workflow = Workflow("full")
    parts = workflow.job["strategy"]["matrix"]["part"]
    (step,) = [step for step in workflow.steps if step.get("run") == "make test-full"]
    assert step["env"]["PART"] == f"${{{{ matrix.part }}}}/{len(parts)}"
    assert parts == list(range(1, len(parts) + 1))


def test_a_pull_request_from_a_fork_is_skipped() -> None:
    assert Workflow("preview").job["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert all("pull_request_target" not in Workflow(name).events for name in NAMES)


@pytest.mark.parametrize("name", ["preview", "deploy", "drift"])
def test_each_stack_has_a_job(name: str) -> None:
    job = Workflow(name).job
    matrix = job["strategy"]["matrix"]
    assert matrix.get("stack") == ["production"] or [each["stack"] for each in matrix["include"]] == ["production"]
    assert job["env"]["STACK"] == "${{ matrix.stack }}"


def test_a_preview_gives_way_to_a_newer_one_of_its_pull_request_and_an_update_is_never_cut_short() -> None:
    preview, deploy = Workflow("preview").document["concurrency"], Workflow("deploy").document["concurrency"]
    assert preview == {"group": "preview-${{ github.event.pull_request.number }}", "cancel-in-progress": True}
    assert deploy["cancel-in-progress"] is False


@pytest.mark.parametrize("name", ["deploy", "drift"])
def test_what_holds_a_key_waits_for_its_environment_and_runs_on_main_alone(name: str) -> None:
    job = Workflow(name).job
    assert job["environment"].startswith("${{ matrix.stack }}")
    assert job["if"] == "github.ref == 'refs/heads/main'"


@pytest.mark.parametrize("name", NAMES)
def test_what_a_workflow_runs_is_one_command_without_expressions(name: str) -> None:
    for command in Workflow(name).commands:
        assert "\n" not in command.strip()
        assert "${{" not in command  # a value could be code there; in the environment it stays a value


@pytest.mark.parametrize("name", NAMES)
def test_each_command_runs_in_the_tests(name: str) -> None:
    tried = {command: place for place, commands in TRIED.items() for command in commands}
    for command in Workflow(name).commands:
        (place,) = [place for begin, place in tried.items() if re.match(rf"{re.escape(begin)}(?![\w-])", command)]
        target = command.removeprefix("make ") if place == "Makefile" else command
        target = target if command.startswith("make ") else command.rpartition("operate ")[2].split()[0]
        assert target in (ROOT / place).read_text(), command


def test_the_commit_hooks_call_targets_of_the_makefile() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    checks = re.search(r"^check: (.*?) ##", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert checks is not None
    entries = [hook["entry"].removeprefix("make ") for hook in repository["hooks"]]
    assert set(entries) <= set(targets)
    assert entries == checks[1].split()
