"""The output `health`, and what the Command that writes it can ask with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from components.aws.clients import AwsClients
from components.aws.identity import AwsSettings
from components.checks.assignment import Assignment, Expectation, access_settings
from components.checks.command import NotAtHand, configuration_of_run, examine_deployment
from components.checks.deployed import Health, checks
from components.checks.findings import Finding
from tests.unit.conftest import KEY
from tests.unit.scripted_vendor import Answer, Vendor

EXPECTED = Expectation(
    cloud_one_account_id="098765432109",
    region="us-1",
    aws_account_id="123456789012",
    aws_region="us-east-1",
    connector_id="7",
    connector_role_arn="arn:aws:iam::123456789012:role/connector",
    cloud_account_role_arn="arn:aws:iam::123456789012:role/account",
    stack_name="CloudOne",
    bucket_name="a-bucket",
)
ASSIGNMENT = Assignment(stack="organization/own/dev", access={}, on_failure="fail", expected=EXPECTED)
FOUND = (
    Finding("connector", "ok", "points at role/a"),
    Finding("trail", "unknown", "nobody may look: AccessDenied"),
    Finding("stack", "failed", "is gone", "create it again"),
)


def test_verdicts_are_fields_and_only_what_is_not_ok_has_a_text() -> None:
    assert Health(FOUND).document() == {
        "verdict": "failed",
        "checks": {"connector": "ok", "trail": "unknown", "stack": "failed"},
        "problems": {
            "trail": {"text": "nobody may look: AccessDenied", "hint": ""},
            "stack": {"text": "is gone", "hint": "create it again"},
        },
    }


def test_the_same_findings_are_read_back() -> None:
    document = json.loads(json.dumps(Health(FOUND).document()))
    assert Health.of(document).findings == (replace(FOUND[0], text=""), *FOUND[1:])


@pytest.mark.parametrize(
    ("verdicts", "worst"), [("ok ok", "ok"), ("ok unknown", "unknown"), ("unknown failed ok", "failed")]
)
def test_the_verdict_is_the_worst_of_all(verdicts: str, worst: str) -> None:
    findings = tuple(Finding(str(number), each, "") for number, each in enumerate(verdicts.split()))  # type: ignore[arg-type]
    assert Health(findings).verdict == worst


def test_without_a_trail_only_the_links_and_their_stack_are_looked_at() -> None:
    def subjects(bucket_name: str | None) -> list[str]:
        expected = replace(EXPECTED, bucket_name=bucket_name)
        aws = AwsClients(AwsSettings())
        return [each.subject for each in checks(expected, lambda: pytest.fail("Trend was asked"), aws)]

    links = ["Workload Security connector", "Cloud One cloud account", "stack CloudOne-Account"]
    assert subjects(None) == links
    assert subjects("a-bucket") == [*links, "stack CloudOne", "trail", "notification of the trail bucket"]


def test_no_secret_is_among_the_settings_that_the_command_is_told() -> None:
    configuration = {
        "own:cloudOneApiKey": "SECRET",
        "own:endpoints": '{"workload": "https://workload.example"}',
        "own:regionMap": "{}",
        "aws:profile": "deployer",
        "aws:assumeRoles": "[]",
        "aws:secretKey": "SECRET",
        "aws:assumeRoleWithWebIdentity": '{"webIdentityToken": "SECRET"}',
        "aws:customCaBundle": "SECRET",
    }
    assert access_settings(configuration, {"aws:customCaBundle"}, "own") == {
        "own:endpoints": '{"workload": "https://workload.example"}',
        "aws:profile": "deployer",
        "aws:secretKey": None,
        "aws:assumeRoleWithWebIdentity": None,
        "aws:customCaBundle": None,
    }


def test_the_command_is_told_the_same_whatever_the_order_of_the_configuration() -> None:
    """Pulumi hands it over in another order each time, and what the command is told is compared as a text."""
    entries = {"aws:profile": "p", "own:endpointsConfirmed": "h", "aws:defaultTags": "{}x"}
    orders = [entries, dict(reversed(entries.items()))]
    assert len({json.dumps(access_settings(order, (), "own")) for order in orders}) == 1


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave AWS without credentials, so that nothing is asked."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A `pulumi` whose `config` shows what the test says, and notes how it was called."""
    called = tmp_path / "called"

    def show(entries: Mapping[str, Any]) -> Path:
        script = tmp_path / "pulumi"
        note = f"open({str(called)!r}, 'w').write(' '.join(sys.argv[1:]))"
        script.write_text(f"#!{sys.executable}\nimport sys\n{note}\nprint({json.dumps(entries)!r})\n")
        script.chmod(0o755)
        return called

    monkeypatch.setenv("PATH", str(tmp_path))
    return show


