"""The AWS organization of `python -m sandbox start --accounts N`: declared once, for AWS, for people and for tests.

Everything in it follows from the management account's id and from N, so that any process can name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

ORGANIZATION_ID = "o-sandbox000"
ROLE_NAME = "OrganizationAccountAccessRole"
TRAIL = "organization-trail"
TRAIL_REGION = "us-east-1"
TRAIL_BUCKET = "sandbox-organization-trail"


class AccountKind(Enum):
    """What an account of the organization is there for."""

    MANAGEMENT = "the caller's own"
    LOG_ARCHIVE = "the trail's bucket"
    UNREACHABLE = "role not assumable"
    RESTRICTED = "SCP: no iam:CreateRole"
    SUSPENDED = "suspended"
    PLAIN = ""


@dataclass(frozen=True)
class OrganizationalUnit:
    """The root, or a unit below it.

    Attributes:
        parent: the unit that holds it; None for the root.
    """

    id: str
    name: str
    parent: OrganizationalUnit | None = None

    @property
    def path(self) -> tuple[OrganizationalUnit, ...]:
        """The units from the root down to this one."""
        return (*(self.parent.path if self.parent else ()), self)


ROOT = OrganizationalUnit("r-sand", "Root")
SECURITY = OrganizationalUnit("ou-sand-security", "Security", ROOT)
WORKLOADS = OrganizationalUnit("ou-sand-workload", "Workloads", ROOT)
PROD = OrganizationalUnit("ou-sand-prod0000", "Prod", WORKLOADS)
DEV = OrganizationalUnit("ou-sand-dev00000", "Dev", WORKLOADS)
SUSPENDED = OrganizationalUnit("ou-sand-suspend0", "Suspended", ROOT)
UNITS = (ROOT, SECURITY, WORKLOADS, PROD, DEV, SUSPENDED)


@dataclass(frozen=True)
class OrganizationAccount:
    """One account of the organization."""

    id: str
    name: str
    unit: OrganizationalUnit
    kind: AccountKind = AccountKind.PLAIN
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def role_arn(self) -> str:
        """The role by which the management account works in it; the management account has none."""
        return f"arn:aws:iam::{self.id}:role/{ROLE_NAME}"


@dataclass(frozen=True)
class Organization:
    """All accounts, in the order in which they joined; the management account is the first."""

    accounts: tuple[OrganizationAccount, ...]

    @classmethod
    def of(cls, management: str, size: int) -> Organization:
        """Declare an organization.

        Args:
            management: id of its management account.
            size: how many accounts it has, the management account and the other special ones included.

        Raises:
            ValueError: too few for the special ones, or the management account has the id of another one.
        """
        special = (
            _account(management, "management", ROOT, AccountKind.MANAGEMENT),
            _account("210000000000", "log-archive", SECURITY, AccountKind.LOG_ARCHIVE),
            _account("320000000000", "locked-out-dev", DEV, AccountKind.UNREACHABLE),
            _account("310000000000", "restricted-prod", PROD, AccountKind.RESTRICTED),
            _account("900000000000", "closed", SUSPENDED, AccountKind.SUSPENDED),
        )
        if size < len(special):
            raise ValueError(f"an organization of {size} accounts: {len(special)} is the least, the special ones alone")
        made = cls((*special, *(_plain(number) for number in range(1, size - len(special) + 1))))
        if management in {account.id for account in made.accounts[1:]}:
            raise ValueError(f"account {management!r} is one of the organization's other accounts: name another one")
        return made

    def the(self, kind: AccountKind) -> OrganizationAccount:
        """Return the account of a kind; of plain ones, the first."""
        return next(account for account in self.accounts if account.kind is kind)

    @property
    def plain(self) -> tuple[OrganizationAccount, ...]:
        """The accounts that nothing is special about."""
        return tuple(account for account in self.accounts if account.kind is AccountKind.PLAIN)


def _plain(number: int) -> OrganizationAccount:
    """Return the plain account of a number, which counts from 1: one for production, the next for development."""
    if number % 2:
        return _account(f"31{number:010}", f"app-{number:02}-prod", PROD)
    # A leading zero on purpose: whoever takes the id for a number loses it.
    return _account(f"032{number:09}", f"app-{number:02}-dev", DEV)


def _account(
    account_id: str, name: str, unit: OrganizationalUnit, kind: AccountKind = AccountKind.PLAIN
) -> OrganizationAccount:
    environment = {PROD: "prod", DEV: "dev"}.get(unit, "shared")
    return OrganizationAccount(account_id, name, unit, kind, {"env": environment, "trend": "on"})
