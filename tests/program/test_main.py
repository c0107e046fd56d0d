"""The program itself: configuration in, refusals in one line, outputs out."""

from __future__ import annotations

import json
import logging
import runpy
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_command
import pytest

from components.checks import preflight
from components.checks.findings import Finding, TrailDoubt
from components.refusal import ERROR_ALREADY_SHOWN
from components.settings.model import NewTrail, Settings
from tests.program.recorder import PROJECT, STACK, WHERE, RecordingEngine

MAIN = Path(__file__).parents[2] / "__main__.py"
BUCKET = "a-trail-bucket"
STATE = "pulumi:pulumi:readStackResourceOutputs"
KEY, TOKEN = "tmcKEYID:SENTINEL-api-key", "SENTINEL-enrollment-token"
SECRETS = ["cloudOneApiKey", "visionOneServiceToken"]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLOUD_ONE_API_KEY", "VISION_ONE_SERVICE_TOKEN", "TREND_ENDPOINT_URL", "PULUMI_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What a look at AWS finds, for a test to fill; nothing here asks AWS."""
    findings: list[Finding] = []
    monkeypatch.setattr(preflight, "findings", lambda *_: findings)
    return findings


def run(
    monkeypatch: pytest.MonkeyPatch,
    configuration: Mapping[str, Any],
    engine: RecordingEngine,
    encrypted: list[str] = SECRETS,
) -> dict[str, Any]:
    """Run the program as the language host does, and return its stack's outputs."""
    named = {name if ":" in name else f"{PROJECT}:{name}": value for name, value in configuration.items()}
    secret_keys = [f"{PROJECT}:{name}" for name in encrypted]
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"aws:region": WHERE.region, **named}))
    pulumi.runtime.set_all_config(named, secret_keys)
    pulumi.runtime.set_mocks(
        engine.mocks, project=PROJECT, stack=STACK, monitor=engine, logger=logging.getLogger("engine")
    )
    outputs: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", outputs.__setitem__)
    resolved: dict[str, Any] = {}

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> Any:
        runpy.run_path(str(MAIN), run_name="__main__")
        return pulumi.Output.all(**outputs).apply(resolved.update)

    program()
    return resolved


def refusal(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    configuration: Mapping[str, Any],
    engine: RecordingEngine | None = None,
    encrypted: list[str] = SECRETS,
) -> str:
    """Run the program, which must end before it registers anything, and return its one error."""
    engine = engine or RecordingEngine()
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, configuration, engine, encrypted)
    assert ended.value.code == ERROR_ALREADY_SHOWN
    assert engine.made == []
    assert engine.components == []
    (error,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    return error


def test_the_outputs_are_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = run(monkeypatch, {"existingCloudtrailBucketName": BUCKET}, RecordingEngine())
    assert outputs["awsAccountId"] == WHERE.account_id
    assert outputs["trailBucketName"] == BUCKET
    assert len(outputs) == 12


def test_settings_are_read_from_the_projects_own_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = RecordingEngine()
    default_tags = {"aws:defaultTags": '{"tags": {"managedBy": "platform"}}'}
    own = {"createNewTrail": "true", "tags": '{"team": "blue"}', "stackName": "Trend"}
    run(monkeypatch, own | default_tags, engine)
    forwarder = engine.one("aws:cloudformation/stack:Stack", "forwarder")
    assert forwarder.inputs["name"] == "Trend"
    assert forwarder.inputs["tags"]["team"] == "blue"
    assert [key for key in forwarder.inputs["tags"] if key.lower() == "managedby"] == ["managedBy"]
    assert "aws:cloudtrail/trail:Trail" in engine.types


@pytest.mark.parametrize("given_by", ["environment", "configuration"])
def test_neither_key_nor_token_reach_any_resource(monkeypatch: pytest.MonkeyPatch, given_by: str) -> None:
    configuration = {"existingCloudtrailBucketName": BUCKET}
    if given_by == "environment":
        monkeypatch.setenv("CLOUD_ONE_API_KEY", KEY)
        monkeypatch.setenv("VISION_ONE_SERVICE_TOKEN", TOKEN)
    else:
        configuration |= {"cloudOneApiKey": KEY, "visionOneServiceToken": TOKEN}
    engine = RecordingEngine()
    outputs = run(monkeypatch, configuration, engine)
    assert engine.one("trend:VisionOneEnrollment").inputs["enroll"] is True
    for registered in engine.made:
        for secret in (KEY, KEY.partition(":")[2], TOKEN):
            assert secret not in str(registered.options)
    assert "SENTINEL-api" not in str(outputs)


def test_all_mistakes_are_one_error_and_nothing_is_registered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    error = refusal(monkeypatch, caplog, {"stackName": "much-too-long", "stakName": "x"})
    assert [line.partition(":")[0].split(" ")[0] for line in sorted(error.splitlines())] == [
        "existingCloudtrailBucketName", "stackName", "unknown",
    ]  # fmt: skip


def test_a_secret_that_is_stored_in_plain_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    error = refusal(monkeypatch, caplog, {"createNewTrail": "true", "cloudOneApiKey": KEY}, encrypted=[])
    assert error.startswith("cloudOneApiKey is stored unencrypted")
    assert "SENTINEL" not in error


def test_what_aws_cannot_do_is_one_error_with_all_of_it_and_nothing_is_registered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, found: list[Finding]
) -> None:
    found += [Finding("bucket", "failed", "no bucket", "name one"), Finding("provider", "failed", "a provider")]
    error = refusal(monkeypatch, caplog, {"existingCloudtrailBucketName": BUCKET})
    assert error.splitlines() == ["no bucket; name one", "a provider"]


