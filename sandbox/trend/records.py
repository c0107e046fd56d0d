"""What the tenant holds, in the wire form of Trend's services."""

from __future__ import annotations

import hashlib
import json
import re
import time
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[\x21-\x7e]*/)?([\w+=,.@-]{1,64})")


def now_text() -> str:
    """The time, UTC, in ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now_milliseconds() -> int:
    """The time in milliseconds since 1970, which is how Workload Security writes it [I]."""
    return int(time.time() * 1000)


def digest(secret: str) -> str:
    """A short fingerprint that tells secrets apart without showing them."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


class TenantRecord(BaseModel):
    """An immutable object of the tenant; its JSON form has camelCase names."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True
    )

    def wire(self) -> dict[str, object]:
        """The object as the services show it."""
        return self.model_dump(mode="json")


class ConnectorRecord(TenantRecord):
    """An AWS connector of Workload Security."""

    id: int = Field(alias="ID")
    display_name: str
    account_id: str
    account_alias: str = ""
    cross_account_role_arn: str
    last_sync_time: int
    synced_regions: tuple[str, ...] = ()
    workspaces_enabled: bool = False


class CloudAccountRecord(TenantRecord):
    """An AWS account registered with Cloud Account Management; its id is the AWS account's."""

    id: str
    role_arn: str = Field(alias="roleARN")
    alias: str = ""
    description: str = ""
    state: str = "managed"
    created: str
    last_modified: str


class Registration(TenantRecord):
    """The tenant's registration with Vision One. The text of its status is unknown [U]."""

    status: str = "registered"
    registered: str


class AccountFeature(TenantRecord):
    """A feature of a Vision One account.

    `missing_aws_permissions` is what somebody set by hand; what the role lacks is added when the account is read.
    """

    id: str
    regions: tuple[str, ...] = ()
    missing_aws_permissions: tuple[str, ...] = ()
    template_version: str = ""


class SecurityService(TenantRecord):
    """A security service that a Vision One account is connected to."""

    name: str
    instance_ids: tuple[str, ...]
    regions: tuple[str, ...] = ()


class CustomTag(TenantRecord):
    """A tag for what Vision One makes in the account."""

    key: str
    value: str


class VisionOneAccountRecord(TenantRecord):
    """An AWS account registered with Vision One; its id is the AWS account's."""

    id: str
    role_arn: str
    name: str
    description: str = ""
    state: Literal["managed", "outdated", "failed"] = "managed"
    features: tuple[AccountFeature, ...] = ()
    connected_security_services: tuple[SecurityService, ...] = ()
    custom_tags: tuple[CustomTag, ...] = ()
    sources: tuple[str, ...] = ()
    created_date_time: str
    updated_date_time: str
    last_synced_date_time: str

    @property
    def etag(self) -> str:
        """The version of the account: an MD5, as Trend says of its own."""
        return hashlib.md5(self.model_dump_json().encode(), usedforsecurity=False).hexdigest()


class TemplateKey(TenantRecord):
    """A key minted for the stack of one template link, kept as a digest only."""

    key_digest: str
    created: str
    expires: datetime


class ServiceToken(TenantRecord):
    """A token minted for one CloudTrail stack, kept as a digest only."""

    token_digest: str
    provider_account_id: str
    aws_region: str
    created: str


class StateDump(TenantRecord):
    """Everything the tenant holds, in a fixed order, so that two dumps can be compared byte for byte.

    `links` is the part that a deployment makes and its removal has to take back. Minted tokens and keys and used-up
    enrollment tokens stay behind by nature. A key's last activity is left out: reading alone changes it.
    """

    connectors: tuple[ConnectorRecord, ...] = ()
    cloud_accounts: tuple[CloudAccountRecord, ...] = ()
    vision_one_accounts: tuple[VisionOneAccountRecord, ...] = ()
    registration: Registration | None = None
    used_enrollment_tokens: tuple[str, ...] = ()
    service_tokens: tuple[ServiceToken, ...] = ()
    template_keys: tuple[TemplateKey, ...] = ()

    def to_json(self) -> str:
        """The dump as JSON with sorted keys."""
        return json.dumps(self.wire(), indent=2, sort_keys=True)

    def links(self) -> str:
        """Connectors and accounts alone, as JSON with sorted keys, without the times that every change moves."""
        times = {"updated_date_time", "last_synced_date_time"}
        links = self.model_dump(
            mode="json",
            include={"connectors", "cloud_accounts", "vision_one_accounts"},
            exclude={"vision_one_accounts": {"__all__": times}},
        )
        return json.dumps(links, indent=2, sort_keys=True)
