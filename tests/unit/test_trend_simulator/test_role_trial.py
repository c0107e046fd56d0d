"""The trial of a cross-account role when a connector is made: against moto's IAM, and without any AWS."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sandbox.trend import Simulator, default_tenant
from sandbox.trend.role_trial import TREND_AWS_ACCOUNT, RoleRefused, RoleTrial, judge_trust
from tests.unit.test_trend_simulator.conftest import CONNECTOR, CONNECTORS, Api

ACCOUNT = "123456789012"  # the account that moto plays
EXTERNAL_ID = default_tenant().external_id


def trust(**changes: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{TREND_AWS_ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
    }
    return {"Version": "2012-10-17", "Statement": [statement | changes]}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Principal": {"AWS": TREND_AWS_ACCOUNT}},
        {"Principal": {"AWS": ["111111111111", TREND_AWS_ACCOUNT]}},
        {"Principal": {"AWS": f"arn:aws-us-gov:iam::{TREND_AWS_ACCOUNT}:root"}},
        {"Action": ["sts:TagSession", "sts:AssumeRole"]},
        {"Condition": {"StringEquals": {"STS:externalid": ["other", EXTERNAL_ID]}}},
    ],
)
def test_a_trust_that_lets_trend_in_passes(change: dict[str, Any]) -> None:
    judge_trust(trust(**change), EXTERNAL_ID)
    with pytest.raises(RoleRefused, match="external id"):
        judge_trust(trust(**change), "another tenant's")


def test_a_single_statement_need_not_be_a_list() -> None:
    single = {"Statement": trust()["Statement"][0]}
    judge_trust(single, EXTERNAL_ID)
    with pytest.raises(RoleRefused, match="external id"):
        judge_trust(single, "another tenant's")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Principal": {"AWS": "111111111111"}}, "does not let"),
        ({"Principal": {"Service": "ec2.amazonaws.com"}}, "does not let"),
        ({"Principal": "*"}, "does not let"),
        ({"Action": "sts:AssumeRoleWithWebIdentity"}, "does not let"),
        ({"Effect": "Deny"}, "denies"),
        ({"Condition": {}}, "external id"),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "other"}}}, "external id"),
        ({"Condition": {"StringLike": {"sts:ExternalId": EXTERNAL_ID}}}, "external id"),
        (
            {"Condition": trust()["Statement"][0]["Condition"] | {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
            "else",
        ),
    ],
)
def test_a_trust_that_keeps_trend_out_is_refused_with_the_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(RoleRefused, match=reason):
        judge_trust(trust(**change), EXTERNAL_ID)


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def iam(aws: str) -> Iterator[Any]:
    client = boto3.client(
        "iam", region_name="us-east-1", endpoint_url=aws, aws_access_key_id="a", aws_secret_access_key="b"
    )
    yield client
    for role in client.list_roles()["Roles"]:
        client.delete_role(RoleName=role["RoleName"])
    client.close()


@pytest.fixture
def trying(aws: str) -> Iterator[tuple[Simulator, Api]]:
    """A simulator that tries roles, and a client."""
    with Simulator(aws_endpoint=aws) as sim:
        api = Api(sim.url, f"ApiKey {sim.tenant.full_access_key.value}")
        yield sim, api
        api.session.close()


def body(role_arn: str) -> dict[str, str]:
    return {"displayName": "dev", "accountId": ACCOUNT, "crossAccountRoleArn": role_arn}


def test_a_role_that_trusts_trend_is_accepted_and_the_accounts_alias_is_read(
    iam: Any, trying: tuple[Simulator, Api]
) -> None:
    _, api = trying
    iam.create_account_alias(AccountAlias="dev-account")
    made = iam.create_role(RoleName="good", Path="/team/", AssumeRolePolicyDocument=json.dumps(trust()))["Role"]["Arn"]
    reply = api("POST", CONNECTORS, body(made))
    assert (reply.status_code, reply.json()["accountAlias"]) == (200, "dev-account")
    iam.delete_account_alias(AccountAlias="dev-account")


def test_a_role_that_is_not_there_is_refused(iam: Any, trying: tuple[Simulator, Api]) -> None:
    sim, api = trying
    iam.create_role(RoleName="good", Path="/team/", AssumeRolePolicyDocument=json.dumps(trust()))
    for role_arn in (f"arn:aws:iam::{ACCOUNT}:role/missing", f"arn:aws:iam::{ACCOUNT}:role/good"):
        reply = api("POST", CONNECTORS, body(role_arn))
        assert reply.status_code == 400
        assert "could not be assumed: there is no such role" in reply.json()["message"]
    assert sim.control.state().connectors == ()


def test_a_role_with_another_external_id_is_refused(iam: Any, trying: tuple[Simulator, Api]) -> None:
    _, api = trying
    policy = trust(Condition={"StringEquals": {"sts:ExternalId": "other"}})
    role_arn = iam.create_role(RoleName="bad", AssumeRolePolicyDocument=json.dumps(policy))["Role"]["Arn"]
    reply = api("POST", CONNECTORS, body(role_arn))
    assert reply.status_code == 400
    assert "could not be assumed" in reply.json()["message"]


def test_a_modify_tries_a_new_role_and_only_a_new_one(iam: Any, trying: tuple[Simulator, Api]) -> None:
    sim, api = trying
    known = sim.control.add_connector(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/gone")
    path = f"{CONNECTORS}/{known.id}"
    assert api("POST", path, {"displayName": "x", "crossAccountRoleArn": known.cross_account_role_arn}).ok
    refused = api("POST", path, {"displayName": "y", "crossAccountRoleArn": f"arn:aws:iam::{ACCOUNT}:role/missing"})
    assert refused.status_code == 400
    assert api("GET", path).json()["displayName"] == "x"
    good = iam.create_role(RoleName="good", AssumeRolePolicyDocument=json.dumps(trust()))["Role"]["Arn"]
    assert api("POST", path, {"crossAccountRoleArn": good}).json()["crossAccountRoleArn"] == good


class SlowTrial(RoleTrial):
    """Accepts every role, once two trials are under way."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self._both = threading.Barrier(2)

    def check(self, *_: str) -> datetime:
        self._both.wait(timeout=5)
        return datetime.now(UTC)

    def account_alias(self) -> str:
        return ""


