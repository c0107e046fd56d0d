"""What happens to links that were there before, to two stacks of one account, to drift and to keys: on the engine."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from sandbox.trend import TenantKey
from tests.e2e.hands import role_for_trend
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.standing import links

BUCKET = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}


def test_links_made_by_hand_survive_a_refused_up_and_come_back_after_an_adoption(stack: SandboxStack) -> None:
    trend, by_hand = stack.sandbox.trend, role_for_trend(stack.sandbox, "by-hand")
    trend.add_connector(stack.sandbox.account, by_hand, displayName="theirs")
    trend.add_cloud_account(stack.sandbox.account, by_hand, alias="theirs", description="by hand")
    before = links(stack)

    refused = stack.run("up", "--yes", "--skip-preview")

    assert refused.code != 0
    errors = " ".join(refused.errors)
    assert by_hand in errors
    assert "pulumi config set adopt true" in errors
    assert "unlink it in the Trend console" in errors
    assert links(stack) == before
    stack.configure({**BUCKET, "adopt": True})
    stack.up()
    stack.succeed("preview", EXPECT_NO_CHANGES)
    adopted = links(stack)
    assert [link["crossAccountRoleArn"] for link in adopted[:1]] == [stack.outputs()["workloadSecurityRoleArn"]]
    assert [link["roleARN"] for link in adopted[1:]] == [stack.outputs()["cloudOneRoleArn"]]
    stack.destroy()
    assert links(stack) == before


def test_permission_to_adopt_where_there_is_nothing_to_adopt_is_no_change_ever_after(stack: SandboxStack) -> None:
    stack.configure({**BUCKET, "adopt": True})
    stack.up()
    stack.succeed("preview", EXPECT_NO_CHANGES)
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)


@pytest.mark.full
def test_a_stack_whose_adopted_connector_had_a_role_that_is_gone_can_be_destroyed(stack: SandboxStack) -> None:
    by_hand = role_for_trend(stack.sandbox, "by-hand")
    stack.sandbox.trend.add_connector(stack.sandbox.account, by_hand, displayName="theirs")
    stack.configure({**BUCKET, "adopt": True})
    stack.up()
    adopted = links(stack)[0]
    stack.sandbox.aws("iam").delete_role(RoleName="by-hand")
    assert f"its earlier role {by_hand} does not exist any more" in stack.destroy()
    assert links(stack) == [adopted]


@pytest.mark.full
def test_a_link_whose_role_is_not_seen_is_adopted_with_a_warning(stack: SandboxStack) -> None:
    elsewhere = "arn:aws:iam::999988887777:role/theirs"
    stack.sandbox.trend.add_connector(stack.sandbox.account, elsewhere, displayName="theirs")
    stack.configure({**BUCKET, "adopt": True})
    output = stack.up()
    assert "step 4, Workload Security connector: cannot determine whether another deployment manages" in output
    assert elsewhere in output
    assert links(stack)[0]["crossAccountRoleArn"] == stack.outputs()["workloadSecurityRoleArn"]


@pytest.mark.full
def test_a_second_stack_of_one_account_is_refused_and_its_end_harms_nothing(
    stack: SandboxStack, tmp_path: Path
) -> None:
    stack.up()
    first = links(stack)
    second = SandboxStack(stack.sandbox, tmp_path / "second", stack.environment, name=f"{stack.name}2")
    second.configure({**BUCKET, "stackName": "Second"})
    refused = second.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    second.run("destroy", "--yes", "--skip-preview")
    second.succeed("stack", "rm", "--yes", "--force")
    assert links(stack) == first
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)


def test_a_preview_with_refresh_names_each_setting_that_was_changed_by_hand(stack: SandboxStack) -> None:
    stack.up()
    trend, account, role = stack.sandbox.trend, stack.sandbox.account, role_for_trend(stack.sandbox, "by-hand")
    as_made = links(stack)
    connector = trend.state().connectors[0].id
    changes = {
        "connector": ({"displayName": "renamed", "crossAccountRoleArn": role}, {"displayName", "roleArn"}),
        "registration": (
            {"alias": "renamed", "description": "changed", "roleARN": role},
            {"alias", "description", "roleArn"},
        ),
    }
    trend.change_connector(connector, **changes["connector"][0])
    trend.change_cloud_account(account, **changes["registration"][0])

    previewed = json.loads(stack.succeed("preview", "--refresh", "--json"))

    drifted = {
        step["urn"].rpartition("::")[2]: set(step["detailedDiff"])
        for step in previewed["steps"]
        if step["op"] == "update" and "trend:" in step["urn"] and step.get("detailedDiff")
    }
    for name, (_, properties) in changes.items():
        assert properties <= drifted[name], (name, drifted)
    stack.up("--refresh")
    assert links(stack) == as_made


@pytest.mark.full
def test_another_key_of_the_account_is_no_difference_and_one_of_another_account_changes_nothing(
    stack: SandboxStack,
) -> None:
    sandbox = stack.sandbox
    stack.up()
    rotated = TenantKey(id="ROTATEDKEY00000000000000ab", secret="rotated" * 9)
    sandbox.trend.set_tenant(dataclasses.replace(sandbox.tenant, api_keys=(rotated,)))
    stack.environment["CLOUD_ONE_API_KEY"] = rotated.value
    stack.succeed("preview", EXPECT_NO_CHANGES)
    stack.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)

    sandbox.trend.set_tenant(dataclasses.replace(sandbox.tenant, account_id="999988887777", api_keys=(rotated,)))
    stack.configure({**BUCKET, "tags": {"team": "blue"}, "stackName": "Other"})
    sandbox.trend.clear_requests()
    refused = stack.run("up", "--yes", "--skip-preview")

    assert refused.code != 0
    errors = " ".join(refused.errors)
    assert "999988887777" in errors
    assert sandbox.tenant.account_id in errors
    assert sandbox.trend.requests(changing=True) == [] or all(
        call.action == "POST /awsconnectors/search" for call in sandbox.trend.requests(changing=True)
    )
    sandbox.trend.set_tenant(sandbox.tenant)
    stack.environment["CLOUD_ONE_API_KEY"] = sandbox.tenant.full_access_key.value
