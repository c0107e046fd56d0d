"""Vision One's trial of a role: what a trust must say, how a role is refused, and what a role lacks."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sandbox.aws.trust import trusts_identity
from sandbox.sandbox import Sandbox
from sandbox.trend import default_tenant
from tests.unit.test_sandbox.scene import ACCOUNT

BUSINESS = default_tenant().business
HOST = "cloudaccounts-us.xdr.trendmicro.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"
AUDIENCE = f"arn:aws:iam::{ACCOUNT}:root"
SUBJECT = f"urn:visionone:identity:us:{BUSINESS.id}:account/{BUSINESS.id}"
IDENTITY = {f"{HOST}:aud": AUDIENCE, f"{HOST}:sub": [SUBJECT]}


def identity_trust(**changes: Any) -> dict[str, Any]:
    documented = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity"],
        "Condition": {"StringEquals": IDENTITY},
    }
    return {"Version": "2012-10-17", "Statement": [documented | changes]}


@pytest.mark.parametrize(
    ("document", "trusted"),
    [
        (identity_trust(), True),
        (identity_trust(Action="sts:AssumeRoleWithWebIdentity"), True),
        (identity_trust(Action="sts:AssumeRole"), False),
        (identity_trust(Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/other"}), False),
        (identity_trust(Principal={"AWS": PROVIDER}), False),
        (identity_trust(Effect="Deny"), False),
        (identity_trust(Condition={}), False),
        (identity_trust(Condition={"StringEquals": {f"{HOST}:sub": SUBJECT}}), False),
        (identity_trust(Condition={"StringEquals": {f"{HOST}:aud": AUDIENCE}}), False),
        (identity_trust(Condition={"StringEquals": IDENTITY | {f"{HOST}:aud": "sts.amazonaws.com"}}), False),
        (
            identity_trust(Condition={"StringEquals": IDENTITY | {f"{HOST}:sub": SUBJECT.replace(":us:", ":eu:")}}),
            False,
        ),
        (identity_trust(Condition={"StringLike": IDENTITY | {f"{HOST}:sub": "urn:visionone:identity:*"}}), True),
        (identity_trust(Condition={"StringLike": IDENTITY | {f"{HOST}:sub": "*"}}), False),
    ],
)
def test_a_trust_lets_one_business_of_vision_one_in_and_no_other(document: dict[str, Any], trusted: bool) -> None:
    assert trusts_identity(document, PROVIDER, AUDIENCE, SUBJECT) is trusted


class CloudAccountManagement:
    """Vision One's Cloud Account Management, asked with a key that may do everything, and IAM of the account."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.iam = sandbox, sandbox.aws("iam")
        self.url = f"{sandbox.trend.url}/visionone/v3.0/cam/awsAccounts"
        self.headers = {"Authorization": f"Bearer {sandbox.tenant.business.full_access_key.value}"}

    def connect(self, role_arn: str, **fields: Any) -> requests.Response:
        body = {"roleArn": role_arn, "name": "dev", **fields}
        return requests.post(self.url, headers=self.headers, json=body, timeout=10)

    def show(self) -> requests.Response:
        return requests.get(f"{self.url}/{ACCOUNT}", headers=self.headers, timeout=10)

    def change(self, **fields: Any) -> requests.Response:
        headers = self.headers | {"If-Match": self.show().headers["ETag"]}
        return requests.patch(f"{self.url}/{ACCOUNT}", headers=headers, json=fields, timeout=10)

    def provider(self, *clients: str) -> None:
        self.iam.create_open_id_connect_provider(
            Url=f"https://{HOST}", ClientIDList=list(clients or [AUDIENCE]), ThumbprintList=["0" * 40]
        )

    def role(self, name: str, *actions: str, **changes: Any) -> str:
        document = json.dumps(identity_trust(**changes))
        made = str(self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])
        allowed = {"Effect": "Allow", "Action": list(actions or ["iam:List*", "ec2:*"]), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=policy)
        return made


@pytest.fixture
def cloud_accounts(sandbox: Sandbox) -> CloudAccountManagement:
    return CloudAccountManagement(sandbox)


def test_vision_one_takes_a_role_that_lets_it_in(cloud_accounts: CloudAccountManagement) -> None:
    cloud_accounts.provider()
    assert cloud_accounts.connect(cloud_accounts.role("good")).status_code == 201
    assert cloud_accounts.show().json()["state"] == "managed"


def test_vision_one_refuses_a_role_that_does_not_let_it_in_and_names_it(cloud_accounts: CloudAccountManagement) -> None:
    good = cloud_accounts.role("good")

    def refusal(role: str) -> str:
        reply = cloud_accounts.connect(role)
        message = str(reply.json()["error"]["message"])
        assert (reply.status_code, role in message) == (400, True)
        return message

    assert "no OIDC provider" in refusal(good)
    cloud_accounts.provider("sts.amazonaws.com")
    assert "client ids" in refusal(good)
    cloud_accounts.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    cloud_accounts.provider()
    assert "there is no such role" in refusal(f"{good}2")
    assert "trust policy" in refusal(cloud_accounts.role("bad", Action="sts:AssumeRole"))
    assert cloud_accounts.sandbox.trend.state().vision_one_accounts == ()


def test_a_change_tries_the_role_it_names(cloud_accounts: CloudAccountManagement) -> None:
    cloud_accounts.provider()
    good = cloud_accounts.role("good")
    cloud_accounts.connect(good)
    assert cloud_accounts.change(roleArn=f"{good}2").status_code == 400
    assert cloud_accounts.change(description="x").status_code == 204
    assert cloud_accounts.show().json()["roleArn"] == good


def test_an_account_tells_what_its_role_lacks_now(cloud_accounts: CloudAccountManagement) -> None:
    cloud_accounts.provider()
    role = cloud_accounts.role("poor", "iam:GetRole")
    chosen = [{"id": "cloud-response"}, {"id": "file-storage-security"}]
    assert cloud_accounts.connect(role, features=chosen).status_code == 201
    first = cloud_accounts.show()
    lacking = {each["id"]: each["missingAwsPermissions"] for each in first.json()["features"]}
    assert lacking == {"cloud-response": ["iam:ListAttachedRolePolicies"], "file-storage-security": []}
    assert first.json()["state"] == "outdated"
    cloud_accounts.sandbox.trend.behave(core_feature="core")
    core = next(each for each in cloud_accounts.show().json()["features"] if each["id"] == "core")
    assert core["missingAwsPermissions"] == list(BUSINESS.core_permissions)
    statement = {"Effect": "Allow", "Action": ["iam:*", "ec2:Describe*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    more = cloud_accounts.iam.create_policy(PolicyName="more", PolicyDocument=document)["Policy"]["Arn"]
    cloud_accounts.iam.attach_role_policy(RoleName="poor", PolicyArn=more)
    healed = cloud_accounts.show()
    assert healed.json()["state"] == "managed"
    assert not any(each["missingAwsPermissions"] for each in healed.json()["features"])
    assert healed.headers["ETag"] == first.headers["ETag"]
    cloud_accounts.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    assert cloud_accounts.show().json()["state"] == "failed"


def test_a_young_role_is_refused_by_vision_one_too(cloud_accounts: CloudAccountManagement) -> None:
    cloud_accounts.provider()
    role = cloud_accounts.role("young")
    cloud_accounts.sandbox.trend.behave(propagation_seconds=600)
    assert cloud_accounts.connect(role).status_code == 400
