"""Whoever the settings name: the program's clients and the AWS provider call AWS as the same one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.aws.clients import AwsClients
from components.aws.errors import AwsError, AwsUnavailable
from components.aws.identity import AwsSettings
from sandbox.gate.faults import Fault
from sandbox.pulumi.aws.session import Aws, decode
from sandbox.sandbox import ACCOUNT
from tests.assumable import assumable_role
from tests.lifecycle.aws_scene import REGION, AwsScene

HUB, SPOKE = f"arn:aws:iam::{ACCOUNT}:role/hub", f"arn:aws:iam::{ACCOUNT}:role/spoke"

ProviderSettings = dict[str, Any]


@pytest.fixture(autouse=True)
def deployers(aws: AwsScene) -> None:
    """The roles of the settings."""
    assert [assumable_role(aws.sandbox, name) for name in ("hub", "spoke")] == [HUB, SPOKE]


def keys_of_a_user(aws: AwsScene, name: str) -> tuple[str, str]:
    iam = aws.sandbox.aws("iam")
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def nothing(_aws: AwsScene, _home: Path) -> ProviderSettings:
    return {}


def keys(aws: AwsScene, _home: Path) -> ProviderSettings:
    access_key, secret_key = keys_of_a_user(aws, "given")
    return {"accessKey": access_key, "secretKey": secret_key}


def a_profile(aws: AwsScene, home: Path) -> ProviderSettings:
    access_key, secret_key = keys_of_a_user(aws, "profiled")
    file = home / "credentials"
    file.write_text(f"[there]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n")
    return {"profile": "there", "sharedCredentialsFiles": [str(file)]}


def a_profile_with_a_role(aws: AwsScene, home: Path) -> ProviderSettings:
    file = home / "config"
    file.write_text(
        f"[profile there]\nrole_arn = {SPOKE}\ncredential_source = Environment\nrole_session_name = profiled\n"
    )
    return {"profile": "there", "sharedConfigFiles": [str(file)]}


def roles(_aws: AwsScene, _home: Path) -> ProviderSettings:
    return {
        "assumeRoles": [
            {"roleArn": HUB, "sessionName": "trend"},
            {"roleArn": SPOKE, "externalId": "tenant", "sessionName": "trend"},
        ]
    }


def a_web_identity(_aws: AwsScene, home: Path) -> ProviderSettings:
    token = home / "token"
    token.write_text("of-the-web\n")
    return {
        "assumeRoleWithWebIdentity": {"roleArn": HUB, "sessionName": "web", "webIdentityTokenFile": str(token)},
        "accessKey": "",
    }


def a_web_identity_and_a_role(aws: AwsScene, home: Path) -> ProviderSettings:
    return {**a_web_identity(aws, home), "assumeRoles": [{"roleArn": SPOKE, "sessionName": "trend"}]}


@pytest.mark.parametrize(
    ("choose", "expected"),
    [
        (nothing, f"arn:aws:iam::{ACCOUNT}:root"),
        (keys, f"arn:aws:iam::{ACCOUNT}:user/given"),
        (a_profile, f"arn:aws:iam::{ACCOUNT}:user/profiled"),
        (a_profile_with_a_role, f"arn:aws:sts::{ACCOUNT}:assumed-role/spoke/profiled"),
        (roles, f"arn:aws:sts::{ACCOUNT}:assumed-role/spoke/trend"),
        (a_web_identity, f"arn:aws:sts::{ACCOUNT}:assumed-role/hub/web"),
        (a_web_identity_and_a_role, f"arn:aws:sts::{ACCOUNT}:assumed-role/spoke/trend"),
    ],
)
def test_program_and_provider_call_as_the_one_that_the_settings_name(
    aws: AwsScene, tmp_path: Path, choose: Callable[[AwsScene, Path], ProviderSettings], expected: str
) -> None:
    given = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in choose(aws, tmp_path).items()
    }
    ours = AwsClients(AwsSettings.of({**given, "region": REGION}.get))
    plugin = Aws(decode({**{name: text for name, text in given.items() if text}, "region": REGION}))
    assert ours.caller.arn == plugin.client("sts").get_caller_identity()["Arn"] == expected
    assert ours.context().account_id == expected.split(":")[4]


def test_the_region_of_a_profile_serves_both(aws: AwsScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "config"
    file.write_text("[profile there]\nregion = eu-west-2\n")
    given = {"profile": "there", "sharedConfigFiles": json.dumps([str(file)])}
    assert AwsClients(AwsSettings.of(given.get)).region == Aws(decode(given)).region == "eu-west-2"
    with pytest.raises(AwsError, match="no AWS region is named; run `pulumi config set aws:region"):
        _ = AwsClients(AwsSettings()).region


def test_a_role_that_may_not_be_assumed_is_one_line_with_the_next_step(aws: AwsScene) -> None:
    aws.sandbox.aws_control.add_fault(
        Fault(action="AssumeRole", count=None, status=403, code="AccessDenied", message="not allowed to assume")
    )
    given = {"assumeRoles": json.dumps([{"roleArn": HUB}]), "region": REGION}
    with pytest.raises(AwsError, match="asking AWS who calls: AccessDenied: not allowed to assume"):
        _ = AwsClients(AwsSettings.of(given.get)).caller


def test_an_answer_that_is_not_of_aws_is_one_line(aws: AwsScene) -> None:
    given = {"endpoints": json.dumps([{"sts": aws.sandbox.trend.url}]), "region": REGION}
    with pytest.raises(AwsUnavailable, match=r"the answer is not one of AWS's; .*endpoints"):
        _ = AwsClients(AwsSettings.of(given.get)).caller
