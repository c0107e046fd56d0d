"""Step 1: whose key it is, whether it may be used, and whether the regions fit; refused before anything is made."""

from __future__ import annotations

import dataclasses
import json

import pytest

from components.resources.account import AccountProvider
from components.resources.base import OnboardingError
from components.settings.credentials import KEY_VARIABLE
from components.settings.endpoints import AWS_REGIONS
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from tests.lifecycle.engine import CheckFailed, Engine, EngineResource
from tests.lifecycle.scene import ACCOUNT, ACCOUNT_INPUTS, AWS_ACCOUNT, REGION, TENANT

KEYS = {purpose: next(key for key in TENANT.api_keys if purpose in key.id) for purpose in ("Disabled", "ReadOnly")}


@pytest.fixture
def account(engine: Engine) -> EngineResource:
    return engine.resource(AccountProvider)


def refusal(account: EngineResource, inputs: dict[str, str] = ACCOUNT_INPUTS) -> str:
    with pytest.raises(OnboardingError) as refused:
        account.up(inputs)
    message = str(refused.value)
    assert message.startswith("step 1, Cloud One account: ")
    assert "\n" not in message
    return message


def test_a_key_in_the_environment_wins_over_the_configuration(
    account: EngineResource, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, TENANT.full_access_key.value)
    engine.restart(cloudOneApiKey="unknown:key")
    account.up(ACCOUNT_INPUTS)
    assert account.id == ACCOUNT


def test_nothing_is_asked_without_a_key(account: EngineResource, engine: Engine, trend: SimulatorControl) -> None:
    engine.restart(cloudOneApiKey="")
    assert account.preview(ACCOUNT_INPUTS) == "create"
    message = refusal(account)
    assert "there is no Cloud One API key; set CLOUD_ONE_API_KEY" in message
    assert trend.requests() == []


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("nocolon", "has no `:`"),
        (":secret", "nothing before its `:`"),
        ("id:", "nothing after its `:`"),
        ("id:se cret", "holds a blank"),
    ],
)
def test_a_key_of_the_wrong_form_is_refused_unseen(
    account: EngineResource, engine: Engine, trend: SimulatorControl, key: str, why: str
) -> None:
    engine.restart(cloudOneApiKey=key)
    message = refusal(account)
    assert why in message
    assert key not in message
    assert trend.requests() == []


@pytest.mark.parametrize("behavior", ["refused", "reads-itself"])
def test_a_disabled_key_is_called_disabled(
    account: EngineResource, engine: Engine, trend: SimulatorControl, behavior: str
) -> None:
    trend.behave(disabled_key=behavior)
    engine.restart(cloudOneApiKey=KEYS["Disabled"].value)
    message = refusal(account)
    assert "disabled" in message
    if behavior == "refused":
        assert "GET accounts /apikeys/{id}: HTTP 403" in message
    else:
        assert "enable it in Cloud One, Administration > API Keys" in message


def test_an_unknown_key_is_called_unknown(account: EngineResource, engine: Engine) -> None:
    engine.restart(cloudOneApiKey="someId:of-nobody")
    message = refusal(account)
    assert "HTTP 401" in message
    assert "the API key is unknown or was deleted" in message


def test_a_forbidden_key_is_told_what_it_needs(account: EngineResource, trend: SimulatorControl) -> None:
    trend.add_fault(Fault(kind="status", status=403, service="accounts"))
    message = refusal(account)
    assert "HTTP 403" in message
    assert "give the API key a role that may do this (Full Access)" in message


def test_a_read_only_key_is_refused_for_a_deployment_and_does_for_a_refresh(
    account: EngineResource, engine: Engine
) -> None:
    account.up(ACCOUNT_INPUTS)
    engine.restart(cloudOneApiKey=KEYS["ReadOnly"].value)
    account.refresh()
    assert account.id == ACCOUNT
    message = refusal(engine.resource(AccountProvider), ACCOUNT_INPUTS)
    assert "has the role read-only, which may change nothing" in message
    assert "Full Access" in message


