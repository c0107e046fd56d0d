"""Experimental: Vision One reads a trail, by Trend's own stack, which registers the account: on the engine."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.gate.faults import Fault
from tests.e2e.hands import audited_trail
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack

AUDIT_LOGS = "cloud-audit-log-monitoring"
ROUTE = {"route": "visionOne", "trailBucketOnDestroy": "delete"}
NEW = {**ROUTE, "createNewTrail": True}
LINK = "POST /v3.0/cam/awsAccounts/generateCfnTemplateLinks"
POST = "POST /v3.0/cam/awsAccounts"
TEMPLATE_STACK = "Trend-VisionOne"


@pytest.fixture
def credentials(sandbox: Any) -> dict[str, str]:
    return {"VISION_ONE_API_KEY": sandbox.tenant.business.full_access_key.value}


_OF_VISION_ONE = ("createdDateTime", "updatedDateTime", "lastSyncedDateTime", "state", "sources")


def accounts(stack: SandboxStack) -> list[dict[str, Any]]:
    """Return the accounts as Vision One knows them, less what nobody sets."""
    known = [each.wire() for each in stack.sandbox.trend.state().vision_one_accounts]
    return [{name: value for name, value in each.items() if name not in _OF_VISION_ONE} for each in known]


def key_of_stack(stack: SandboxStack) -> str:
    """Return what the doctor says of the key with which Trend's stack registers the account."""
    document = json.loads(operate(stack, "doctor", "--json").output)
    (found,) = [each for each in document["checks"] if each["subject"] == "key of Trend's stack"]
    assert found["verdict"] == "ok"
    return str(found["text"])


def account(stack: SandboxStack) -> dict[str, Any]:
    (found,) = accounts(stack)
    return found


def asked(stack: SandboxStack) -> list[str]:
    """Return the calls to Vision One since this was asked for, less those of Trend's stack, and forget them."""
    trend = stack.sandbox.trend
    calls = [each.action for each in trend.requests("visionone")]
    trend.clear_requests()
    return calls


def test_the_life_of_a_new_trail(stack: SandboxStack) -> None:
    stack.configure(NEW)
    output = stack.succeed("preview")
    assert "experimental" in output
    assert "for 90 days" in key_of_stack(stack)
    stack.up()
    outputs, cloudformation = stack.outputs(), stack.sandbox.aws("cloudformation")
    assert account(stack)["roleArn"] == outputs["visionOneRoleArn"]
    assert [each["id"] for each in account(stack)["features"]] == [AUDIT_LOGS]
    assert POST not in asked(stack), "the stack registers the account"
    ends = datetime.fromisoformat(outputs["visionOneKeyIssued"]) + timedelta(days=90)
    assert f"valid until {ends:%Y-%m-%d}" in key_of_stack(stack)
    asked(stack)
    assert outputs["health"]["verdict"] == "ok"
    assert {"stack Trend-VisionOne", "trail"} <= outputs["health"]["checks"].keys()
    minted = key_of(stack)
    assert minted not in stack.succeed("stack", "export")

    stack.succeed("preview", EXPECT_NO_CHANGES)
    stack.up(EXPECT_NO_CHANGES)
    assert asked(stack) == []
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)
    asked(stack)

    # What another stack is not made of changes the account in place
    stack.configure({**NEW, "visionOneDescription": "by the team"})
    stack.up()
    assert LINK not in asked(stack)
    assert (account(stack)["description"], stack.outputs()["visionOneStackId"]) == (
        "by the team", outputs["visionOneStackId"],
    )  # fmt: skip

    # What it is made of replaces it, with a fresh link
    stack.configure({**NEW, "visionOneDescription": "by the team", "tags": {"team": "security"}})
    stack.up()
    assert asked(stack).count(LINK) == 1
    again = stack.outputs()
    assert again["visionOneStackId"] != outputs["visionOneStackId"]
    assert account(stack)["roleArn"] == again["visionOneRoleArn"]
    assert account(stack)["description"] == "by the team"
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)

    # Unlinked by hand: another stack registers the account again
    stack.sandbox.trend.delete_vision_one_account(stack.sandbox.account)
    stack.up("--refresh")
    assert account(stack)["roleArn"] == stack.outputs()["visionOneRoleArn"]

    # The stack deleted by hand, seen without a refresh
    cloudformation.delete_stack(StackName=TEMPLATE_STACK)
    stack.up()
    assert account(stack)["roleArn"] == stack.outputs()["visionOneRoleArn"]
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)

    stack.destroy()
    assert accounts(stack) == []
    assert leftovers(stack) == []


