"""The check after the last step: what it is told, what it waits for, and what it must never hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.checks.assignment import Assignment, Expectation
from components.checks.findings import TrailDoubt
from components.settings.model import ExistingTrail, Settings
from tests.program.deployment import deploy
from tests.program.recorder import CLOUD_ONE_ACCOUNT, PROJECT, STACK, WHERE

SETTINGS = Settings(trail=ExistingTrail("a-trail-bucket"))
COMMAND = "command:local:Command"


def told(settings: Settings = SETTINGS) -> Assignment:
    """Return what the command gets, as it reads it."""
    return Assignment.of(json.loads(deploy(settings).engine.one(COMMAND).inputs["stdin"]))


def test_the_check_looks_for_what_this_stack_created() -> None:
    assignment = told()
    assert assignment.stack.endswith(f"/{PROJECT}/{STACK}")
    expected = assignment.expected
    assert isinstance(expected, Expectation)
    assert (expected.cloud_one_account_id, expected.aws_account_id) == (CLOUD_ONE_ACCOUNT, WHERE.account_id)
    assert (expected.connector_id, expected.connector_role_arn) == ("7", "arn:aws:x:::workload-security")
    assert expected.cloud_account_role_arn == "arn:management-role"
    assert expected.bucket_name == "a-trail-bucket"


def test_no_secret_of_the_configuration_is_among_its_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = {
        f"{PROJECT}:cloudOneApiKey": "SENTINEL",
        f"{PROJECT}:visionOneServiceToken": "SENTINEL",
        "aws:secretKey": "SENTINEL",
        "aws:customCaBundle": "SENTINEL",
        "aws:profile": "deployer",
    }
    monkeypatch.setattr(pulumi.runtime, "get_config_env", lambda: configuration)
    monkeypatch.setattr(pulumi.runtime, "is_config_secret", lambda key: key == "aws:customCaBundle")
    inputs: dict[str, Any] = deploy(SETTINGS).engine.one(COMMAND).inputs
    assert "SENTINEL" not in json.dumps(inputs)
    access = Assignment.of(json.loads(inputs["stdin"])).access
    assert access == {"aws:secretKey": None, "aws:customCaBundle": None, "aws:profile": "deployer"}


@pytest.mark.parametrize("step", ["restored-notifications", "connector", "registration", "forwarder"])
def test_the_check_waits_for_every_step(step: str) -> None:
    engine = deploy(SETTINGS, slow=step).engine
    assert step in engine.made_meanwhile
    assert "health" not in engine.made_meanwhile


def test_the_settings_say_whether_a_bad_link_fails_the_update() -> None:
    assert told().on_failure == "fail"
    assert told(Settings(trail=SETTINGS.trail, health_check="warn")).on_failure == "warn"


def test_the_command_is_the_same_on_every_machine_and_by_way_of_a_symlink(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    checkout, link = tmp_path / "checkout", tmp_path / "link"
    checkout.mkdir()
    link.symlink_to(checkout)
    for named in (checkout, link):  # Pulumi names the interpreter after the folder in which it was started
        monkeypatch.chdir(named)
        monkeypatch.setattr(sys, "executable", str(named / "venv" / "bin" / "python"))
        command = deploy(SETTINGS).engine.one(COMMAND).inputs["create"]
        assert command == "venv/bin/python -m components.checks.command"


def test_the_check_runs_again_when_a_link_changes_or_what_nobody_could_tell() -> None:
    links = ["7", "012345678901", "managed", "arn:aws:x:::forwarder/id"]
    assert deploy(SETTINGS).engine.one(COMMAND).inputs["triggers"] == links
    doubted = deploy(SETTINGS, doubt=TrailDoubt.DELIVERY).engine.one(COMMAND).inputs["triggers"]
    assert doubted == [*links, TrailDoubt.DELIVERY.value]
    stopped = deploy(SETTINGS, doubt=TrailDoubt.STOPPED).engine.one(COMMAND).inputs["triggers"]
    assert stopped == links, "a new trail may always be read: it is the deployer's own"
