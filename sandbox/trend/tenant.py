"""The Trend tenant that the simulator plays: who it is, and how it behaves where Trend's behavior is open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

from sandbox.trend.business import Business, default_business
from sandbox.trend.dialect import Dialect

FULL_ACCESS = "full-access"
READ_ONLY = "read-only"

_NO_UNKNOWN_KEYS = ConfigDict(extra="forbid")
_REGION = re.compile(r"(trend-)?[a-z]{2}-\d+")
_ACCOUNT_ID = re.compile(r"\d{12}")


@dataclass(frozen=True)
class TenantKey:
    """One Cloud One API key. `role`: `full-access`, `read-only`, or another name: such a key reads itself alone."""

    id: str
    secret: str
    alias: str = "sandbox"
    role: str = FULL_ACCESS
    enabled: bool = True
    created: str = "2024-01-02T03:04:05Z"

    __pydantic_config__ = _NO_UNKNOWN_KEYS

    @property
    def value(self) -> str:
        """The key as a user holds it, `id:secret`."""
        return f"{self.id}:{self.secret}"


@dataclass(frozen=True)
class EnrollmentToken:
    """A token made in the Vision One console: it serves once, until it expires."""

    value: str
    expires: datetime = datetime(2099, 1, 1, tzinfo=UTC)
    used: bool = False

    __pydantic_config__ = _NO_UNKNOWN_KEYS


@dataclass(frozen=True)
class ServiceEntry:
    """One line of the tenant's list of services. `expires` is None for a license without an end."""

    name: str
    expired: bool = False
    expires: str | None = None

    __pydantic_config__ = _NO_UNKNOWN_KEYS


@dataclass(frozen=True)
class Behaviors:
    """What the public sources leave open, or what an administrator can set: each choice can be tried out.

    Attributes:
        duplicate_connector_status: status of a second connector for one AWS account.
        external_id: `shown`, `refused` (403) or `empty`, where an administrator hid it.
        propagation_seconds: how old a role must be before a connector's trial of it can succeed.
        disabled_key: a disabled key is `refused` everywhere (403), or still `reads-itself`.
        registration_read: GET on the Vision One registration is answered; without it 405.
        registration_form: what that answer is: the registration, a `list` of such, or an object that holds the list.
        dropped_stack_parameter: a pair left out of the CloudTrail deployment URL, such as `param_ServiceToken`.
        duplicate_account_status: status of a second Vision One account for one AWS account, or of one name.
        if_match_required: a PATCH of a Vision One account without If-Match is refused (400).
        features_form: what the list of features is: `objects` with an id, `ids` alone, or `items`, an object that holds
            the objects.
        core_feature: id under which a Vision One account shows what its role lacks for the core features; "" where its
            state alone tells.
        oidc_url_scheme: `visionOneOidcProviderUrl` begins with `https://`.
        stack_url_parameters: `createStackUrl` carries the template's parameters.
        template_link_seconds: how long a link to a template serves.
    """

    duplicate_connector_status: Literal[400, 409] = 409
    external_id: Literal["shown", "refused", "empty"] = "shown"
    propagation_seconds: float = 0.0
    disabled_key: Literal["refused", "reads-itself"] = "refused"
    registration_read: bool = True
    registration_form: Literal["registration", "list", "list in an object"] = "registration"
    dropped_stack_parameter: str | None = None
    duplicate_account_status: Literal[400, 409] = 409
    if_match_required: bool = True
    features_form: Literal["objects", "ids", "items"] = "objects"
    core_feature: str = ""
    oidc_url_scheme: bool = False
    stack_url_parameters: bool = True
    template_link_seconds: float = 900.0

    __pydantic_config__ = _NO_UNKNOWN_KEYS