def leftovers(stack: SandboxStack) -> list[str]:
    """Return what is left in AWS of all that a life creates."""
    aws = stack.sandbox.aws
    roles = [each["RoleName"] for each in aws("iam").list_roles()["Roles"]]
    topics = [each["TopicArn"] for each in aws("sns").list_topics()["Topics"] if stack.name in each["TopicArn"]]
    trails = [each["Name"] for each in aws("cloudtrail").describe_trails()["trailList"] if stack.name in each["Name"]]
    stacks = [each["StackName"] for each in aws("cloudformation").describe_stacks()["Stacks"]]
    return [*roles, *topics, *trails, *stacks]


def key_of(stack: SandboxStack) -> str:
    """Return how each key begins that Vision One issues for a stack."""
    return str(stack.sandbox.tenant.minted_prefix)


def role_for_vision_one(stack: SandboxStack) -> str:
    """Create a role by hand that trusts Vision One, by the provider that comes with Trend's stack."""
    business, account_id = stack.sandbox.tenant.business, stack.sandbox.account
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{account_id}:oidc-provider/{business.issuer}"},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity"],
        "Condition": {
            "StringEquals": {
                f"{business.issuer}:aud": f"arn:aws:iam::{account_id}:root",
                f"{business.issuer}:sub": business.subject,
            }
        },
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = stack.sandbox.aws("iam").create_role(RoleName="by-hand", AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


@pytest.mark.full
def test_the_life_of_an_existing_trail_with_an_account_that_was_linked_before(stack: SandboxStack) -> None:
    by_hand = role_for_vision_one(stack)
    stack.sandbox.trend.add_vision_one_account(stack.sandbox.account, by_hand, name="theirs", description="by hand")
    before = accounts(stack)
    settings = {**ROUTE, **audited_trail(stack.sandbox)}
    stack.configure(settings)

    refused = stack.run("up", "--yes", "--skip-preview")
    assert refused.code
    assert by_hand in " ".join(refused.errors)
    assert accounts(stack) == before
    assert leftovers(stack)[1:] == [], "the role by hand alone"

    stack.configure({**settings, "adopt": True})
    stack.up()
    assert account(stack)["roleArn"] == stack.outputs()["visionOneRoleArn"]
    assert stack.outputs()["trailArn"].endswith(":trail/audited")
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)
    stack.destroy()
    assert accounts(stack) == before


@pytest.mark.full
def test_a_stack_that_failed_is_created_from_a_fresh_link_and_what_it_registered_goes_with_a_destroy(
    stack: SandboxStack,
) -> None:
    """The registration is carried out and its reply lost: the stack rolls back, and leaves the account behind."""
    trend = stack.sandbox.trend
    stack.configure(NEW)
    lost = Fault(service="visionone", action="POST /registrations", kind="drop", when="after")
    trend.add_fault(lost)
    assert stack.run("up", "--yes", "--skip-preview").code
    assert len(accounts(stack)) == 1
    document = json.loads(operate(stack, "doctor", "--json").output)
    (found,) = [each for each in document["checks"] if each["subject"] == "Vision One cloud account"]
    assert (found["verdict"], "Trend's stack registers it again" in found["text"]) == ("ok", True)
    asked(stack)
    stack.up()
    assert asked(stack).count(LINK) == 1
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)
    stack.destroy()

    trend.add_fault(lost)
    assert stack.run("up", "--yes", "--skip-preview").code
    assert len(accounts(stack)) == 1
    stack.destroy()
    assert (accounts(stack), leftovers(stack)) == ([], [])
