"""What a tenant and an account have of the eight steps, and what they lack."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.checks.assignment import Assignment
from components.settings.model import ExistingTrail, NewTrail, Settings
from components.settings.scope import Scope
from tests.program.deployment import deploy
from tests.program.recorder import CLOUD_ONE_ACCOUNT, WHERE, RecordingEngine

TRAIL = ExistingTrail("a-trail-bucket")
TENANT = Settings(trail=None, scope=Scope.TENANT, enroll=True)
ACCOUNT = Settings(trail=TRAIL, scope=Scope.ACCOUNT, enroll=True)
LINKS_ALONE = replace(ACCOUNT, trail=None)
NO_TRAIL = Settings(trail=None, enroll=True)

STEP_1 = ["cloud-one-account"]
LINKED = [
    "deployment", "external-id", "workload-security", "workload-security-reads", "connector",
    "management-role-template", "management-role", "management-role-key-check", "registration", "health",
]  # fmt: skip
FORWARDED = [
    "existing-notifications", "parameters", "forwarder-template", "forwarder", "forwarder-key-check",
    "restored-notifications",
]  # fmt: skip
NAMES = {
    "tenant": (TENANT, [*STEP_1, "enrollment"]),
    "account": (ACCOUNT, [*STEP_1, *LINKED, *FORWARDED]),
    "account without a trail": (LINKS_ALONE, [*STEP_1, *LINKED]),
    "all without a trail": (NO_TRAIL, [*STEP_1, *LINKED, "enrollment"]),
}
STEPS = {
    "tenant": {"VisionOne"},
    "account": {"WorkloadSecurity", "CloudAccount", "AuditTrail", "CloudTrailIntegration", "HealthCheck"},
    "account without a trail": {"WorkloadSecurity", "CloudAccount", "HealthCheck"},
    "all without a trail": {"WorkloadSecurity", "CloudAccount", "VisionOne", "HealthCheck"},
}
ABOUT_ACCOUNT = {
    "workloadSecurityRoleArn", "workloadSecurityConnectorId", "cloudOneRoleArn", "cloudAccountId", "cloudAccountState",
    "health",
}  # fmt: skip
OUTPUTS = {
    "tenant": {"visionOneStatus"},
    "account": {*ABOUT_ACCOUNT, "trailBucketName", "cloudTrailStackId"},
    "account without a trail": ABOUT_ACCOUNT,
    "all without a trail": {*ABOUT_ACCOUNT, "visionOneStatus"},
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("situation", NAMES)
def test_exactly_the_steps_of_the_scope_are_registered(situation: str, preview: bool) -> None:
    settings, names = NAMES[situation]
    engine = deploy(settings, preview=preview).engine
    assert sorted(each.name for each in engine.made) == sorted(names)
    steps = {name.removeprefix("trend:onboarding:") for name in engine.components}
    assert steps == {"Onboarding", *STEPS[situation]}


@pytest.mark.parametrize("situation", NAMES)
def test_outputs_of_steps_that_are_left_out_are_absent(situation: str) -> None:
    outputs = deploy(NAMES[situation][0]).outputs
    assert set(outputs) == {"cloudOneAccountId", "cloudOneRegion", "awsAccountId", *OUTPUTS[situation]}
    assert (outputs["cloudOneAccountId"], outputs["awsAccountId"]) == (CLOUD_ONE_ACCOUNT, WHERE.account_id)


def test_a_tenant_starts_no_plugin_for_the_check_that_it_does_not_have() -> None:
    assert deploy(TENANT).engine.providers == []
    assert deploy(LINKS_ALONE).engine.providers == ["pulumi:providers:command"]


def test_the_enrollment_of_a_tenant_waits_for_the_account_of_the_key() -> None:
    assert deploy(TENANT, slow="cloud-one-account").engine.made_meanwhile == {"cloud-one-account"}


def test_nothing_of_an_account_changes_with_a_token_at_hand() -> None:
    with_token, without = (deploy(replace(ACCOUNT, enroll=enroll)).engine for enroll in (True, False))
    assert inputs(with_token) == inputs(without)


def inputs(engine: RecordingEngine) -> dict[str, dict[str, Any]]:
    return {each.name: each.inputs for each in engine.made}


SIDE_BY_SIDE = {"connector", "registration", "trail"}


@pytest.mark.parametrize("step", sorted(SIDE_BY_SIDE))
def test_without_an_enrollment_the_token_waits_for_links_and_trail_themselves(step: str) -> None:
    engine = deploy(replace(ACCOUNT, trail=NewTrail()), slow=step, until=SIDE_BY_SIDE).engine
    assert engine.made_meanwhile >= SIDE_BY_SIDE
    assert engine.made_meanwhile.isdisjoint({"parameters", "forwarder"})


@pytest.mark.parametrize("settings", [LINKS_ALONE, NO_TRAIL])
@pytest.mark.parametrize("step", ["connector", "registration", "enrollment"])
def test_without_a_trail_the_check_waits_for_the_links_and_the_enrollment(settings: Settings, step: str) -> None:
    if step == "enrollment" and not settings.scope.enrolls:
        pytest.skip("there is none")
    engine = deploy(settings, slow=step).engine
    assert step in engine.made_meanwhile
    assert "health" not in engine.made_meanwhile


def test_without_a_trail_the_check_is_told_of_no_bucket_and_runs_again_for_links_alone() -> None:
    command = deploy(LINKS_ALONE).engine.one("command:local:Command").inputs
    assert Assignment.of(json.loads(command["stdin"])).expected.bucket_name is None
    assert command["triggers"] == ["7", WHERE.account_id, "managed"]


def test_all_that_follows_step_1_asks_for_the_key_in_each_scope() -> None:
    for settings, _ in NAMES.values():
        made = deploy(settings).engine.made
        asking = {each.name for each in made if each.options.hooks.before_create and each.options.hooks.before_update}
        assert asking == {each.name for each in made} - {"cloud-one-account"}
