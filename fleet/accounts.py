"""An AWS account as the source of a fleet knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class AccountState(Enum):
    """What an account can be to its organization: the states of AWS Organizations."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"


@dataclass(frozen=True)
class Account:
    """One account.

    Attributes:
        id: twelve digits.
        name: as the organization, or the file, names it.
        state: a deployment is for an active one alone.
        units: ids of the root and of the organizational units that hold it, the outermost first; empty for a file's.
        tags: of the account.
    """

    id: str
    name: str
    state: AccountState = AccountState.ACTIVE
    units: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
