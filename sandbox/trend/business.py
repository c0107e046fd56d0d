"""The Vision One half of the tenant, which Vision One calls a business: its id, its keys, what it may use."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ConfigDict

_NO_UNKNOWN_KEYS = ConfigDict(extra="forbid")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REGION = re.compile(r"[a-z]{2,5}")
FAR_AHEAD = datetime(2099, 1, 1, tzinfo=UTC)

CLOUD_AUDIT_LOGS = "cloud-audit-log-monitoring"
"""The feature that reads a trail; its id is an inference [I]."""


@dataclass(frozen=True)
class BusinessKey:
    """One Vision One API key.

    Attributes:
        name: by which tests find it.
        value: as a user holds it.
        may_change: its role allows calls that change something.
    """

    name: str
    value: str
    may_change: bool = True
    enabled: bool = True
    expires: datetime = FAR_AHEAD

    __pydantic_config__ = _NO_UNKNOWN_KEYS


@dataclass(frozen=True)
class BusinessFeature:
    """A feature of Cloud Account Management that the business may use.

    Attributes:
        id: for example `container-security`.
        permissions: actions that the account's role must allow for it; which they really are is unknown [U].
        template_version: what an account that has the feature tells.
    """

    id: str
    permissions: tuple[str, ...] = ()
    template_version: str = "3.0.1"

    __pydantic_config__ = _NO_UNKNOWN_KEYS


@dataclass(frozen=True)
class Business:
    """Who the tenant is at Vision One.

    Attributes:
        id: the business id, a UUID; the claim `cid` of the keys that have claims.
        region: code of the Vision One region, such as `us`.
        core_permissions: actions that every account's role must allow. The real list is long; one stands for it.

    Raises:
        ValueError: the id is not a UUID, or the region has not the form of a code.
    """

    id: str
    region: str
    api_keys: tuple[BusinessKey, ...]
    features: tuple[BusinessFeature, ...] = ()
    core_permissions: tuple[str, ...] = ()

    __pydantic_config__ = _NO_UNKNOWN_KEYS

    def __post_init__(self) -> None:
        if not _UUID.fullmatch(self.id):
            raise ValueError(f"business id {self.id!r} is not a UUID")
        if not _REGION.fullmatch(self.region):
            raise ValueError(f"region {self.region!r} has not the form of a Vision One region, such as us")

    @property
    def full_access_key(self) -> BusinessKey:
        """The first key that may do everything; it has claims."""
        return next(key for key in self.api_keys if key.enabled and key.may_change)

    def key(self, name: str) -> BusinessKey:
        """Return the key of a name: `FullAccess`, `Opaque`, `ReadOnly`, `Disabled` or `Expired` by default."""
        return next(key for key in self.api_keys if key.name == name)

    def feature(self, feature_id: str) -> BusinessFeature | None:
        """Return a feature, None if the business may not use it."""
        return next((feature for feature in self.features if feature.id == feature_id), None)

    @property
    def issuer(self) -> str:
        """Host of the OIDC provider that roles trust. Source: Trend's manual, connecting an account by hand."""
        return f"cloudaccounts-{self.region}.xdr.trendmicro.com"

    @property
    def subject(self) -> str:
        """Who Vision One says that it is when it assumes a role (same source)."""
        return f"urn:visionone:identity:{self.region}:{self.id}:account/{self.id}"


def claims_key(claims: Mapping[str, object], signature: str) -> str:
    """Return a key in the form of a JWT: header, claims, and a signature that is only a text."""
    header = {"typ": "JWT", "alg": "RS256"}
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims))
    return ".".join((*parts, signature))


def default_business() -> Business:
    """The Vision One half of the dev sandbox. Its keys say what they are, and open nothing."""
    business_id = "5a9d6b0c-0000-4000-8000-000000000042"

    def key(name: str, expires: datetime = FAR_AHEAD) -> str:
        claims = {"cid": business_id, "et": int(expires.timestamp()), "id": f"sandbox-{name}", "tokenUse": "customer"}
        return claims_key(claims, f"thisIsNoSignatureItOnlyWorksInTheSandbox{name}".ljust(64, "0"))

    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    return Business(
        id=business_id,
        region="us",
        api_keys=(
            BusinessKey("FullAccess", key("FullAccess")),
            BusinessKey("Opaque", "thisIsNotASecretOfAnybodyItOnlyWorksInTheSandboxVisionOne".ljust(96, "0")),
            BusinessKey("ReadOnly", key("ReadOnly"), may_change=False),
            BusinessKey("Disabled", key("Disabled"), enabled=False),
            BusinessKey("Expired", key("Expired", long_ago), expires=long_ago),
        ),
        features=(
            BusinessFeature("cloud-response", ("iam:GetRole", "iam:ListAttachedRolePolicies")),
            BusinessFeature("container-security", ("ecs:ListClusters", "ecs:DescribeClusters")),
            BusinessFeature("file-storage-security"),
            BusinessFeature(CLOUD_AUDIT_LOGS),
        ),
        core_permissions=("ec2:DescribeInstances",),
    )