def test_an_aws_region_that_does_not_fit_is_refused_with_the_command(
    account: EngineResource, trend: SimulatorControl
) -> None:
    message = refusal(account, {**ACCOUNT_INPUTS, "awsRegion": "eu-central-1"})
    assert f"Cloud One account {ACCOUNT} is in region {REGION}, which belongs to AWS region us-east-1" in message
    assert "the AWS region in use is eu-central-1" in message
    assert message.endswith("run `pulumi config set aws:region us-east-1`")
    assert not trend.requests(changing=True)
    assert account.state is None


@pytest.mark.parametrize("region", AWS_REGIONS)
def test_each_region_of_the_table_fits(account: EngineResource, trend: SimulatorControl, region: str) -> None:
    trend.set_tenant(dataclasses.replace(TENANT, region=region))
    account.up({**ACCOUNT_INPUTS, "awsRegion": AWS_REGIONS[region]})
    assert account.outs["region"] == region


def test_a_region_in_no_table_can_be_added(account: EngineResource, engine: Engine, trend: SimulatorControl) -> None:
    trend.set_tenant(dataclasses.replace(TENANT, region="br-1"))
    inputs = {**ACCOUNT_INPUTS, "awsRegion": "sa-east-1"}
    message = refusal(account, inputs)
    assert "is in region br-1, which is not in the table of regions" in message
    assert "`pulumi config set --path 'regionMap.br-1' <AWS region>`" in message

    engine.restart(regionMap=json.dumps({"br-1": "sa-east-1"}))
    account.up(inputs)
    assert account.outs["region"] == "br-1"


def test_an_addition_wins_over_the_table(account: EngineResource, engine: Engine) -> None:
    engine.restart(regionMap=json.dumps({REGION: "us-west-2"}))
    account.up({**ACCOUNT_INPUTS, "awsRegion": "us-west-2"})
    assert account.outs["awsRegion"] == "us-west-2"


def test_a_stack_is_not_carried_over_to_another_aws_account(account: EngineResource, trend: SimulatorControl) -> None:
    account.up(ACCOUNT_INPUTS)
    trend.clear_requests()
    with pytest.raises(CheckFailed, match=f"this stack onboards AWS account {AWS_ACCOUNT}"):
        account.preview({**ACCOUNT_INPUTS, "awsAccountId": "210987654321"})
    assert trend.requests() == []


def test_another_aws_region_is_verified_in_place(account: EngineResource, engine: Engine) -> None:
    account.up(ACCOUNT_INPUTS)
    with pytest.raises(OnboardingError, match="the AWS region in use is us-west-2"):
        account.up({**ACCOUNT_INPUTS, "awsRegion": "us-west-2"})
    engine.restart(regionMap=json.dumps({REGION: "us-west-2"}))
    assert account.up({**ACCOUNT_INPUTS, "awsRegion": "us-west-2"}) == "update"
    assert account.outs == {
        "awsAccountId": AWS_ACCOUNT,
        "awsRegion": "us-west-2",
        "accountId": ACCOUNT,
        "region": REGION,
    }


def test_a_rotated_key_is_no_difference(account: EngineResource, engine: Engine, trend: SimulatorControl) -> None:
    account.up(ACCOUNT_INPUTS)
    fresh = dataclasses.replace(TENANT.full_access_key, id="rotatedKeyId", secret="rotatedSecret")
    trend.set_tenant(dataclasses.replace(TENANT, api_keys=(fresh,)))
    before = account.state

    engine.restart(cloudOneApiKey=fresh.value)
    assert account.preview(ACCOUNT_INPUTS) == "same"
    account.refresh()

    assert account.state == before


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refresh_fails_while_the_key_cannot_be_looked_up(
    account: EngineResource, engine: Engine, trend: SimulatorControl, status: int
) -> None:
    account.up(ACCOUNT_INPUTS)
    engine.restart()
    trend.add_fault(Fault(kind="status", status=status, service="accounts", count=None))
    with pytest.raises(OnboardingError, match=f"HTTP {status}"):
        account.refresh()
    assert account.state is not None


def test_its_removal_asks_nothing(account: EngineResource, trend: SimulatorControl) -> None:
    account.up(ACCOUNT_INPUTS)
    trend.clear_requests()
    account.destroy()
    assert trend.requests() == []
