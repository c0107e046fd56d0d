"""Who calls AWS, and how: the settings that a stack gives the AWS provider, read for everything else that calls.

The AWS provider (`pulumi_aws`) reads its settings itself. The program's checks, the dynamic resources, `operate` and
its doctor read them here, so that all of them work as the same caller. A setting is followed, or refused by its name,
or says nothing about the caller; one that were ignored would give a stack two identities. A test compares with the list
of the installed provider, and with docs/aws-settings.md.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.aws.settings_reader import ROLE_KEYS, AssumedRole, SettingsReader
from components.redaction import Redactor
from components.refusal import Refusal

SECRET_LENGTH = 16
SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

_PROXIES = (
    "set the environment variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which the AWS provider, this program and its "
    "calls to Trend read alike"
)
REFUSED = {
    "httpProxy": _PROXIES,
    "httpsProxy": _PROXIES,
    "noProxy": _PROXIES,
    "insecure": "name the certificates of the host in between (aws:customCaBundle)",
    "skipRequestingAccountId": "all names that this program looks up hold the account",
}
"""Settings of the AWS provider that this program cannot follow, each with the way to do without."""

WITHOUT_EFFECT = {
    "defaultTags": "about resources, not about the caller",
    "ignoreTags": "about resources, not about the caller",
    "skipCredentialsValidation": "the provider asks once less; who calls is asked all the same",
    "skipRegionValidation": "about names of regions, of which only those of Cloud One's regions are accepted",
    "tagPolicyCompliance": "about resources, not about the caller",
    "tokenBucketRateLimiterCapacity": "how fast the provider repeats what failed",
    "userAgents": "what the provider calls itself",
}
"""Settings of the AWS provider that say nothing about who calls or how, each with the reason."""

SERVICES = {name: name for name in ("cloudformation", "cloudtrail", "iam", "s3", "ssm", "sts")} | {"s3api": "s3"}
"""The services that this program asks, by their names in `aws:endpoints`."""


class AwsSettingsRefused(Refusal):
    """Settings of the AWS provider that cannot be followed; the text names each of them in a line."""


@dataclass(frozen=True, eq=False)
class AwsSettings:
    """The settings of the namespace `aws`; empty where the environment or the profile decides.

    Equal settings of a process are one object.

    Attributes:
        profile: a profile of the shared configuration files.
        access_key, secret_key, token: static credentials.
        roles: to assume one after the other.
        web_identity: the role that a web identity's token opens; the other roles are assumed from it.
        config_file, credentials_file: the shared configuration files.
        metadata_endpoint, metadata_mode: of the EC2 metadata service.
        asks_metadata: whether that service may be asked for credentials.
        region: where to work.
        sts_region: where STS is asked.
        endpoints: base URL by service, as botocore names it.
        ca_bundle: file with the certificates to trust.
        use_fips, use_dualstack: which of AWS's endpoints are used.
        s3_path_style: whether a bucket's name is part of the path, not of the host.
        s3_us_east_1: `legacy` or `regional`.
        attempts: at most so many for one call; 0 for this program's own number.
        retry_mode: `standard` or `adaptive`.
        allowed_accounts, forbidden_accounts: ids of AWS accounts; where there are allowed ones, no other is.
    """

    profile: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    roles: Sequence[AssumedRole] = ()
    web_identity: AssumedRole | None = None
    config_file: str = ""
    credentials_file: str = ""
    metadata_endpoint: str = ""
    metadata_mode: str = ""
    asks_metadata: bool = True
    region: str = ""
    sts_region: str = ""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    ca_bundle: str = ""
    use_fips: bool = False
    use_dualstack: bool = False
    s3_path_style: bool = False
    s3_us_east_1: str = ""
    attempts: int = 0
    retry_mode: str = ""
    allowed_accounts: frozenset[str] = frozenset()
    forbidden_accounts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, get: Callable[[str], Any]) -> AwsSettings:
        """Read the settings from a stack's configuration, in which each is a text, an object as JSON.

        Args:
            get: returns a setting of the namespace `aws`, for example `profile`; None where it is not set.

        Raises:
            AwsSettingsRefused: naming every mistake, and what this program cannot follow.
        """
        given = {name: str(value) for name in _names() if (value := get(name)) not in (None, "")}
        return _judged(frozenset(given.items()))

    def allows(self, account_id: str) -> bool:
        """Whether the stack may be deployed to an account."""
        is_allowed = not self.allowed_accounts or account_id in self.allowed_accounts
        return is_allowed and account_id not in self.forbidden_accounts


def redactor(get: Callable[[str], Any]) -> Redactor:
    """Return what takes AWS's secrets out of texts: those of a stack's settings, judged or not, and of the environment.

    They have 40 characters and more. A shorter one is a stand-in's and opens nothing, and it may be a word.

    Args:
        get: as for `AwsSettings.of`.
    """
    given = [str(get(name) or "") for name in ("secretKey", "token")]
    given += re.findall(r'"webIdentityToken":\s*"([^"]+)"', str(get("assumeRoleWithWebIdentity") or ""))
    given += [os.environ.get(name, "") for name in SECRET_VARIABLES]
    return Redactor([secret for secret in given if len(secret) >= SECRET_LENGTH])


@functools.lru_cache
def _judged(given: frozenset[tuple[str, str]]) -> AwsSettings:
    reader = SettingsReader(dict(given))
    settings = _read(reader)
    if reader.problems:
        raise AwsSettingsRefused("\n".join(reader.problems))
    return settings


def _names() -> Sequence[str]:
    """Return every setting that `_read` reads, and those that are refused."""
    reader = SettingsReader({})
    _read(reader)
    return sorted({*reader.asked, *REFUSED})


def _read(reader: SettingsReader) -> AwsSettings:
    reader.refuse(REFUSED)
    settings = AwsSettings(
        profile=reader.text("profile"),
        access_key=reader.text("accessKey"),
        secret_key=reader.text("secretKey"),
        token=reader.text("token"),
        roles=[role for each in reader.objects("assumeRoles") if (role := reader.role("assumeRoles", each, ROLE_KEYS))],
        web_identity=reader.web_identity("assumeRoleWithWebIdentity"),
        config_file=reader.only_file("sharedConfigFiles"),
        credentials_file=reader.only_file("sharedCredentialsFiles"),
        metadata_endpoint=reader.text("ec2MetadataServiceEndpoint"),
        metadata_mode=reader.one_of("ec2MetadataServiceEndpointMode", ("IPv4", "IPv6")),
        asks_metadata=not reader.switch("skipMetadataApiCheck"),
        region=reader.text("region"),
        sts_region=reader.text("stsRegion"),
        endpoints=reader.endpoints("endpoints", SERVICES),
        ca_bundle=reader.file("customCaBundle", reader.text("customCaBundle")),
        use_fips=reader.switch("useFipsEndpoint"),
        use_dualstack=reader.switch("useDualstackEndpoint"),
        s3_path_style=reader.switch("s3UsePathStyle"),
        s3_us_east_1=reader.one_of("s3UsEast1RegionalEndpoint", ("legacy", "regional")),
        attempts=reader.number("maxRetries"),
        retry_mode=reader.one_of("retryMode", ("standard", "adaptive")),
        allowed_accounts=reader.accounts("allowedAccountIds"),
        forbidden_accounts=reader.accounts("forbiddenAccountIds"),
    )
    if bool(settings.access_key) != bool(settings.secret_key) or (settings.token and not settings.access_key):
        reader.problem("accessKey", "is of use only together with aws:secretKey, and aws:token only with both")
    if settings.access_key and settings.web_identity:
        reader.problem("assumeRoleWithWebIdentity", "the AWS provider ignores it beside aws:accessKey: take one away")
    return settings
