"""What a plan is: a stack for the tenant and for each account, and how each stands to what is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from fleet.accounts import Account


class Standing(Enum):
    """How an account stands to what is wanted."""

    NEW = "new"
    CHANGED = "settings changed"
    FAILED = "failed"
    AS_DEPLOYED = "as deployed"
    SKIPPED = "skipped"
    ORPHANED = "orphaned"


TO_DEPLOY = (Standing.NEW, Standing.CHANGED, Standing.FAILED)
"""What an `up` deploys."""


@dataclass(frozen=True)
class Entry:
    """A stack of the plan.

    Attributes:
        account: None for the tenant's stack.
        stack: its name.
        standing: how it stands.
        settings: of the program, as Pulumi's configuration takes them: texts by name, objects as JSON.
        enroll: whether the run is given the enrollment token.
        wave: name of the wave that deploys it; empty for none.
        changed: what is other than deployed.
        reason: why it is skipped, or failed; empty where there is nothing to say.
    """

    account: Account | None
    stack: str
    standing: Standing
    settings: Mapping[str, str] = field(default_factory=dict)
    enroll: bool = False
    wave: str = ""
    changed: Sequence[str] = ()
    reason: str = ""

    @property
    def told(self) -> dict[str, str]:
        """What the ledger keeps of an update of this stack, to tell a change."""
        return {**self.settings, **({"tenant.enroll": "true"} if self.enroll else {})}


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        tenant: the tenant's stack, which comes first.
        accounts: in the order of the source, then what is orphaned.
        warnings: one line each.
    """

    tenant: Entry
    accounts: Sequence[Entry]
    warnings: Sequence[str] = ()

    @property
    def to_deploy(self) -> list[Entry]:
        """What an `up` deploys: the tenant's stack first where it is among it, then wave after wave."""
        return [each for each in (self.tenant, *self.accounts) if each.standing in TO_DEPLOY]

    @property
    def orphaned(self) -> list[Entry]:
        """What is deployed, but not in the source any more."""
        return [each for each in self.accounts if each.standing is Standing.ORPHANED]
