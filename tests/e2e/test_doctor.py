"""`python -m operate doctor` on a stack in the sandbox: each problem is named, alone, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from operate.doctor.diagnosis import Diagnosis, before_deployment
from operate.engine.stack import Stack
from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from sandbox.trend.tenant import ServiceEntry, default_tenant
from tests.e2e.operating import UP, operate
from tests.e2e.pulumi_cli import SandboxStack

BUCKET = "sandbox-existing-trail-us-east-1"
SETTINGS = {"existingCloudtrailBucketName": BUCKET}
FOREIGN = "arn:aws:iam::123456789012:role/of-somebody-else"
ELSEWHERE = {"workload": "https://proxy.example"}


@pytest.fixture(scope="module")
def shared(running_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxStack]:
    """One stack for all problems: looking at it leaves it as it is."""
    made = SandboxStack(running_sandbox, tmp_path_factory.mktemp("doctor") / "project", {}, name="doctor")
    yield made
    made.succeed("stack", "rm", "--yes", "--force")


@pytest.fixture
def stack(sandbox: Sandbox, shared: SandboxStack, credentials: dict[str, str]) -> SandboxStack:
    """The stack as it is where nothing is wrong."""
    shared.environment = dict(credentials)
    shared.configure(SETTINGS)
    return shared


@pytest.fixture
def diagnose(stack: SandboxStack, operated: Callable[[SandboxStack], Stack]) -> Callable[[], Diagnosis]:
    """Look at the stack as it is then."""
    return lambda: before_deployment(operated(stack))


def found_amiss(diagnosis: Diagnosis) -> dict[str, str]:
    """Return the verdict on each subject that is not ok, less what could not be asked because of another."""
    amiss = [each for each in diagnosis.findings if each.verdict != "ok" and "not checked: needs" not in each.text]
    return {each.subject: each.verdict for each in amiss}


def test_where_nothing_is_wrong_all_checks_are_ok_and_nothing_is_changed(stack: SandboxStack) -> None:
    run = operate(stack, "doctor", "--json")
    document = json.loads(run.output)
    assert run.code == 0
    assert {check["verdict"] for check in document["checks"]} == {"ok"}, run.output
    assert len(document["checks"]) >= 15
    assert stack.sandbox.trend.requests(changing=True) == []
    assert stack.sandbox.aws_requests(changing=True) == []


def key(purpose: str) -> Callable[[SandboxStack], None]:
    def inject(stack: SandboxStack) -> None:
        keys = stack.sandbox.tenant.api_keys
        stack.environment["CLOUD_ONE_API_KEY"] = next(each.value for each in keys if purpose in each.alias)

    return inject


def environment(**variables: str) -> Callable[[SandboxStack], None]:
    return lambda stack: stack.environment.update(variables)


def settings(**more: Any) -> Callable[[SandboxStack], None]:
    return lambda stack: stack.configure({**SETTINGS, **more})


def another_account_only(stack: SandboxStack) -> None:
    path = Path(stack.folder, f"Pulumi.{stack.name}.yaml")
    content = yaml.safe_load(path.read_text())
    content["config"]["aws:allowedAccountIds"] = ["111122223333"]
    path.write_text(yaml.safe_dump(content))


def a_tenant_elsewhere(stack: SandboxStack) -> None:
    stack.sandbox.trend.set_tenant(default_tenant("de-1"))


def a_license_that_has_expired(stack: SandboxStack) -> None:
    services = (ServiceEntry("workload", expired=True, expires="2024-01-01T00:00:00Z"),)
    stack.sandbox.trend.set_tenant(replace(stack.sandbox.tenant, services=services))


def a_hidden_external_id(stack: SandboxStack) -> None:
    stack.sandbox.trend.behave(external_id="refused")


def no_vision_one(stack: SandboxStack) -> None:
    stack.sandbox.trend.add_fault(Fault(kind="status", status=500, service="visionone", action="GET *", count=None))


def a_user_who_may(stack: SandboxStack, document: dict[str, Any]) -> None:
    """Deploy as a user with this policy."""
    iam = stack.sandbox.aws("iam")
    iam.create_user(UserName="deployer")
    iam.put_user_policy(UserName="deployer", PolicyName="all", PolicyDocument=json.dumps(document))
    made = iam.create_access_key(UserName="deployer")["AccessKey"]
    stack.environment |= {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}


def the_printed_policy(stack: SandboxStack) -> dict[str, Any]:
    printed = operate(stack, "policy", "--for", "up").output
    policy: dict[str, Any] = json.loads(printed[printed.index("{") :])
    return policy


def a_user_who_lacks_one_action(stack: SandboxStack) -> None:
    policy = the_printed_policy(stack)
    for statement in policy["Statement"]:
        statement["Action"] = [action for action in statement["Action"] if action != "s3:PutBucketNotification"]
    policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
    a_user_who_may(stack, policy)


def a_user_bound_to_a_network(stack: SandboxStack) -> None:
    policy = the_printed_policy(stack)
    network = {"StringEquals": {"aws:SourceIp": "192.0.2.1"}}
    a_user_who_may(stack, {**policy, "Statement": [{**each, "Condition": network} for each in policy["Statement"]]})


def a_provider_of_somebody_else(stack: SandboxStack) -> None:
    stack.sandbox.aws("iam").create_open_id_connect_provider(
        Url="https://cloudaccounts.us-1.cloudone.trendmicro.com", ClientIDList=["x"], ThumbprintList=["0" * 40]
    )


def a_connector_of_somebody_else(stack: SandboxStack) -> None:
    stack.sandbox.trend.add_connector(stack.sandbox.account, FOREIGN)


def a_connector_with_a_role_of_another_account(stack: SandboxStack) -> None:
    stack.sandbox.trend.add_connector(stack.sandbox.account, FOREIGN.replace("123456789012", "999988887777"))
    stack.configure({**SETTINGS, "adopt": True})


def a_cloud_account_of_somebody_else(stack: SandboxStack) -> None:
    stack.sandbox.trend.add_cloud_account(stack.sandbox.account, FOREIGN)


def kms(stack: SandboxStack) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    stack.sandbox.aws("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})


def a_notification_in_the_way(stack: SandboxStack) -> None:
    queue = {"QueueArn": "arn:aws:sqs:us-east-1:123456789012:theirs", "Events": ["s3:ObjectCreated:*"]}
    stack.sandbox.aws("sqs").create_queue(QueueName="theirs")
    stack.sandbox.aws("s3").put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={"QueueConfigurations": [queue]},
        SkipDestinationValidation=True,
    )


def a_stopped_trail(stack: SandboxStack) -> None:
    trails = stack.sandbox.aws("cloudtrail")
    for trail in trails.describe_trails()["trailList"]:
        if trail["S3BucketName"] == BUCKET:
            trails.stop_logging(Name=trail["TrailARN"])


NO_SETTING = "a setting that is none"
PROBLEMS = {
    NO_SETTING: (settings(stackname="x"), "settings", "failed", "did you mean stackName?"),
    "a host of another": (settings(endpoints=ELSEWHERE), "endpoints", "failed", "endpointsConfirmed proxy.example"),
    "no key": (environment(CLOUD_ONE_API_KEY=""), "API key", "failed", "set CLOUD_ONE_API_KEY"),
    "half a key": (environment(CLOUD_ONE_API_KEY="half"), "API key", "failed", "has no `:`"),
    "a key that is switched off": (key("Disabled"), "API key", "failed", "disabled"),
    "a key that may only read": (key("ReadOnly"), "role of the API key", "failed", "Full Access"),
    "an account in another region": (a_tenant_elsewhere, "region", "failed", "aws:region eu-central-1"),
    "an expired license": (a_license_that_has_expired, "Cloud One services", "failed", "renew it"),
    "a hidden external id": (a_hidden_external_id, "external id", "failed", "pulumi config set externalId"),
    "no Vision One": (no_vision_one, "Vision One", "unknown", "HTTP 500"),
    "another AWS account": (another_account_only, "AWS caller", "failed", "aws:allowedAccountIds"),
    "a user who lacks one action": (a_user_who_lacks_one_action, "permissions", "failed", "s3:PutBucketNotification"),
    "a user bound to a network": (a_user_bound_to_a_network, "permissions", "unknown", "not told aws:SourceIp"),
    "a connector": (a_connector_of_somebody_else, "Workload Security connector", "failed", "adopt true"),
    "a role that is not seen": (
        a_connector_with_a_role_of_another_account,
        "Workload Security connector",
        "unknown",
        "cannot determine whether another deployment manages",
    ),
    "a cloud account": (a_cloud_account_of_somebody_else, "Cloud One cloud account", "failed", "unlink it"),
    "no bucket": (settings(existingCloudtrailBucketName="no-such-bucket-here"), "trail bucket", "failed", "no bucket"),
    "a KMS bucket": (kms, "encryption of the trail bucket", "failed", "SSE-KMS"),
    "a notification": (a_notification_in_the_way, "notifications of the trail bucket", "failed", "EventBridge"),
    "a stopped trail": (a_stopped_trail, "trail that delivers to the bucket", "unknown", "start-logging"),
    "an OIDC provider": (
        a_provider_of_somebody_else,
        "OpenID Connect provider",
        "failed",
        "no CloudFormation stack of this stack holds",
    ),
    "no templates": (settings(qsS3BucketName="no-such-assets"), "Trend's templates", "unknown", "no-such-assets"),
}


@pytest.mark.parametrize(
    "problem",
    # Each check says of itself what it needs, and the settings are what all need: this one is not left to a long run.
    [NO_SETTING, *(pytest.param(each, marks=pytest.mark.full) for each in PROBLEMS if each != NO_SETTING)],
)
def test_a_problem_is_named_and_no_other(problem: str, stack: SandboxStack, diagnose: Callable[[], Diagnosis]) -> None:
    inject, subject, verdict, text = PROBLEMS[problem]
    inject(stack)
    found = diagnose()
    assert found_amiss(found) == {subject: verdict}, found.document()
    (finding,) = [each for each in found.findings if each.subject == subject]
    assert text in str(finding)
    assert found.failed == (verdict == "failed")
    assert stack.sandbox.trend.requests(changing=True) == []


@pytest.mark.full
def test_a_user_with_the_printed_policy_may_deploy(stack: SandboxStack, diagnose: Callable[[], Diagnosis]) -> None:
    a_user_who_may(stack, the_printed_policy(stack))
    found = diagnose()
    assert found_amiss(found) == {}
    assert any("user/deployer may create" in each.text for each in found.findings)


@pytest.mark.full
def test_a_link_that_is_to_be_adopted_is_no_problem(stack: SandboxStack, diagnose: Callable[[], Diagnosis]) -> None:
    a_connector_of_somebody_else(stack)
    stack.configure({**SETTINGS, "adopt": True})
    found = diagnose()
    assert found_amiss(found) == {}
    assert any(FOREIGN in each.text and "adopted" in each.text for each in found.findings)


@pytest.mark.full
def test_an_update_stops_before_anything_is_changed(stack: SandboxStack) -> None:
    a_connector_of_somebody_else(stack)
    stack.sandbox.aws_control.clear_requests()
    run = operate(stack, *UP)
    assert run.code == 1
    assert "operate: failed: Workload Security connector: " in run.output
    assert "adopt true" in run.output
    assert "Updating" not in run.output
    assert stack.sandbox.trend.requests(changing=True) == []
    assert stack.sandbox.aws_requests(changing=True) == []


@pytest.mark.full
def test_an_update_goes_on_past_a_failed_check_that_is_accepted_by_its_name(stack: SandboxStack) -> None:
    a_user_who_lacks_one_action(stack)  # as the simulator sees it: nothing enforces it here
    stack.sandbox.aws_control.clear_requests()
    refused = operate(stack, *UP)
    assert (refused.code, "operate: failed: permissions: " in refused.output) == (1, True), refused.output
    assert "--accept" in refused.output
    unknown = operate(stack, *UP, "--accept", "permission")
    assert unknown.code == 1
    assert (
        "unknown check 'permission'; did you mean permissions?; known: settings, endpoints, API key" in unknown.output
    )
    assert stack.sandbox.aws_requests(changing=True) == []
    accepted = operate(stack, *UP, "--accept", "trail bucket", "--accept", "permissions")
    assert accepted.code == 0, accepted.output
    assert "operate: failed (accepted): permissions: " in accepted.output
    stack.destroy()
