"""Configuration of the provider and the AWS clients made from it.

Follows terraform-provider-aws internal/conns/config.go and pulumi-aws provider/config.go.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from typing import Any

from sandbox.pulumi.aws.credentials import profile_session, session_of
from sandbox.pulumi.aws.errors import ProviderError, aws_errors, describe
from sandbox.pulumi.wire import PropertyMap

SUPPORTED = frozenset(
    {"accessKey", "allowedAccountIds", "assumeRoleWithWebIdentity", "assumeRoles", "defaultTags", "forbiddenAccountIds"}
    | {"ignoreTags", "maxRetries", "profile", "region", "secretKey", "sharedConfigFiles", "sharedCredentialsFiles"}
    | {"skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation", "token"}
)
"""Provider settings that are understood; any other is refused by CheckConfig."""

_STRUCTURED = frozenset(
    {"allowedAccountIds", "assumeRoleWithWebIdentity", "assumeRoles", "defaultTags", "forbiddenAccountIds"}
    | {"ignoreTags", "sharedConfigFiles", "sharedCredentialsFiles"}
)

BOOKKEEPING = frozenset({"version", "pluginDownloadURL", "__internal"})
"""Entries that the engine adds to a provider's settings for itself."""

ATTEMPTS = 3
"""Tries of one request. The official provider makes 25, over minutes."""


@dataclass(frozen=True)
class TagRules:
    """Tags that the provider adds to everything, and tags that it does not see.

    Attributes:
        default: put on every taggable resource, unless the resource names the key itself.
        ignored_keys: tags left alone.
        ignored_prefixes: the same, by the beginning of the key.
    """

    default: dict[str, str]
    ignored_keys: frozenset[str]
    ignored_prefixes: tuple[str, ...]

    def sees(self, key: str) -> bool:
        """Return whether a tag with this key is managed; AWS's own never are."""
        ignored = ("aws:", *self.ignored_prefixes)
        return key not in self.ignored_keys and not key.startswith(ignored)


class Aws:
    """One client per service and region, made when first asked for, shared by all threads."""

    def __init__(self, config: PropertyMap) -> None:
        """Find region, credentials and tag rules; no call is made.

        Args:
            config: the provider's settings, decoded.

        Raises:
            ProviderError: there is no region.
        """
        self._config = config
        self._session: Any = None
        environment = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        region = config.get("region") or environment or self._region_of_profile()
        if not region:
            raise ProviderError(
                "unable to find an AWS region: set it with `pulumi config set aws:region <region>` "
                "or the environment variable AWS_REGION"
            )
        self.region = str(region)
        self.account_id = ""
        self.partition = partition_of(self.region)
        self.tag_rules = _tag_rules(config)
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the client of a service, in the given region or the provider's."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make(*key)
            return self._clients[key]

    def _make(self, service: str, region: str) -> Any:
        from botocore.config import Config  # takes 0.2 s: only processes that call AWS pay for it

        if self._session is None:
            self._session = session_of(self._config, self.region)
        settings = Config(
            region_name=region,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            connect_timeout=5,
            max_pool_connections=32,
            s3={"addressing_style": "path"} if os.environ.get("AWS_ENDPOINT_URL") else None,
        )
        client = self._session.create_client(service, config=settings)
        if service == "s3control" and os.environ.get("AWS_ENDPOINT_URL"):
            client.meta.events.register("before-sign.s3-control", without_account_host)
        return client

    def _region_of_profile(self) -> str | None:
        if not self._config.keys() & {"profile", "sharedConfigFiles"} and "AWS_PROFILE" not in os.environ:
            return None
        try:
            region: str | None = profile_session(self._config).get_config_variable("region")
        except aws_errors() as error:
            raise ProviderError(f"unable to validate AWS credentials. Details: {describe(error)}") from None
        return region

    def connect(self) -> None:
        """Ask STS who is calling, and refuse an account that must not be used.

        The official provider asks twice: pulumi-aws before it configures, the bridged provider when it does.

        Raises:
            ProviderError: no valid credentials, or an account that is not allowed.
        """
        calls = 1 if _flag(self._config.get("skipCredentialsValidation")) else 2
        try:
            for _ in range(calls):
                self.account_id = str(self.client("sts").get_caller_identity()["Account"])
        except aws_errors() as error:
            raise ProviderError(f"unable to validate AWS credentials. Details: {describe(error)}") from None
        allowed, forbidden = self._config.get("allowedAccountIds"), self._config.get("forbiddenAccountIds")
        if (allowed and self.account_id not in allowed) or (forbidden and self.account_id in forbidden):
            raise ProviderError(f"AWS account ID not allowed: {self.account_id}")


def decode(config: PropertyMap) -> PropertyMap:
    """Return the settings with lists and objects decoded: on the wire they are JSON texts.

    Raises:
        ProviderError: a text that should be JSON is not.
    """
    decoded = dict(config)
    for name in _STRUCTURED & config.keys():
        if isinstance(decoded.get(name), str):
            try:
                decoded[name] = json.loads(decoded[name])
            except ValueError:
                raise ProviderError(f"aws:{name}: not a JSON value") from None
    for name in ("allowedAccountIds", "forbiddenAccountIds"):
        if name in decoded:
            decoded[name] = [f"{each:.0f}" if isinstance(each, float) else str(each) for each in decoded[name]]
    return decoded


def partition_of(region: str) -> str:
    """Return the partition that a region belongs to."""
    for prefix, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")):
        if region.startswith(prefix):
            return partition
    return "aws"


def dns_suffix(partition: str) -> str:
    """Return the domain that the partition's endpoints end with."""
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


def _tag_rules(config: PropertyMap) -> TagRules:
    default = (config.get("defaultTags") or {}).get("tags") or {}
    ignored = config.get("ignoreTags") or {}
    return TagRules(
        default={str(key): str(value) for key, value in default.items()},
        ignored_keys=frozenset(ignored.get("keys") or ()),
        ignored_prefixes=tuple(ignored.get("keyPrefixes") or ()),
    )


def _flag(value: object) -> bool:
    return value is True or value == "true"


def without_account_host(request: Any, **_: object) -> None:
    """Send S3 Control calls to the endpoint itself: `<account>.` before its host need not resolve."""
    scheme, rest = request.url.split("://", 1)
    account, _, remainder = rest.partition(".")
    if account.isdigit() and len(account) == 12:
        request.url = f"{scheme}://{remainder}"
