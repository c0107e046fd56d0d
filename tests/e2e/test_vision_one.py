"""The route by Vision One itself, on the engine: life, drift, refusals, and the moves from and to Cloud One."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.trend.business import BusinessKey, claims_key
from sandbox.trend.tenant import Tenant
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack

DIRECT = {"route": "visionOne"}
FEATURES = [{"id": "container-security", "regions": ["us-east-1"]}]
LOOKED_AT = (
    *("settings", "endpoints", "API key", "AWS caller", "Vision One features", "Vision One business id"),
    *("OpenID Connect provider of Vision One", "Vision One cloud account"),
)
"""What the doctor looks at on this route, beside what the deployer may do."""
BY_CLOUD_ONE = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}


@pytest.fixture
def direct(stack: SandboxStack) -> SandboxStack:
    """A stack on the route, with Vision One's key alone."""
    stack.environment = {"VISION_ONE_API_KEY": stack.sandbox.tenant.business.full_access_key.value}
    stack.configure({**DIRECT, "visionOneFeatures": FEATURES})
    return stack


def calls(stack: SandboxStack, act: Callable[[], object]) -> list[str]:
    """Return the calls to Trend that something makes."""
    stack.sandbox.trend.clear_requests()
    act()
    return [f"{each.service} {each.action}" for each in stack.sandbox.trend.requests()]


def diagnosis(stack: SandboxStack, *options: str) -> dict[str, str]:
    """Return the verdicts of `operate doctor` by subject."""
    document = json.loads(operate(stack, "doctor", "--json", *options).output)
    return {each["subject"]: each["verdict"] for each in document["checks"]}


def linked(stack: SandboxStack) -> list[int]:
    """Return how many links there are: connectors, cloud accounts, accounts of Vision One."""
    state = stack.sandbox.trend.state()
    return [len(state.connectors), len(state.cloud_accounts), len(state.vision_one_accounts)]


def assert_without_secrets(tenant: Tenant, stack: SandboxStack) -> None:
    state = stack.succeed("stack", "export", "--show-secrets")
    state += Path(stack.folder / f"Pulumi.{stack.name}.yaml").read_text()
    assert [secret for secret in (*tenant.secrets(), tenant.minted_prefix) if secret in state] == []


def test_an_account_lives_in_vision_one_without_cloud_one(direct: SandboxStack) -> None:
    sandbox, before = direct.sandbox, aws_inventory(direct.sandbox)
    key = direct.environment.pop("VISION_ONE_API_KEY")
    assert calls(direct, lambda: direct.succeed("preview")) == []
    direct.environment["VISION_ONE_API_KEY"] = key

    # Features, identity of the tenant, look, POST; the check after the last step reads the link back.
    assert len(calls(direct, direct.up)) == 5
    outputs = direct.outputs()
    assert outputs["visionOneAccountId"] == sandbox.account
    assert outputs["visionOneBusinessId"] == sandbox.tenant.business.id
    assert set(outputs["health"]["checks"]) == {"Vision One cloud account"}
    (account,) = sandbox.trend.state().vision_one_accounts
    assert account.role_arn == outputs["visionOneRoleArn"]
    assert_without_secrets(sandbox.tenant, direct)
    assert calls(direct, lambda: direct.up(EXPECT_NO_CHANGES)) == []
    assert diagnosis(direct) == dict.fromkeys((*LOOKED_AT, "permissions"), "ok")
    assert diagnosis(direct, "--deployed")["Vision One cloud account"] == "ok"

    sandbox.trend.change_vision_one_account(sandbox.account, name="by hand", features=[])
    direct.up("--refresh")
    (account,) = sandbox.trend.state().vision_one_accounts
    assert (account.name, [each.id for each in account.features]) == (f"AWS {sandbox.account}", ["container-security"])

    direct.destroy()
    assert linked(direct) == [0, 0, 0]
    assert aws_inventory(sandbox) == before


@pytest.mark.full
def test_a_link_of_somebody_else_is_refused_and_adopted_only_when_asked_and_restored(direct: SandboxStack) -> None:
    sandbox = direct.sandbox
    sandbox.trend.add_vision_one_account(
        sandbox.account, f"arn:aws:iam::{sandbox.account}:role/theirs", name="theirs", description="of another team"
    )
    before = sandbox.trend.state().links()
    refused = direct.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "points at" in refused.output
    assert "`pulumi config set adopt true`" in refused.output
    assert sandbox.trend.state().links() == before

    direct.configure({**DIRECT, "adopt": True})
    direct.up()
    assert direct.outputs()["visionOneRoleArn"] == sandbox.trend.state().vision_one_accounts[0].role_arn


