"""Who calls AWS: each setting of the AWS provider is followed, refused by its name, or not about the caller."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pulumi_aws
import pytest

from components.aws.errors import AwsError
from components.aws.identity import REFUSED, SERVICES, WITHOUT_EFFECT, AwsSettings, AwsSettingsRefused, redactor
from components.aws.session import AwsSession
from components.aws.settings_reader import ROLE_KEYS, WEB_ROLE_KEYS
from components.resources.properties import to_camel

ROLE = "arn:aws:iam::123456789012:role/deployer"
ROOT = Path(__file__).parents[2]


def settings(**given: Any) -> AwsSettings:
    """Read settings from what Pulumi makes of these values."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    return AwsSettings.of(texts.get)


def arguments_of(made_by: Any) -> set[str]:
    named = {to_camel(name.strip("_")) for name in inspect.signature(made_by).parameters}
    return named - {"self", "resourceName", "opts", "props"}


def followed() -> set[str]:
    asked: set[str] = set()
    AwsSettings.of(asked.add)
    return asked - REFUSED.keys()


def test_every_setting_of_the_installed_provider_is_followed_refused_or_without_effect() -> None:
    known = arguments_of(pulumi_aws.Provider._internal_init)
    assert followed() | REFUSED.keys() | WITHOUT_EFFECT.keys() == known
    assert not (followed() | REFUSED.keys()) & WITHOUT_EFFECT.keys()


def test_every_key_of_a_role_to_assume_is_followed() -> None:
    assert arguments_of(pulumi_aws.ProviderAssumeRoleArgs.__init__) == ROLE_KEYS
    assert arguments_of(pulumi_aws.ProviderAssumeRoleWithWebIdentityArgs.__init__) == WEB_ROLE_KEYS
    assert SERVICES.keys() <= arguments_of(pulumi_aws.ProviderEndpointArgs.__init__)


def test_the_documentation_lists_every_setting() -> None:
    page = (ROOT / "docs" / "aws-settings.md").read_text(encoding="utf-8")
    for name in (*followed(), *REFUSED, *WITHOUT_EFFECT):
        assert f"`{name}`" in page, name


