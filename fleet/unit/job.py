"""What a run for one account needs to know. No secret is in it: it is stored, and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class InterruptedRun:
    """A run of the same stack whose worker is dead, and with it all that it started.

    Attributes:
        host: where it was.
        began, died: between which moments it may have taken the stack's lock; in RFC 3339.
    """

    host: str
    began: str
    died: str


@dataclass(frozen=True)
class Job:
    """What is to be deployed to one account, and how one gets there.

    Attributes:
        account_id: twelve digits.
        stack: the account's stack.
        settings: the stack's settings by name, as Pulumi takes them; of no namespace.
        region: AWS region to deploy to.
        role_name: of the role to assume in the account; the caller's own account is entered without.
        external_id: that the role asks for; empty for none.
        minutes: after which the run is stopped.
        enrolls: whether the run may have the enrollment token.
        dead: runs whose lock on the stack may be lifted.
        secrets_provider: of the stack when it is created, as `pulumi stack init` takes it; empty for the default.
    """

    account_id: str
    stack: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""
    role_name: str = ""
    external_id: str = ""
    minutes: float = 30
    enrolls: bool = False
    dead: Sequence[InterruptedRun] = ()
    secrets_provider: str = ""

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Job:
        """Read what `to_json` wrote."""
        fields = json.loads(line)
        return cls(**{**fields, "dead": tuple(InterruptedRun(**each) for each in fields["dead"])})
