"""Trend's trial of a cross-account role: what a trust must say, and how a role that will not do is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sandbox.aws.trust import TREND_ACCOUNT, trusts_trend
from sandbox.sandbox import Sandbox
from sandbox.trend import default_tenant
from tests.unit.test_sandbox.scene import ACCOUNT

EXTERNAL_ID = default_tenant().external_id
CONDITION = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}


def trust(**changes: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{TREND_ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
        "Condition": CONDITION,
    }
    return {"Version": "2012-10-17", "Statement": [statement | changes]}


@pytest.mark.parametrize(
    ("document", "trusted"),
    [
        (trust(), True),
        ({"Statement": trust()["Statement"][0]}, True),
        (trust(Principal={"AWS": TREND_ACCOUNT}), True),
        (trust(Principal={"AWS": ["111111111111", TREND_ACCOUNT]}), True),
        (trust(Principal={"AWS": f"arn:aws-us-gov:iam::{TREND_ACCOUNT}:root"}), True),
        (trust(Action=["sts:TagSession", "sts:AssumeRole"]), True),
        (trust(Condition={"StringEquals": {"STS:externalid": ["other", EXTERNAL_ID]}}), True),
        (trust(Principal={"AWS": "111111111111"}), False),
        (trust(Principal={"Service": "ec2.amazonaws.com"}), False),
        (trust(Principal="*"), False),
        (trust(Action="sts:AssumeRoleWithWebIdentity"), False),
        (trust(Effect="Deny"), False),
        (trust(Condition={}), False),
        (trust(Condition={"StringEquals": {"sts:ExternalId": "other"}}), False),
        (trust(Condition={"StringLike": {"sts:ExternalId": "*"}}), False),
        (trust(Condition=CONDITION | {"Bool": {"aws:MultiFactorAuthPresent": "true"}}), False),
    ],
)
def test_a_trust_lets_trend_in_with_this_external_id_and_with_no_other(document: dict[str, Any], trusted: bool) -> None:
    assert trusts_trend(document, EXTERNAL_ID) is trusted
    assert not trusts_trend(document, "another tenant's")


class Workload:
    """Workload Security, asked with a key that may do everything."""

    def __init__(self, sandbox: Sandbox, account: str = ACCOUNT) -> None:
        self.sandbox, self.account = sandbox, account
        self.iam = sandbox.aws("iam", account=account)

    def __call__(self, path: str, body: dict[str, str]) -> requests.Response:
        key = self.sandbox.tenant.full_access_key.value
        headers = {"Authorization": f"ApiKey {key}", "api-version": "v1"}
        url = f"{self.sandbox.trend.url}/workload/awsconnectors{path}"
        return requests.post(url, headers=headers, json=body, timeout=10)

    def connect(self, role_arn: str) -> requests.Response:
        return self("", {"displayName": "dev", "accountId": self.account, "crossAccountRoleArn": role_arn})

    def role(self, name: str, path: str = "/", **changes: Any) -> str:
        document = json.dumps(trust(**changes))
        return str(self.iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document)["Role"]["Arn"])


@pytest.fixture
def workload(sandbox: Sandbox) -> Workload:
    return Workload(sandbox)


def test_a_role_that_trusts_trend_is_accepted_and_the_accounts_alias_is_read(workload: Workload) -> None:
    workload.iam.create_account_alias(AccountAlias="dev-account")
    role = workload.role("good", "/team/")
    workload.sandbox.aws_control.clear_requests()
    reply = workload.connect(role)
    assert (reply.status_code, reply.json()["accountAlias"]) == (200, "dev-account")
    assert workload.sandbox.aws_requests() == []  # the trial is Trend's: no fault of the program's calls hits it


def test_a_role_that_will_not_do_is_refused_with_the_reason(workload: Workload) -> None:
    workload.role("good", "/team/")
    bad = workload.role("bad", Condition={"StringEquals": {"sts:ExternalId": "other"}})
    missing, no_path = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("missing", "good"))
    for role, reason in ((missing, "there is no such role"), (no_path, "there is no such role"), (bad, "external id")):
        reply = workload.connect(role)
        assert reply.status_code == 400
        assert "could not be assumed" in reply.json()["message"]
        assert reason in reply.json()["message"]
    assert workload.sandbox.trend.state().connectors == ()


def test_a_modify_tries_a_new_role_and_only_a_new_one(workload: Workload) -> None:
    gone, missing, good = (
        f"arn:aws:iam::{ACCOUNT}:role/gone",
        f"arn:aws:iam::{ACCOUNT}:role/missing",
        workload.role("good"),
    )
    path = f"/{workload.sandbox.trend.add_connector(ACCOUNT, gone).id}"
    assert workload(path, {"displayName": "x", "crossAccountRoleArn": gone}).ok
    assert workload(path, {"displayName": "y", "crossAccountRoleArn": missing}).status_code == 400
    changed = workload(path, {"crossAccountRoleArn": good}).json()
    assert (changed["displayName"], changed["crossAccountRoleArn"]) == ("x", good)


def test_a_young_role_is_refused_until_it_has_spread(workload: Workload) -> None:
    role = workload.role("young")
    workload.sandbox.trend.behave(propagation_seconds=600)
    assert workload.connect(role).status_code == 400
    workload.sandbox.trend.behave(propagation_seconds=0.001)
    assert workload.connect(role).status_code == 200
