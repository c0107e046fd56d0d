"""`operate` without an engine: flags, moments, history, settings of an earlier run, the engine's events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from components import __version__
from operate.cli import app
from operate.console import OperateError
from operate.engine import stack_file
from operate.engine.flags import Flags
from operate.engine.history import Configuration, RecordedSetting, Run, completed_at, configuration, last_change
from operate.engine.moments import format_moment, moment
from operate.engine.run_log import RunLog
from operate.engine.state import State

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ROLE_URN = "urn:pulumi:s::p::aws:iam/role:Role::workload-security"
ROLE = {"urn": ROLE_URN, "type": "aws:iam/role:Role", "custom": True, "inputs": {"name": "workload-security-1"}}
COMPONENT = {"urn": "urn:pulumi:s::p::trend:onboarding:Onboarding::trend", "type": "trend:onboarding:Onboarding"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], Flags()),
        (["--stack", "prod", "--yes"], Flags(stack="prod")),
        (["--stack=prod", "urn"], Flags(stack="prod")),
        (["-s", "prod", "-y"], Flags(stack="prod")),
        (["-sprod", "-C=infra"], Flags(stack="prod", cwd="infra")),
        (["-yfs", "prod"], Flags(stack="prod")),
        (["-C", "infra", "--config-file", "c.yaml"], Flags(cwd="infra", config_file="c.yaml")),
        (["--non-interactive", "--diff"], Flags(non_interactive=True)),
        (["-m", "-sprod", "-myes", "-p8"], Flags()),
        (["-c", "trend-onboarding:stackName=y", "-y"], Flags()),
        (["--", "--stack", "prod"], Flags()),
    ],
)
def test_the_flags_that_hold_for_further_commands_are_found(arguments: list[str], expected: Flags) -> None:
    assert Flags.among(arguments) == expected


def test_a_flag_without_its_value_is_one_clear_error() -> None:
    with pytest.raises(OperateError, match="'--stack' requires an argument"):
        Flags.among(["--stack"])


@pytest.mark.parametrize("digits", ["", ".7", ".732954", ".732954758"])
def test_moments_of_go_are_read_with_any_number_of_digits(digits: str) -> None:
    read = moment(f"2026-11-24T07:45:28{digits}Z")
    assert read.replace(microsecond=0) == datetime(2026, 11, 24, 7, 45, 28, tzinfo=UTC)
    assert format_moment(read) == "2026-11-24 07:45:28 UTC"


def test_the_version_is_printed_without_a_command() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.output) == (0, f"{__version__}\n")


def test_moments_of_other_zones_are_shown_in_utc() -> None:
    assert format_moment(moment("2026-11-24T07:45:28.5+02:00")) == "2026-11-24 05:45:28 UTC"


def run(kind: str, result: str = "succeeded", start: str = "10:00:00", end: str = "10:00:09") -> Run:
    times = {"startTime": f"2026-11-24T{start}.000Z", "endTime": f"2026-11-24T{end}.000Z"}
    return Run.of({"kind": kind, "result": result, "config": {}, **times})


def test_the_update_that_the_state_names_is_found_in_the_history_or_none_is() -> None:
    good = run("update")
    runs = [run("update", start="11:00:00", end="11:00:09"), good, run("update", start="09:00:00", end="09:00:09")]
    assert completed_at(runs, moment("2026-11-24T10:00:09.9Z")) is good  # the history has whole seconds
    assert completed_at(runs, moment("2026-11-24T10:30:00Z")) is None


@pytest.mark.parametrize("other", [run("update", "failed"), run("refresh"), run("destroy")])
def test_no_run_but_a_successful_update_is_gone_back_to(other: Run) -> None:
    assert completed_at([other], moment("2026-11-24T10:00:05Z")) is None


def test_a_refresh_is_no_change() -> None:
    update = run("update", "failed")
    assert last_change([run("refresh"), update]) is update
    assert last_change([run("refresh")]) is None


NOW = configuration(
    {
        "p:stackName": {"value": "New", "secret": False},
        "p:tags": {"value": '{"a":"b"}', "objectValue": {"a": "b"}, "secret": False},
        "p:adopt": {"value": "false", "secret": False},
        "p:added": {"value": "x", "secret": False},
        "p:apiKey": {"secret": True},
    }
)
THEN = configuration(
    {
        "p:stackName": {"value": "Old", "secret": False},
        "p:tags": {"value": "{}", "objectValue": {}, "secret": False},
        "p:adopt": {"value": "false", "secret": False},
        "p:apiKey": {"value": "", "secret": False},
        "p:externalId": {"secret": True},
        "p:removed": {"value": "y", "secret": False},
    }
)
FILE = {"p:stackName": "New", "p:tags": {"a": "b"}, "p:added": "x", "p:apiKey": {"secure": "v1:cipher"}}


def test_an_earlier_configuration_is_applied_with_the_secrets_of_now() -> None:
    assert stack_file.merged(FILE, THEN, NOW) == {
        "p:stackName": "Old",
        "p:tags": {},
        "p:removed": "y",
        "p:apiKey": {"secure": "v1:cipher"},
    }


def test_each_difference_is_named_and_no_secret_shown() -> None:
    assert stack_file.differences(THEN, NOW) == [
        "p:added: x now, (none) then",
        "p:apiKey: a secret, which stays as it is",
        "p:externalId: was a secret, which cannot be restored; it is missing now",
        "p:removed: (none) now, y then",
        "p:stackName: New now, Old then",
        'p:tags: {"a": "b"} now, {} then',
    ]


def test_a_secret_that_is_one_still_is_no_difference() -> None:
    rotated: Configuration = {"p:apiKey": RecordedSetting(None, True)}
    assert stack_file.differences(rotated, rotated) == []


def test_the_file_is_private_keeps_the_salt_and_is_removed(tmp_path: Path) -> None:
    current = tmp_path / "Pulumi.prod.yaml"
    text = yaml.safe_dump({"encryptionsalt": "v1:salt", "config": FILE})
    current.write_text(text)
    with stack_file.of_earlier_run(current, THEN, NOW) as path:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.name == "Pulumi.prod.yaml"
        written = yaml.safe_load(path.read_text())
    assert written == {"encryptionsalt": "v1:salt", "config": stack_file.merged(FILE, THEN, NOW)}
    assert not path.exists()
    assert current.read_text() == text


def events(tmp_path: Path, *lines: dict[str, Any] | str) -> RunLog:
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return RunLog.read(path)


def step(op: str, resource: dict[str, Any], *, planning: bool = False) -> dict[str, Any]:
    return {"resourcePreEvent": {"planning": planning, "metadata": {"op": op, "old": None, "new": resource}}}


def test_a_run_that_began_a_step_has_changed_something(tmp_path: Path) -> None:
    assert events(tmp_path, step("same", ROLE), step("update", ROLE)).changed
    deleted = {"resourcePreEvent": {"metadata": {"op": "delete", "old": ROLE, "new": None}}}
    assert events(tmp_path, deleted).changed


@pytest.mark.parametrize("result", ["succeeded", "failed"])
def test_whether_a_run_succeeded_is_what_the_engine_says_at_its_end(tmp_path: Path, result: str) -> None:
    log = events(tmp_path, step("create", ROLE), {"summaryEvent": {"result": result}}, {"cancelEvent": {}})
    assert log.succeeded is (result == "succeeded")
    assert not events(tmp_path, step("create", ROLE)).succeeded


@pytest.mark.parametrize(
    "event",
    [step("same", ROLE), step("refresh", ROLE), step("create", ROLE, planning=True), step("create", COMPONENT)],
    ids=["same", "refresh", "preview", "component"],
)
def test_previews_and_steps_within_pulumi_change_nothing(tmp_path: Path, event: dict[str, Any]) -> None:
    assert not events(tmp_path, event).changed


def test_what_could_not_be_made_is_known_also_from_a_log_that_was_cut_off(tmp_path: Path) -> None:
    failed = {"resOpFailedEvent": {"metadata": {"op": "create-replacement", "new": ROLE}}}
    log = events(tmp_path, step("create", ROLE), failed, '{"resOpFai')
    assert [resource.inputs["name"] for resource in log.failed_creates] == ["workload-security-1"]
    assert RunLog.read(tmp_path / "none").failed_creates == ()


def test_a_state_without_operations_is_the_same_but_for_them() -> None:
    document = {
        "version": 3,
        "deployment": {"resources": [ROLE], "pending_operations": [{"resource": ROLE, "type": "creating"}]},
    }
    state = State.of(document)
    assert [(each.kind, each.resource.title) for each in state.operations] == [
        ("creating", "IAM role workload-security-1")
    ]
    assert state.without_operations() == {"version": 3, "deployment": {"resources": [ROLE]}}


ONBOARDING = {"urn": "urn:pulumi:s::p::o::trend", "type": "trend:onboarding:Onboarding"}
CHILD = {**ROLE, "parent": ONBOARDING["urn"]}
COMPLETED = {**ONBOARDING, "outputs": {"completed": "2026-11-24T10:00:05.5+00:00"}}
OF_PARTS = {**ONBOARDING, "outputs": {"completed": UNKNOWN, "awsAccountId": "123456789012"}}


@pytest.mark.parametrize(
    ("resources", "unfinished"),
    [
        ([], True),
        ([ONBOARDING], True),
        ([ONBOARDING, CHILD], True),
        ([ONBOARDING, CHILD, {**ROLE, "urn": "urn:pulumi:s::p::aws:iam/role:Role::another"}], False),
        ([CHILD], False),
        ([COMPLETED, CHILD], False),
        ([OF_PARTS, CHILD], False),
    ],
    ids=[
        "nothing",
        "nothing but components",
        "never completed",
        "another beside",
        "no record",
        "completed",
        "of parts",
    ],
)
def test_only_what_no_update_completed_counts_as_unfinished(resources: list[Any], unfinished: bool) -> None:
    assert State.of({"deployment": {"resources": resources}}).is_unfinished is unfinished


def test_when_an_update_completed_last_is_in_the_state_unless_it_was_one_of_parts() -> None:
    def completed(*resources: Any) -> Any:
        return State.of({"deployment": {"resources": resources}}).completed

    assert completed(COMPLETED, CHILD) == moment("2026-11-24T10:00:05.5Z")
    assert completed(OF_PARTS, COMPLETED) == moment("2026-11-24T10:00:05.5Z")
    assert completed(OF_PARTS, CHILD) is completed(ONBOARDING) is None


def test_errors_are_one_line() -> None:
    assert str(OperateError("one\n  two")) == "one two"
