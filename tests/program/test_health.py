"""The check after the last step: what it is told, what it waits for, and what it must never hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from components.checks.findings import TrailDoubt
from components.settings.model import ExistingTrail, Settings
from tests.program.deployment import deploy

SETTINGS = Settings(trail=ExistingTrail("a-trail-bucket"))
COMMAND = "command:local:Command"


def test_the_check_looks_for_what_this_stack_made() -> None:
    command = deploy(SETTINGS).engine.one(COMMAND)
    told = json.loads(command.inputs["environment"]["HEALTH_CHECK"])
    assert told["connectorId"] == "7"
    assert told["connectorRoleArn"] == "arn:aws:x:::workload-security"
    assert told["cloudAccountRoleArn"] == "arn:management-role"
    assert told["bucketName"] == "a-trail-bucket"
    assert told["onRefusal"] == "fail"


@pytest.mark.parametrize("step", ["notifications-kept", "connector", "registration", "forwarder"])
def test_the_check_waits_for_every_step(step: str) -> None:
    engine = deploy(SETTINGS, slow=step).engine
    assert step in engine.made_meanwhile
    assert "health" not in engine.made_meanwhile


def test_the_settings_say_whether_a_bad_link_fails_the_update() -> None:
    command = deploy(Settings(trail=SETTINGS.trail, health_check="warn")).engine.one(COMMAND)
    assert json.loads(command.inputs["environment"]["HEALTH_CHECK"])["onRefusal"] == "warn"


def test_the_command_is_the_same_on_every_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "bin" / "python"))
    assert deploy(SETTINGS).engine.one(COMMAND).inputs["create"] == "venv/bin/python -m operate.health"


def test_the_check_runs_again_when_a_link_changes_or_what_nobody_could_tell() -> None:
    links = ["7", "012345678901", "managed", "arn:aws:x:::forwarder/id"]
    assert deploy(SETTINGS).engine.one(COMMAND).inputs["triggers"] == links
    doubted = deploy(SETTINGS, doubt=TrailDoubt.DELIVERY).engine.one(COMMAND).inputs["triggers"]
    assert doubted == [*links, TrailDoubt.DELIVERY.value]
    stopped = deploy(SETTINGS, doubt=TrailDoubt.STOPPED).engine.one(COMMAND).inputs["triggers"]
    assert stopped == links, "a new trail may always be read: it is the deployer's own"