@pytest.mark.parametrize(
    ("given", "text"),
    [
        *(({name: "true"}, f"aws:{name}: not supported: ") for name in REFUSED),
        ({"assumeRoles": "[{"}, "aws:assumeRoles: not a list"),
        ({"assumeRoles": [ROLE]}, "aws:assumeRoles: not a list of objects"),
        ({"assumeRoles": [{"sessionName": "x"}]}, "aws:assumeRoles: there is no roleArn"),
        ({"assumeRoles": [{"roleArn": ROLE, "externalID": "x"}]}, "unknown key 'externalID'; did you mean externalId"),
        ({"assumeRoles": [{"roleArn": ROLE, "duration": "an hour"}]}, "duration 'an hour' is not one such as 1h30m"),
        ({"assumeRoleWithWebIdentity": {"roleArn": ROLE}}, "needs one of webIdentityToken and webIdentityTokenFile"),
        ({"assumeRoleWithWebIdentity": []}, "aws:assumeRoleWithWebIdentity: not an object"),
        (
            {
                "assumeRoleWithWebIdentity": {"roleArn": ROLE, "webIdentityToken": "t"},
                "accessKey": "a",
                "secretKey": "s",
            },
            "aws:assumeRoleWithWebIdentity: the AWS provider ignores it beside aws:accessKey",
        ),
        ({"accessKey": "a"}, "aws:accessKey: is of use only together with aws:secretKey"),
        ({"token": "t"}, "aws:token only with both"),
        ({"sharedConfigFiles": ["/a", "/b"]}, "aws:sharedConfigFiles: more than one file is not supported"),
        ({"sharedConfigFiles": ["config"]}, "aws:sharedConfigFiles: 'config' is not an absolute path"),
        ({"sharedCredentialsFiles": ["/no/such"]}, "aws:sharedCredentialsFiles: there is no file /no/such"),
        ({"customCaBundle": "/no/such"}, "aws:customCaBundle: there is no file /no/such"),
        ({"endpoints": {"s3": "https://x.example"}}, "aws:endpoints: not a list"),
        ({"endpoints": [{"s3": "x.example"}]}, "aws:endpoints: s3: 'x.example' does not begin with https://"),
        ({"allowedAccountIds": "123456789012"}, "aws:allowedAccountIds: not a list"),
        ({"allowedAccountIds": [12345678901]}, "must be in quotation marks"),
        ({"forbiddenAccountIds": ["prod"]}, "aws:forbiddenAccountIds: 'prod' is not an AWS account id"),
        ({"useFipsEndpoint": "yes"}, "aws:useFipsEndpoint: 'yes' is neither true nor false"),
        ({"maxRetries": "often"}, "aws:maxRetries: 'often' is not a number"),
        ({"retryMode": "legacy"}, "aws:retryMode: 'legacy' is neither standard nor adaptive"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_one_line_that_names_the_setting(
    given: dict[str, Any], text: str
) -> None:
    with pytest.raises(AwsSettingsRefused) as refused:
        settings(**given)
    assert text in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_all_of_them_are_named_at_once_and_no_secret_is() -> None:
    with pytest.raises(AwsSettingsRefused) as refused:
        settings(insecure="true", maxRetries="often", secretKey="SENTINEL-secret-key")
    assert [line.split(":")[1] for line in str(refused.value).splitlines()] == ["insecure", "maxRetries", "accessKey"]
    assert "SENTINEL" not in str(refused.value)


@pytest.mark.parametrize(
    "ids", [["123456789012", "012345678901"], [123456789012.0, "012345678901"], [123456789012, "012345678901"]]
)
def test_account_ids_are_taken_as_texts_and_as_the_numbers_that_pulumi_makes_of_them(ids: list[Any]) -> None:
    allowing, forbidding = settings(allowedAccountIds=ids), settings(forbiddenAccountIds=ids)
    for account, is_named in (("123456789012", True), ("012345678901", True), ("111122223333", False)):
        assert (allowing.allows(account), forbidding.allows(account)) == (is_named, not is_named)
    assert settings().allows("111122223333")


def test_the_secrets_are_taken_out_of_texts_also_where_the_settings_are_refused() -> None:
    web = json.dumps({"roleArn": ROLE, "webIdentityToken": "SENTINEL-of-the-web", "tags": 1})
    given = {"secretKey": "SENTINEL-secret-key", "token": "SENTINEL-session-token", "assumeRoleWithWebIdentity": web}
    text = redactor(given.get)("SENTINEL-secret-key SENTINEL-session-token SENTINEL-of-the-web")
    assert "SENTINEL" not in text


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without AWS's files, an environment without AWS's variables."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def endpoint(service: str, **given: Any) -> str:
    return str(AwsSession(settings(**given)).client(service, "us-west-2").meta.endpoint_url)


@pytest.mark.parametrize(
    ("service", "given", "expected"),
    [
        ("cloudtrail", {}, "https://cloudtrail.us-west-2.amazonaws.com"),
        ("cloudtrail", {"useFipsEndpoint": True}, "https://cloudtrail-fips.us-west-2.amazonaws.com"),
        ("s3", {"useDualstackEndpoint": "true"}, "https://s3.dualstack.us-west-2.amazonaws.com"),
        ("cloudtrail", {"endpoints": [{"cloudtrail": "https://x.example"}]}, "https://x.example"),
        ("s3", {"endpoints": [{"sts": "https://x.example"}, {"s3api": "https://y.example"}]}, "https://y.example"),
        ("sts", {"stsRegion": "eu-west-2"}, "https://sts.eu-west-2.amazonaws.com"),
        ("iam", {"stsRegion": "eu-west-2"}, "https://iam.amazonaws.com"),
    ],
)
def test_the_endpoints_are_those_that_the_settings_choose(
    home: Path, service: str, given: dict[str, Any], expected: str
) -> None:
    assert endpoint(service, **given) == expected


def test_s3_is_asked_in_the_way_that_the_settings_choose(home: Path) -> None:
    client = AwsSession(settings(s3UsePathStyle="true", accessKey="a", secretKey="s")).client("s3", "us-west-2")
    assert client.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}).startswith(
        "https://s3.us-west-2.amazonaws.com/b/k"
    )
    for choice, host in (("legacy", "https://s3.amazonaws.com"), ("regional", "https://s3.us-east-1.amazonaws.com")):
        client = AwsSession(settings(s3UsEast1RegionalEndpoint=choice)).client("s3", "us-east-1")
        assert client.meta.endpoint_url == host


def test_a_call_is_repeated_as_the_settings_say_and_in_a_bounded_way_without_them(home: Path) -> None:
    for given, expected in (
        ({}, {"total_max_attempts": 5, "mode": "standard"}),
        ({"maxRetries": "9", "retryMode": "adaptive"}, {"total_max_attempts": 9, "mode": "adaptive"}),
    ):
        assert AwsSession(settings(**given)).client("iam", "us-east-1").meta.config.retries == expected


def test_the_certificates_of_the_settings_are_trusted_and_no_others(home: Path) -> None:
    bundle = home / "ca.pem"
    bundle.write_text("not a certificate")
    client = AwsSession(settings(customCaBundle="~/ca.pem", accessKey="a", secretKey="s")).client("sts", "us-east-1")
    assert client._endpoint.http_session._verify == str(bundle)


def test_the_region_is_that_of_the_settings_of_the_environment_or_of_the_profile(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = home / "aws.conf"
    config.write_text("[profile there]\nregion = ap-southeast-2\n")
    from_profile = {"profile": "there", "sharedConfigFiles": ["$HOME/aws.conf"]}
    assert AwsSession(settings()).region == ""
    assert AwsSession(settings(**from_profile)).region == "ap-southeast-2"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert AwsSession(settings(**from_profile)).region == "eu-west-1"
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    assert AwsSession(settings(**from_profile)).region == "eu-west-2"
    assert AwsSession(settings(**from_profile, region="eu-west-3")).region == "eu-west-3"


def test_the_credentials_are_those_of_the_profile_in_the_files_of_the_settings(home: Path) -> None:
    (home / "keys").write_text("[there]\naws_access_key_id = of-the-profile\naws_secret_access_key = s\n")
    session = AwsSession(settings(profile="there", sharedCredentialsFiles=[str(home / "keys")]))
    assert session.client("sts", "us-east-1")._request_signer._credentials.access_key == "of-the-profile"


def test_roles_without_credentials_to_assume_them_with_are_one_line(home: Path) -> None:
    with pytest.raises(AwsError, match=r"aws:assumeRoles: there are no AWS credentials to assume arn:aws:iam.*; give"):
        AwsSession(settings(assumeRoles=[{"roleArn": ROLE}]))


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us-east-1", ("aws", "amazonaws.com")),
        ("us-gov-west-1", ("aws-us-gov", "amazonaws.com")),
        ("cn-north-1", ("aws-cn", "amazonaws.com.cn")),
    ],
)
def test_the_partition_follows_from_the_region(home: Path, region: str, expected: tuple[str, str]) -> None:
    assert AwsSession(settings()).partition(region) == expected
