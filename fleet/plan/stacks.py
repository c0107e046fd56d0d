"""A plan: the tenant's stack and one for each account, each with its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from fleet.accounts import Account


class StackStatus(Enum):
    """How a deployed stack compares with `fleet.yaml`."""

    NEW = "new"
    CHANGED = "settings changed"
    FAILED = "failed"
    AS_DEPLOYED = "as deployed"
    SKIPPED = "skipped"
    ORPHANED = "orphaned"


TO_DEPLOY = (StackStatus.NEW, StackStatus.CHANGED, StackStatus.FAILED)
"""What an `up` deploys."""


@dataclass(frozen=True)
class PlannedStack:
    """A stack of the plan.

    Attributes:
        account: None for the tenant's stack.
        stack: its name.
        status: how what is deployed compares with what is wanted.
        settings: of the program, as Pulumi's configuration takes them: texts by name, objects as JSON.
        enroll: whether the run is given the enrollment token.
        wave: name of the wave that deploys it; empty if nothing does.
        changed: names of what differs from what is deployed.
        reason: why it is skipped or failed; empty if it is neither.
    """

    account: Account | None
    stack: str
    status: StackStatus
    settings: Mapping[str, str] = field(default_factory=dict)
    enroll: bool = False
    wave: str = ""
    changed: Sequence[str] = ()
    reason: str = ""

    @property
    def told(self) -> dict[str, str]:
        """What the ledger records of an update of this stack, to detect a change."""
        return {**self.settings, **({"tenant.enroll": "true"} if self.enroll else {})}


@dataclass(frozen=True)
class Plan:
    """What is to be done for all accounts.

    Attributes:
        tenant: the tenant's stack, which comes first.
        accounts: in the order of the source, then what is orphaned.
        warnings: one line each.
    """

    tenant: PlannedStack
    accounts: Sequence[PlannedStack]
    warnings: Sequence[str] = ()

    @property
    def to_deploy(self) -> list[PlannedStack]:
        """What an `up` deploys: the tenant's stack first if it is among it, then wave by wave."""
        return [each for each in (self.tenant, *self.accounts) if each.status in TO_DEPLOY]

    @property
    def orphaned(self) -> list[PlannedStack]:
        """What is deployed, but not in the source any more."""
        return [each for each in self.accounts if each.status is StackStatus.ORPHANED]
