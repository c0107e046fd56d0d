"""One life of each part of an organization: its tenant, and an account whose events the stack of another forwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.checks.deployed import CLOUD_ACCOUNT, CONNECTOR
from components.checks.endpoints import ENDPOINTS
from components.checks.oidc import OIDC_PROVIDER
from components.checks.stacks import STACKS
from tests.e2e.deploying import PolicyDocument, policy
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.subscribers import BUCKET, existing, put

ACCOUNT = {"scope": "account", "cloudTrail": False}
CALLER = "GetCallerIdentity"
OF_ALL = {
    "settings", ENDPOINTS, "API key", "role of the API key", "Cloud One account", "region", "Cloud One services",
    "AWS caller",
}  # fmt: skip
"""What the doctor looks at whatever a stack is for."""


def succeed(stack: SandboxStack, *arguments: str) -> str:
    done = operate(stack, *arguments)
    assert done.code == 0, done.output
    return done.output


def aws_calls(stack: SandboxStack) -> set[str]:
    """Return what AWS was asked, as `<service>:<action>`."""
    return {f"{each.service}:{each.action}" for each in stack.sandbox.aws_requests()}


def trend_calls(stack: SandboxStack) -> set[str]:
    """Return the services of Trend's that were asked."""
    return {each.service for each in stack.sandbox.trend.requests()}


def checked(stack: SandboxStack) -> set[str]:
    """Return the subjects of the doctor's findings, none of which failed."""
    return {each["subject"] for each in json.loads(succeed(stack, "doctor", "--json"))["checks"]}


def actions(document: PolicyDocument) -> set[str]:
    return {action for statement in document["Statement"] for action in statement["Action"]}


@pytest.mark.full
def test_a_tenant_is_enrolled_once_and_has_nothing_in_aws(stack: SandboxStack, tmp_path: Path) -> None:
    stack.configure({"scope": "tenant"})
    before = aws_inventory(stack.sandbox)
    stack.sandbox.aws_control.clear_requests()
    succeed(stack, "up", "--yes", "--skip-preview")
    outputs = stack.outputs()
    assert set(outputs) == {"cloudOneAccountId", "cloudOneRegion", "awsAccountId", "visionOneStatus"}
    assert outputs["visionOneStatus"] == "registered"
    stack.up(EXPECT_NO_CHANGES)
    succeed(stack, "drift")

    assert checked(stack) == {*OF_ALL, "Vision One"}
    assert "Cloud One's registration: registered" in " ".join(succeed(stack, "doctor", "--deployed").split())
    assert "visionOneStatus" in succeed(stack, "summary")
    assert "links no AWS account" in operate(stack, "report", "--html", str(tmp_path / "report.html")).output
    for run in ("preview", "up", "destroy"):
        assert actions(policy(stack, run)) == {f"sts:{CALLER}"}
    assert "nothing to revert" in succeed(stack, "revert")

    assert aws_calls(stack) == {f"sts:{CALLER}"}
    assert "stays (status registered)" in succeed(stack, "destroy", "--yes", "--skip-preview")
    assert aws_inventory(stack.sandbox) == before
    assert trend_calls(stack).isdisjoint({"workload", "cloudaccounts", "cloudtrail"})


def test_an_account_is_linked_without_enrollment_trail_and_forwarder(stack: SandboxStack, tmp_path: Path) -> None:
    stack.configure(ACCOUNT)
    sandbox, before = stack.sandbox, aws_inventory(stack.sandbox)
    token = stack.environment.pop("VISION_ONE_SERVICE_TOKEN")
    sandbox.aws_control.clear_requests()
    succeed(stack, "up", "--yes", "--skip-preview")
    outputs = stack.outputs()
    assert {"workloadSecurityConnectorId", "cloudAccountState", "health"} <= set(outputs)
    assert set(outputs).isdisjoint({"visionOneStatus", "trailBucketName", "trailArn", "cloudTrailStackId"})
    links = ("Workload Security connector", "Cloud One cloud account", "stack CloudOne-Account")
    assert outputs["health"] == {"verdict": "ok", "checks": dict.fromkeys(links, "ok"), "problems": {}}
    stack.environment["VISION_ONE_SERVICE_TOKEN"] = token
    stack.up(EXPECT_NO_CHANGES)
    succeed(stack, "drift")

    of_account = {"external id", CONNECTOR, CLOUD_ACCOUNT, "permissions", STACKS, OIDC_PROVIDER}
    assert checked(stack) == {*OF_ALL, *of_account, "Trend's templates"}
    succeed(stack, "doctor", "--deployed")
    for run in ("preview", "up", "destroy"):
        granted = actions(policy(stack, run))
        assert [each for each in granted if each.startswith(("cloudtrail:", "lambda:", "secretsmanager:"))] == []
        assert {each for each in granted if each.startswith("s3:")} <= {"s3:GetObject"}

    asked = aws_calls(stack)
    assert [each for each in asked if each.startswith(("cloudtrail:", "lambda:"))] == []
    assert {each for each in asked if each.startswith("s3:")} <= {"s3:GetObject"}
    succeed(stack, "report", "--html", str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text()
    assert "Trail and bucket" not in page
    assert "<span>1 stack of" in page

    stack.destroy()
    assert aws_inventory(sandbox) == before
    assert sandbox.trend.state().connectors == ()
    assert trend_calls(stack).isdisjoint({"visionone-connect", "visionone", "cloudtrail"})


@pytest.mark.full
def test_events_that_are_not_forwarded_any_more_leave_the_notifications_of_others(stack: SandboxStack) -> None:
    put(stack.sandbox, existing())
    before = aws_inventory(stack.sandbox)
    stack.configure({"existingCloudtrailBucketName": BUCKET})
    stack.up()
    forwarding: dict[str, Any] = aws_inventory(stack.sandbox)["buckets"]
    assert forwarding[BUCKET] != before["buckets"][BUCKET]

    stack.configure({"cloudTrail": False})
    stack.up()

    after = aws_inventory(stack.sandbox)
    assert after["buckets"] == before["buckets"]
    assert set(after["stacks"]) == {"CloudOne-Account"}
    assert after["secrets"] == before["secrets"]
    assert set(stack.outputs()).isdisjoint({"trailBucketName", "cloudTrailStackId"})
    stack.up(EXPECT_NO_CHANGES)


@pytest.mark.full
def test_an_account_that_hands_its_enrollment_to_a_tenant_leaves_it_as_it_is(stack: SandboxStack) -> None:
    stack.up()
    assert stack.outputs()["visionOneStatus"] == "registered"
    stack.configure({"existingCloudtrailBucketName": BUCKET, "scope": "account"})
    output = stack.up()
    assert "the enrollment of Cloud One account" in output
    assert stack.sandbox.trend.state().registration
    stack.configure({"existingCloudtrailBucketName": BUCKET})
    del stack.environment["VISION_ONE_SERVICE_TOKEN"]
    stack.up()
    assert stack.outputs()["visionOneStatus"] == "skipped"