def test_two_posts_for_one_account_whose_trials_overlap_make_one_connector(
    sim: Simulator, api_as: Callable[[str], Api]
) -> None:
    sim._simulation.roles = SlowTrial()
    callers = [api_as(f"ApiKey {sim.tenant.full_access_key.value}") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        replies = pool.map(lambda api: api("POST", CONNECTORS, CONNECTOR).status_code, callers)
        assert sorted(replies) == [200, 409]
    assert len(sim.control.state().connectors) == 1


def test_a_young_role_is_refused_until_it_has_spread(iam: Any, trying: tuple[Simulator, Api]) -> None:
    sim, api = trying
    sim.control.behave(propagation_seconds=600)
    role_arn = iam.create_role(RoleName="young", AssumeRolePolicyDocument=json.dumps(trust()))["Role"]["Arn"]
    refused = api("POST", CONNECTORS, body(role_arn))
    assert refused.status_code == 400
    assert "could not be assumed" in refused.json()["message"]
    sim.control.behave(propagation_seconds=0.001)
    assert api("POST", CONNECTORS, body(role_arn)).status_code == 200


def test_without_any_aws_a_role_spreads_from_its_first_trial_on(sim: Simulator, api: Api) -> None:
    sim.control.behave(propagation_seconds=600)
    assert api("POST", CONNECTORS, CONNECTOR).status_code == 400
    sim.control.behave(propagation_seconds=0.001)
    assert api("POST", CONNECTORS, CONNECTOR).status_code == 200


def test_an_aws_that_does_not_answer_is_no_verdict_on_the_role() -> None:
    with Simulator(aws_endpoint="http://127.0.0.1:9") as sim:
        api = Api(sim.url, f"ApiKey {sim.tenant.full_access_key.value}")
        reply = api("POST", CONNECTORS, body(f"arn:aws:iam::{ACCOUNT}:role/any"))
        api.session.close()
    assert reply.status_code == 500
    assert "could not be tried" in reply.json()["message"]