def test_what_is_not_sure_to_work_is_a_warning_said_once_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, found: list[Finding]
) -> None:
    found += [Finding("trail", "unknown", "stopped", "start it"), Finding("bucket", "ok", "a bucket")]
    engine = RecordingEngine()
    run(monkeypatch, {"existingCloudtrailBucketName": BUCKET}, engine)
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == ["stopped; start it"]
    assert engine.made


@pytest.mark.parametrize(
    ("configuration", "started"),
    [
        ({"createNewTrail": "true"}, ["pulumi:providers:command"]),
        ({"scope": "tenant"}, []),
    ],
)
def test_the_plugin_of_the_last_check_starts_beside_preflight_after_the_state_is_known(
    monkeypatch: pytest.MonkeyPatch, configuration: Mapping[str, Any], started: list[str]
) -> None:
    engine = RecordingEngine()
    known: list[str] = []
    provider = pulumi_command.Provider

    def declare(*arguments: Any, **options: Any) -> pulumi_command.Provider:
        assert STATE in engine.asked
        return provider(*arguments, **options)

    monkeypatch.setattr(pulumi_command, "Provider", declare)

    def look(*_: object) -> list[Finding]:
        # The program waits here: what it has not sent by now is not sent.
        deadline = time.monotonic() + 5
        while len(engine.providers) < len(started) and time.monotonic() < deadline:
            time.sleep(0.01)
        known.extend(engine.providers)
        return []

    monkeypatch.setattr(preflight, "findings", look)
    run(monkeypatch, configuration, engine)
    assert known == engine.providers == started


ELSEWHERE = {"createNewTrail": "true", "endpoints": '{"workload": "https://proxy.example"}'}


def test_an_up_is_refused_where_the_key_would_go_to_a_host_that_nobody_confirmed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    error = refusal(monkeypatch, caplog, ELSEWHERE)
    assert "proxy.example" in error
    assert "`pulumi config set endpointsConfirmed proxy.example`" in error


@pytest.mark.parametrize("confirmed", ["", "proxy.example", "proxy.example,old.example"])
def test_a_preview_names_each_host_that_is_not_trends_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, confirmed: str
) -> None:
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    run(monkeypatch, {**ELSEWHERE, "endpointsConfirmed": confirmed}, RecordingEngine())
    warnings = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(warnings) == (2 if "old" in confirmed else 1)
    assert "go to proxy.example, which is not Trend's (endpoints.workload); " in warnings[0].replace("goes", "go")


def test_an_up_with_exactly_the_confirmed_hosts_warns_of_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run(monkeypatch, {**ELSEWHERE, "endpointsConfirmed": "proxy.example"}, RecordingEngine())
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_of_what_is_not_sure_only_the_trail_is_told_to_the_program(found: list[Finding]) -> None:
    found += [Finding("other trails", "unknown", "?"), Finding("trail bucket", "unknown", "?")]
    assert preflight.check(Settings(trail=NewTrail()), WHERE) == preflight.Preflight()
    found.append(Finding("new trail", "unknown", "?", doubt=TrailDoubt.STOPPED))
    assert preflight.check(Settings(trail=NewTrail()), WHERE) == preflight.Preflight(TrailDoubt.STOPPED)


@pytest.mark.parametrize(
    ("token", "question"),
    [
        ("aws:index/getCallerIdentity:getCallerIdentity", "which AWS account this is"),
        ("aws:index/getRegion:getRegion", "which AWS region this is"),
        ("aws:index/getPartition:getPartition", "which AWS partition this is"),
    ],
)
def test_aws_without_an_answer_is_one_line_with_its_own_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, token: str, question: str
) -> None:
    error = refusal(monkeypatch, caplog, {"createNewTrail": "true"}, RecordingEngine(without_answer=token))
    assert f"cannot determine {question}" in error
    assert "no credentials" in error
    assert len(error.splitlines()) == 1
