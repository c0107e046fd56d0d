"""A stack that works in another account of an organization by `aws:assumeRoles`: all of it, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.organization import AccountKind, Organization, OrganizationAccount
from sandbox.sandbox import Sandbox
from tests.e2e.conftest import end_processes_in
from tests.e2e.inventory import aws_inventory
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.test_aws_settings import set_aws
from tests.e2e.test_bad_input import assert_nothing_changed

StackOfAccount = Callable[[OrganizationAccount], SandboxStack]


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("organization"), accounts=7) as sandbox:
        yield sandbox


@pytest.fixture
def of_account(sandbox: Sandbox, credentials: dict[str, str], tmp_path: Path) -> Iterator[StackOfAccount]:
    """Makes the stack of an account, whose new trail is its own."""
    made: list[SandboxStack] = []

    def stack(account: OrganizationAccount) -> SandboxStack:
        made.append(SandboxStack(sandbox, tmp_path / account.id, credentials, name=f"aws-{account.id}"))
        made[-1].configure({"createNewTrail": True})
        set_aws(made[-1], assumeRoles=[{"roleArn": account.role_arn, "sessionName": "fleet", "duration": "1h"}])
        return made[-1]

    yield stack
    for each in made:
        end_processes_in(each.folder)
        each.succeed("stack", "rm", "--yes", "--force")


def everywhere(sandbox: Sandbox, organization: Organization) -> dict[str, dict[str, Any]]:
    """Return what stands in every account."""
    return {account.id: aws_inventory(sandbox, account=account.id) for account in organization.accounts}


def test_a_whole_life_in_a_member_account_leaves_the_others_alone(
    sandbox: Sandbox, organization: Organization, of_account: StackOfAccount
) -> None:
    member = organization.plain[1]
    before, stack = everywhere(sandbox, organization), of_account(member)

    stack.up()

    outputs = stack.outputs()
    assert outputs["awsAccountId"] == outputs["cloudAccountId"] == member.id
    assert f"::{member.id}:role/" in outputs["workloadSecurityRoleArn"]
    assert f":{member.id}:" in outputs["cloudTrailStackId"]
    trend = sandbox.trend.state()
    assert [link.account_id for link in trend.connectors] == [link.id for link in trend.cloud_accounts] == [member.id]
    after = everywhere(sandbox, organization)
    made = after.pop(member.id)
    assert after == {account: content for account, content in before.items() if account != member.id}
    assert set(made["stacks"]) == {"CloudOne", "CloudOne-Account"}
    assert set(made["trails"]) - set(before[member.id]["trails"])
    (entry,) = made["buckets"][outputs["trailBucketName"]]["LambdaFunctionConfigurations"]
    assert f":{member.id}:function:" in entry["LambdaFunctionArn"]
    assert {call.account for call in sandbox.aws_requests(changing=True)} == {member.id}

    stack.succeed("preview", EXPECT_NO_CHANGES)
    stack.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)
    stack.destroy()
    left = everywhere(sandbox, organization)
    assert left[member.id]["buckets"].pop(outputs["trailBucketName"]) == {}
    assert left == before
    assert (sandbox.trend.state().connectors, sandbox.trend.state().cloud_accounts) == ((), ())


def test_an_account_whose_role_cannot_be_assumed_is_refused_before_anything_is_changed(
    organization: Organization, of_account: StackOfAccount
) -> None:
    account = organization.the(AccountKind.UNREACHABLE)
    stack = of_account(account)
    refused = stack.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    errors = " ".join(refused.errors)
    assert f"Cannot assume IAM Role. IAM Role ({account.role_arn}) cannot be assumed" in errors, refused.output
    assert "AccessDenied" in errors
    assert "Traceback" not in refused.output
    assert_nothing_changed(stack)


def test_an_up_that_a_service_control_policy_denies_names_it(
    organization: Organization, of_account: StackOfAccount
) -> None:
    restricted = organization.the(AccountKind.RESTRICTED)
    denied = of_account(restricted).run("up", "--yes", "--skip-preview")
    assert denied.code != 0
    errors = " ".join(denied.errors)
    assert "is not authorized to perform: iam:CreateRole" in errors, denied.output
    assert "with an explicit deny in a service control policy: arn:aws:organizations::" in errors