@pytest.mark.full
def test_a_feature_that_the_tenant_may_not_use_stops_a_later_update_before_its_first_change(
    direct: SandboxStack,
) -> None:
    direct.up()
    before = (direct.sandbox.trend.state().links(), aws_inventory(direct.sandbox))
    direct.configure({**DIRECT, "visionOneFeatures": [{"id": "container-securty"}], "tags": {"team": "blue"}})
    refused = direct.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "did you mean container-security?" in refused.output
    assert refused.output.rpartition("Diagnostics:")[2].count("it may use: ") == 1
    assert (direct.sandbox.trend.state().links(), aws_inventory(direct.sandbox)) == before


def test_no_policy_is_printed_where_it_would_be_too_small(direct: SandboxStack) -> None:
    direct.configure({**DIRECT, "createNewTrail": True})
    done = operate(direct, "policy", "--for", "up")
    assert done.code == 1
    assert "is not known before the first `up`" in done.output


@pytest.mark.full
def test_an_existing_provider_is_used_as_it_is_and_stays(direct: SandboxStack) -> None:
    iam, business = direct.sandbox.aws("iam"), direct.sandbox.tenant.business
    iam.create_open_id_connect_provider(
        Url=f"https://{business.issuer}", ClientIDList=[f"arn:aws:iam::{direct.sandbox.account}:root"]
    )
    before = aws_inventory(direct.sandbox)
    direct.up()
    direct.up(EXPECT_NO_CHANGES)
    direct.destroy()
    assert aws_inventory(direct.sandbox) == before


def test_a_move_links_in_the_new_place_before_it_unlinks_in_the_old_one(stack: SandboxStack) -> None:
    sandbox = stack.sandbox
    stack.environment["VISION_ONE_API_KEY"] = sandbox.tenant.business.full_access_key.value
    stack.configure(BY_CLOUD_ONE)
    stack.up()
    stack.configure(DIRECT)
    page = stack.succeed("preview")
    assert "moves the AWS account from Cloud One to Vision One: it is linked in Vision One first" in page
    assert "reach Trend no more from then on" in page

    there = calls(stack, stack.up)
    assert linked(stack) == [0, 0, 1]
    deletions = [call for call in there if " DELETE " in f" {call} "]
    assert there.index("visionone POST /v3.0/cam/awsAccounts") < min(map(there.index, deletions))

    stack.configure(BY_CLOUD_ONE)
    back = calls(stack, stack.up)
    assert linked(stack) == [1, 1, 0]
    assert back[-1].startswith("visionone")
    assert back.index("workload POST /awsconnectors") < back.index("visionone DELETE /v3.0/cam/awsAccounts/{id}")
    stack.up(EXPECT_NO_CHANGES)


@pytest.mark.full
def test_a_new_trail_is_kept_in_a_move_and_back(stack: SandboxStack) -> None:
    sandbox, before = stack.sandbox, aws_inventory(stack.sandbox)
    new_trail = {"createNewTrail": True, "trailBucketOnDestroy": "delete"}
    stack.configure(new_trail)
    stack.up()
    trail = stack.outputs()["trailArn"], stack.outputs()["trailBucketName"]
    for settings, links in (({**DIRECT, **new_trail}, [0, 0, 1]), (new_trail, [1, 1, 0])):
        stack.configure(settings)
        stack.up()
        assert linked(stack) == links
        assert (stack.outputs()["trailArn"], stack.outputs()["trailBucketName"]) == trail
        assert sandbox.aws("cloudtrail").get_trail_status(Name=trail[0])["IsLogging"]
        stack.up(EXPECT_NO_CHANGES)
    stack.destroy()
    assert aws_inventory(sandbox) == before


@pytest.mark.full
def test_a_key_that_ends_soon_or_is_refused_is_the_doctors_to_say(direct: SandboxStack) -> None:
    business, ends = direct.sandbox.tenant.business, datetime.now(UTC) + timedelta(days=3)
    soon = BusinessKey("Soon", claims_key({"cid": business.id, "et": int(ends.timestamp())}, "soon" * 16), expires=ends)
    known = replace(business, api_keys=(*business.api_keys, soon))
    direct.sandbox.trend.set_tenant(replace(direct.sandbox.tenant, business=known))
    for value, verdict in ((soon.value, "unknown"), (business.key("Expired").value, "failed")):
        direct.environment["VISION_ONE_API_KEY"] = value
        assert diagnosis(direct)["API key"] == verdict


@pytest.mark.full
def test_a_move_without_the_other_key_changes_nothing(stack: SandboxStack) -> None:
    sandbox = stack.sandbox
    stack.configure(BY_CLOUD_ONE)
    stack.up()
    before = (sandbox.trend.state().links(), aws_inventory(sandbox))
    stack.configure(DIRECT)
    stack.environment = {"VISION_ONE_API_KEY": sandbox.tenant.business.full_access_key.value}
    refused = stack.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "there is no Cloud One API key" in refused.output
    assert (sandbox.trend.state().links(), aws_inventory(sandbox)) == before
