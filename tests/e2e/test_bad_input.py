"""Each mistake gives one clear line, no traceback, an exit code, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.gate.faults import Fault
from tests.e2e.pulumi_cli import CliRun, SandboxStack

BUCKET = "sandbox-existing-trail-us-east-1"


def assert_refused(run: CliRun, *texts: str) -> None:
    assert run.code != 0, run.output
    assert len(run.errors) == 1, run.output
    for word in texts:
        assert word in run.errors[0], run.errors
    assert "Traceback" not in run.output


def assert_nothing_changed(stack: SandboxStack) -> None:
    assert stack.sandbox.aws_requests(changing=True) == []
    assert [call for call in stack.sandbox.trend.requests(changing=True) if (call.status or 0) < 400] == []


SETTINGS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({}, ("existingCloudtrailBucketName", "is missing", "createNewTrail")),
    ({"createNewTrail": True, "existingCloudtrailBucketName": BUCKET}, ("existingCloudtrailBucketName", "together")),
    ({"existingCloudtrailBucketName": "Not_A_Bucket"}, ("existingCloudtrailBucketName", "'Not_A_Bucket'")),
    ({"existingCloudtrailBucketName": "nobodys-bucket"}, ("existingCloudtrailBucketName", "'nobodys-bucket'")),
    (
        {"existingCloudtrailBucketName": "sandbox-existing-trail-eu-central-1"},
        ("existingCloudtrailBucketName", "eu-central-1", "us-east-1"),
    ),
    ({"createNewTrail": True, "qsS3BucketName": "bucket_name"}, ("qsS3BucketName", "'bucket_name'")),
    ({"createNewTrail": True, "qsS3KeyPrefix": "a prefix"}, ("qsS3KeyPrefix", "'a prefix'")),
    ({"createNewTrail": True, "stackName": "CloudOneX"}, ("stackName", "'CloudOneX'")),
    ({"createNewTrail": True, "stackName": "Cloud_1"}, ("stackName", "'Cloud_1'")),
    ({"createNewTrail": True, "endpoints": {"workload": "http://trend.example"}}, ("endpoints", "https")),
    ({"createNewTrail": True, "endpoints": {"worklod": "https://x.example"}}, ("endpoints", "did you mean workload")),
    ({"createNewTrail": True, "tags": {"aws:owner": "me"}}, ("tags", "aws:owner")),
    ({"createNewTrail": True, "stakName": "X"}, ("stakName", "did you mean stackName")),
]


# The rules themselves are tested in the unit tier; here it is that a refusal ends a run as it should: one by the
# program alone, and one after a look at AWS.
QUICK = {0, 4}


@pytest.mark.parametrize(
    ("settings", "texts"),
    [pytest.param(*case, marks=[] if number in QUICK else pytest.mark.full) for number, case in enumerate(SETTINGS)],
)
def test_a_wrong_setting_is_refused_by_a_preview(
    stack: SandboxStack, settings: dict[str, Any], texts: tuple[str, ...]
) -> None:
    stack.configure(settings)
    assert_refused(stack.run("preview"), *texts)
    assert_nothing_changed(stack)


def test_all_wrong_settings_are_named_at_once(stack: SandboxStack) -> None:
    stack.environment["CLOUD_ONE_API_KEY"] = "no-colon-here"
    mistakes = {
        "createNewTrail": "maybe",
        "trailLogRetentionDays": "many",
        "stackName": {"a": "b"},
        "qsS3KeyPrefix": "a prefix",
        "tags": "blue",
        "stakName": "X",
    }
    stack.configure(mistakes)
    run = stack.run("preview")
    for name in ("CLOUD_ONE_API_KEY", *mistakes):
        assert name in run.output
    assert run.code != 0
    assert "no-colon-here" not in run.output


@pytest.mark.full
@pytest.mark.parametrize("key", ["nocolonatall", ":onlyasecret", "onlyanid:"])
def test_a_key_without_two_halves_is_refused_by_a_preview(stack: SandboxStack, key: str) -> None:
    stack.environment["CLOUD_ONE_API_KEY"] = key
    assert_refused(stack.run("preview"), "CLOUD_ONE_API_KEY")
    assert_nothing_changed(stack)


def test_an_up_without_a_key_says_how_to_give_one(stack: SandboxStack) -> None:
    del stack.environment["CLOUD_ONE_API_KEY"]
    assert_refused(stack.run("up", "--yes", "--skip-preview"), "step 1", "CLOUD_ONE_API_KEY", "cloudOneApiKey")
    assert_nothing_changed(stack)


@pytest.mark.parametrize(
    ("which", "texts"),
    [
        pytest.param("unknown", ("step 1", "HTTP 401", "create a new one"), marks=pytest.mark.full),
        pytest.param("Disabled", ("step 1", "disabled"), marks=pytest.mark.full),
        ("NoAccess", ("HTTP 403", "Full Access")),
    ],
)
def test_a_key_that_trend_refuses_is_named_with_the_next_step(
    stack: SandboxStack, which: str, texts: tuple[str, ...]
) -> None:
    keys = {key.alias.split()[-1]: key.value for key in stack.sandbox.tenant.api_keys}
    stack.environment["CLOUD_ONE_API_KEY"] = keys.get(which, "nobody:knows-this-key")
    run = stack.run("up", "--yes", "--skip-preview")
    assert_refused(run, *texts)
    assert [call for call in stack.sandbox.trend.requests(changing=True) if (call.status or 0) < 400] == []


def test_a_key_that_trend_does_not_find_is_unknown_and_not_gone(stack: SandboxStack) -> None:
    stack.sandbox.trend.add_fault(Fault(status=404, service="accounts", count=None))
    run = stack.run("up", "--yes", "--skip-preview")
    assert_refused(run, "step 1", "HTTP 404", "the API key is unknown")
    assert "pulumi up --refresh" not in run.output
    assert_nothing_changed(stack)


@pytest.mark.parametrize("token", ["\n", pytest.param("two words", marks=pytest.mark.full)])
def test_an_enrollment_token_that_is_none_is_refused_by_a_preview(stack: SandboxStack, token: str) -> None:
    stack.environment["VISION_ONE_SERVICE_TOKEN"] = token
    assert_refused(stack.run("preview"), "VISION_ONE_SERVICE_TOKEN")
    assert_nothing_changed(stack)


def test_an_aws_region_that_does_not_fit_is_refused_with_the_command_that_mends_it(stack: SandboxStack) -> None:
    stack.configure({"existingCloudtrailBucketName": "sandbox-existing-trail-eu-central-1"}, region="eu-central-1")
    run = stack.run("up", "--yes", "--skip-preview")
    assert_refused(run, "step 1", "us-1", "us-east-1", "eu-central-1", "pulumi config set aws:region us-east-1")
    assert_nothing_changed(stack)


@pytest.mark.parametrize(
    ("fault", "texts"),
    [
        (Fault(kind="html", service="accounts"), ("step 1", "text/html, not JSON")),
        pytest.param(
            Fault(kind="empty", service="accounts"), ("step 1", "empty response, expected JSON"), marks=pytest.mark.full
        ),
        pytest.param(Fault(kind="truncate", service="accounts"), ("step 1", "not JSON"), marks=pytest.mark.full),
    ],
)
def test_a_reply_that_is_no_json_is_refused(stack: SandboxStack, fault: Fault, texts: tuple[str, ...]) -> None:
    stack.sandbox.trend.add_fault(fault)
    assert_refused(stack.run("up", "--yes", "--skip-preview"), *texts)
    assert_nothing_changed(stack)


@pytest.mark.full
def test_without_a_network_the_host_is_named(stack: SandboxStack) -> None:
    stack.environment["TREND_ENDPOINT_URL"] = "http://127.0.0.1:9"
    assert_refused(stack.run("up", "--yes", "--skip-preview"), "step 1", "127.0.0.1:9 refused the connection")
    assert_nothing_changed(stack)


@pytest.mark.full
def test_a_deployment_link_without_a_parameter_is_refused_before_the_stack_is_made(stack: SandboxStack) -> None:
    stack.sandbox.trend.behave(dropped_stack_parameter="param_ServiceURL")
    assert_refused(stack.run("up", "--yes", "--skip-preview"), "step 7", "param_ServiceURL")
    stacks = stack.sandbox.aws("cloudformation").describe_stacks()["Stacks"]
    assert "CloudOne" not in {each["StackName"] for each in stacks}
    stack.sandbox.trend.behave(dropped_stack_parameter=None)
    stack.up()