def entry(value: str, *, secret: bool = False) -> dict[str, Any]:
    return {"value": value, "secret": secret}


def test_the_configuration_of_this_run_is_used_with_its_secrets(pulumi: Any) -> None:
    called = pulumi({"own:cloudOneApiKey": entry(str(KEY), secret=True), "own:endpoints": entry("{}")})
    assert configuration_of_run(ASSIGNMENT)["own:cloudOneApiKey"] == str(KEY)
    assert "--stack organization/own/dev" in called.read_text()


@pytest.mark.parametrize(
    "other",
    [
        {"own:endpoints": entry('{"workload": "https://another.example"}')},
        {"aws:profile": entry("another")},
        {"aws:secretKey": entry("another", secret=True)},
    ],
)
def test_the_key_of_one_configuration_is_not_given_to_the_endpoints_of_another(pulumi: Any, other: Any) -> None:
    pulumi({"own:cloudOneApiKey": entry(str(KEY), secret=True), **other})
    with pytest.raises(NotAtHand, match="--config-file"):
        configuration_of_run(ASSIGNMENT)


def test_without_a_key_every_check_that_needs_one_is_unknown_and_the_update_goes_on(pulumi: Any) -> None:
    pulumi({"own:cloudOneApiKey": entry("", secret=True)})
    health = examine_deployment(ASSIGNMENT, {})
    key, connector, account = health.findings[:3]
    assert [each.verdict for each in (key, connector, account)] == ["unknown"] * 3
    assert "no API key at hand" in key.text
    assert not any(each.unanswered for each in (key, connector, account))


def test_where_the_configuration_cannot_be_had_there_is_no_key_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no `pulumi` in it
    key = examine_deployment(ASSIGNMENT, {}).findings[0]
    assert key.subject == "API key"
    assert "`pulumi config` cannot be run" in key.text


def test_aws_is_not_asked_with_other_credentials_than_those_of_this_run(pulumi: Any, vendor: Vendor) -> None:
    pulumi({})
    assignment = replace(ASSIGNMENT, access={"aws:secretKey": None})
    health = examine_deployment(assignment, {"CLOUD_ONE_API_KEY": str(KEY), "TREND_ENDPOINT_URL": vendor.url})
    unknown = {each.subject: each.text for each in health.findings if each.verdict == "unknown"}
    assert "no AWS credentials at hand" in unknown["AWS caller"]
    assert unknown["trail"] == unknown["stack CloudOne"] == "not checked: needs AWS caller"


def test_a_key_of_the_environment_is_taken_without_asking_pulumi(pulumi: Any, vendor: Vendor) -> None:
    called = pulumi({})
    examine_deployment(ASSIGNMENT, {"CLOUD_ONE_API_KEY": str(KEY), "TREND_ENDPOINT_URL": vendor.url})
    assert not called.exists()


def test_the_command_needs_neither_pulumi_nor_operate() -> None:
    code = (
        "import sys, components.checks.command\n"
        "print(*[name for name in sys.modules if name.partition('.')[0] in ('pulumi', 'pulumi_aws', 'operate')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(("mode", "code", "verdict"), [("fail", 1, None), ("warn", 0, "failed")])
def test_the_command_names_what_is_wrong_and_ends_with_1_unless_it_may_only_warn(
    mode: str, code: int, verdict: str | None, vendor: Vendor
) -> None:
    vendor.otherwise = Answer(403, {"message": "no"})
    told = {**asdict(ASSIGNMENT), "on_failure": mode}
    done = subprocess.run(
        [sys.executable, "-m", "components.checks.command"],
        input=json.dumps(told),
        env={**os.environ, "CLOUD_ONE_API_KEY": str(KEY), "TREND_ENDPOINT_URL": vendor.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Workload Security connector: GET workload /awsconnectors/7: HTTP 403" in done.stderr
    assert str(KEY) not in done.stderr + done.stdout
    assert (json.loads(done.stdout)["verdict"] if done.stdout else None) == verdict