@dataclass(frozen=True)
class Tenant:
    """A Cloud One account with its Vision One half.

    Attributes:
        account_id: Cloud One account id, 12 digits, may start with 0.
        region: Cloud One region code; any code of the right form.
        external_id: what the tenant wants to see in the trust of a cross-account role.
        business: its Vision One half.
        minted_prefix: how every minted token starts, or its last part, so that a test can search for it.

    Raises:
        ValueError: the account id or the region has the wrong form.
    """

    account_id: str
    region: str
    api_keys: tuple[TenantKey, ...]
    external_id: str
    business: Business
    enrollment_tokens: tuple[EnrollmentToken, ...] = ()
    services: tuple[ServiceEntry, ...] = ()
    behaviors: Behaviors = field(default_factory=Behaviors)
    dialect: Dialect = field(default_factory=Dialect)
    minted_prefix: str = "sandboxServiceToken"

    __pydantic_config__ = _NO_UNKNOWN_KEYS

    def __post_init__(self) -> None:
        if not _ACCOUNT_ID.fullmatch(self.account_id):
            raise ValueError(f"account_id {self.account_id!r} is not 12 digits")
        if not _REGION.fullmatch(self.region):
            raise ValueError(f"region {self.region!r} has not the form of a Cloud One region, such as us-1")

    @property
    def full_access_key(self) -> TenantKey:
        """The first enabled key that may do everything."""
        return next(key for key in self.api_keys if key.enabled and key.role == FULL_ACCESS)

    def secrets(self) -> tuple[str, ...]:
        """Every value that must not appear in a log."""
        key_parts = (part for key in self.api_keys for part in (key.value, key.secret, key.id))
        tokens = (token.value for token in self.enrollment_tokens)
        return (*key_parts, *tokens, *(key.value for key in self.business.api_keys))

    def to_json(self) -> str:
        """The tenant as a JSON document that `from_json` reads back unchanged, secrets included."""
        return _TENANT.dump_json(self, indent=2).decode()

    @staticmethod
    def from_json(text: str | bytes) -> Tenant:
        """Read what `to_json` wrote.

        Raises:
            pydantic.ValidationError: the text is not JSON, or a field is missing, unknown or of the wrong form.
        """
        return _TENANT.validate_json(text)


_TENANT: TypeAdapter[Tenant] = TypeAdapter(Tenant)


def default_tenant(region: str = "us-1") -> Tenant:
    """The tenant of the dev sandbox, in any region. Its secrets say what they are, and open nothing."""
    return Tenant(
        # A leading zero on purpose: whoever takes the id for a number loses it.
        account_id="098765432109",
        region=region,
        api_keys=(
            _sandbox_key("FullAccess"),
            _sandbox_key("ReadOnly", role=READ_ONLY),
            _sandbox_key("NoAccess", role="no-access"),
            _sandbox_key("Disabled", enabled=False),
        ),
        external_id="sandbox-external-id",
        business=default_business(),
        enrollment_tokens=(
            EnrollmentToken(_sandbox_token("enrollment")),
            EnrollmentToken(_sandbox_token("enrollment.used"), used=True),
            EnrollmentToken(_sandbox_token("enrollment.expired"), expires=datetime(2024, 1, 1, tzinfo=UTC)),
        ),
        services=(
            ServiceEntry("workload"),
            ServiceEntry("cloudaccounts"),
            ServiceEntry("cloudtrail", expires="2099-01-01T00:00:00Z"),
            ServiceEntry("container", expired=True, expires="2024-01-01T00:00:00Z"),
        ),
    )


def _sandbox_key(purpose: str, *, role: str = FULL_ACCESS, enabled: bool = True) -> TenantKey:
    """A key of the real lengths (27 and 66 characters) that nobody takes for a real one."""
    return TenantKey(
        id=f"SANDBOX{purpose}".ljust(27, "0"),
        secret=f"thisIsNotASecretOfAnybodyItOnlyWorksInTheSandbox{purpose}".ljust(66, "0"),
        alias=f"sandbox {purpose}",
        role=role,
        enabled=enabled,
    )


def _sandbox_token(purpose: str) -> str:
    return f"sandbox.token.{purpose}"
