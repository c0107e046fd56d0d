"""The check after the last step, and the same at any time: `python -m operate doctor --deployed`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operate.doctor.diagnosis import of_deployment
from operate.engine.stack import Stack
from sandbox.gate.faults import Fault
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack

BUCKET = "sandbox-existing-trail-us-east-1"
FOREIGN = "arn:aws:iam::123456789012:role/of-somebody-else"
CONNECTOR, CLOUD_ACCOUNT = "Workload Security connector", "Cloud One cloud account"
NOTIFICATION = "notification of the trail bucket"


def a_connector_that_points_elsewhere(stack: SandboxStack) -> Callable[[], object]:
    trend = stack.sandbox.trend
    (connector,) = trend.state().connectors
    trend.change_connector(connector.id, crossAccountRoleArn=FOREIGN)
    return lambda: trend.change_connector(connector.id, crossAccountRoleArn=connector.cross_account_role_arn)


def a_cloud_account_in_a_bad_state(stack: SandboxStack) -> Callable[[], object]:
    trend, account = stack.sandbox.trend, stack.sandbox.account
    trend.change_cloud_account(account, state="outdated")
    return lambda: trend.change_cloud_account(account, state="managed")


def a_stopped_trail(stack: SandboxStack) -> Callable[[], object]:
    trails = stack.sandbox.aws("cloudtrail")
    (name,) = [each["TrailARN"] for each in trails.describe_trails()["trailList"] if each["S3BucketName"] == BUCKET]
    trails.stop_logging(Name=name)
    return lambda: trails.start_logging(Name=name)


def a_notification_that_is_gone(stack: SandboxStack) -> Callable[[], object]:
    s3 = stack.sandbox.aws("s3")
    earlier = s3.get_bucket_notification_configuration(Bucket=BUCKET)
    earlier.pop("ResponseMetadata")
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    return lambda: s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration=earlier, SkipDestinationValidation=True
    )


def a_connector_that_is_gone(stack: SandboxStack) -> Callable[[], object]:
    trend = stack.sandbox.trend
    (connector,) = trend.state().connectors
    trend.delete_connector(connector.id)
    return lambda: None


PROBLEMS: list[tuple[Callable[[SandboxStack], Callable[[], object]], str, str, str]] = [
    (a_connector_that_points_elsewhere, CONNECTOR, "failed", "pulumi up --refresh"),
    (a_cloud_account_in_a_bad_state, CLOUD_ACCOUNT, "failed", "'outdated'"),
    (a_stopped_trail, "trail", "unknown", "start-logging"),
    (a_notification_that_is_gone, NOTIFICATION, "failed", "--replace '**::forwarder'"),
    (a_connector_that_is_gone, CONNECTOR, "failed", "creates it again"),
]


def test_the_output_health_says_that_all_stands_and_what_breaks_later_is_named(
    stack: SandboxStack, operated: Callable[[SandboxStack], Stack]
) -> None:
    stack.up()
    health = stack.outputs()["health"]
    assert health["verdict"] == "ok", health
    assert list(health["checks"].values()) == ["ok"] * 6
    assert health["problems"] == {}
    key = stack.environment["CLOUD_ONE_API_KEY"]
    assert key not in stack.succeed("stack", "export", "--show-secrets")
    stack.succeed("preview", EXPECT_NO_CHANGES)
    assert {each.verdict for each in of_deployment(operated(stack)).findings} == {"ok"}
    for break_it, subject, verdict, text in PROBLEMS:
        mend = break_it(stack)
        found = of_deployment(operated(stack))
        (finding,) = [each for each in found.findings if each.verdict != "ok"]
        assert (finding.subject, finding.verdict) == (subject, verdict), break_it
        assert text in str(finding)
        assert found.failed == (verdict == "failed")
        mend()
    run = operate(stack, "doctor", "--deployed", "--json")
    assert run.code == 1
    assert json.loads(run.output)["failed"] is True
    stack.up("--refresh")  # as the hint says
    assert not of_deployment(operated(stack)).failed


def a_reply_with_a_bad_state(stack: SandboxStack) -> None:
    """Let the last look alone find a bad state, after all steps went well."""
    stack.sandbox.trend.add_fault(
        Fault(kind="status", status=404, service="workload", action="GET /awsconnectors/{ID}", count=None)
    )


@pytest.mark.full
def test_a_bad_link_fails_the_update_or_warns_as_the_settings_say(stack: SandboxStack) -> None:
    stack.configure({"existingCloudtrailBucketName": BUCKET})
    a_reply_with_a_bad_state(stack)
    run = stack.run("up", "--yes", "--skip-preview")
    assert run.code != 0
    assert "Workload Security connector: ID 1 is gone; `pulumi up --refresh` creates it again" in run.output
    assert "Traceback" not in run.output

    stack.configure({"existingCloudtrailBucketName": BUCKET, "healthCheck": "warn"})
    stack.up()
    health: dict[str, Any] = stack.outputs()["health"]
    assert health["verdict"] == "failed"
    assert health["checks"][CONNECTOR] == "failed"
    assert health["problems"] == {CONNECTOR: {"text": "ID 1 is gone", "hint": "`pulumi up --refresh` creates it again"}}


@pytest.mark.full
def test_a_service_that_does_not_answer_fails_the_update_and_the_next_looks_again(stack: SandboxStack) -> None:
    stack.sandbox.trend.add_fault(
        Fault(kind="status", status=503, service="workload", action="GET /awsconnectors/{ID}", count=None)
    )
    run = stack.run("up", "--yes", "--skip-preview")
    assert run.code != 0
    assert "Workload Security connector: GET workload /awsconnectors/1: HTTP 503: " in run.output

    stack.configure({"existingCloudtrailBucketName": BUCKET, "healthCheck": "warn"})
    stack.up()
    assert stack.outputs()["health"]["verdict"] == "unknown"
    stack.sandbox.trend.clear_faults()
    stack.succeed("up", "--yes", "--skip-preview", "--replace", "**::health")
    assert stack.outputs()["health"]["verdict"] == "ok"


@pytest.mark.full
def test_a_trail_that_was_stopped_and_started_again_is_looked_at_again(stack: SandboxStack) -> None:
    stack.up()
    start = a_stopped_trail(stack)
    stack.up()
    assert stack.outputs()["health"]["checks"]["trail"] == "unknown"
    stack.succeed("preview", EXPECT_NO_CHANGES)
    start()
    stack.up()
    assert stack.outputs()["health"]["verdict"] == "ok"


def test_a_key_of_the_configuration_reaches_the_check_and_not_the_state(stack: SandboxStack) -> None:
    key = stack.environment.pop("CLOUD_ONE_API_KEY")
    stack.succeed("config", "set", "--secret", "cloudOneApiKey", key)
    stack.up()
    assert stack.outputs()["health"]["verdict"] == "ok"
    document = json.loads(stack.succeed("stack", "export", "--show-secrets"))
    commands = [each for each in document["deployment"]["resources"] if each["type"] == "command:local:Command"]
    assert len(commands) == 1
    assert key not in json.dumps(commands)


@pytest.mark.parametrize("default", ["none", "other endpoints", "other key"])
def test_without_a_key_at_hand_the_check_says_so_and_the_update_succeeds(stack: SandboxStack, default: str) -> None:
    """The key is in the file of `--config-file` alone, of whose name the check does not know."""
    key = stack.environment.pop("CLOUD_ONE_API_KEY")
    stack.succeed("config", "set", "--secret", "cloudOneApiKey", key)
    file = stack.folder / f"Pulumi.{stack.name}.yaml"
    of_run = file.rename(stack.folder / "of-this-run.yaml")
    if default != "none":
        file.write_text(of_run.read_text())
        stack.succeed("config", "set", "--secret", "cloudOneApiKey", "tmcANOTHER:" + "x" * 40)
    if default == "other endpoints":
        stack.succeed("config", "set", "--path", "endpoints.workload", "https://127.0.0.1:9")
    stack.up("--config-file", str(of_run))
    health = stack.outputs()["health"]
    assert health["verdict"] == "unknown"
    unknown = {subject for subject, verdict in health["checks"].items() if verdict != "ok"}
    assert unknown == {"API key", CONNECTOR, CLOUD_ACCOUNT}


def test_a_symlinked_checkout_shows_no_difference_in_a_preview(stack: SandboxStack, tmp_path: Path) -> None:
    stack.up()
    link = tmp_path / "link"
    link.symlink_to(stack.folder)
    environment = {**stack.variables(), "PWD": str(link)}  # as a shell sets it, which Pulumi goes by
    done = subprocess.run(
        ["pulumi", "preview", EXPECT_NO_CHANGES, "--stack", stack.name],
        cwd=link,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("gone", "scope"), [("cloud account", "all"), ("cloud account", "account"), ("forwarder", "all")]
)
def test_a_refresh_by_the_program_passes_where_what_a_later_step_waits_for_is_gone(
    stack: SandboxStack, gone: str, scope: str
) -> None:
    stack.configure({"existingCloudtrailBucketName": BUCKET, "scope": scope})
    stack.up()
    if gone == "cloud account":
        stack.sandbox.trend.delete_cloud_account(stack.sandbox.account)
    else:
        stack.sandbox.aws("cloudformation").delete_stack(StackName=stack.outputs()["cloudTrailStackId"])

    stack.succeed("refresh", "--yes", "--skip-preview", "--run-program")
    stack.up()

    assert stack.outputs()["health"]["verdict"] == "ok"
