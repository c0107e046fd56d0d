"""What became of a run for one account: what `run-one` prints as its one line, and the queue keeps."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Do(Enum):
    """What is done to an account's stack."""

    PREVIEW = "preview"
    UP = "up"
    DESTROY = "destroy"
    DRIFT = "drift"


class RunState(Enum):
    """Where an account stands in a run."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    SKIPPED = "skipped"
    ORPHANED = "orphaned"
    LOCKED = "locked"


class Cause(Enum):
    """What a failed run failed for."""

    CHECK = "check"
    DENIED = "denied"
    TREND = "trend"
    AWS = "aws"
    TIMEOUT = "timeout"
    OTHER = "other"


@dataclass(frozen=True)
class Outcome:
    """What became of one account's run.

    Attributes:
        account_id: twelve digits.
        stack: the account's stack.
        do: what was asked for.
        state: how it ended.
        cause: of a failed run.
        message: one line for a person: what failed, or why it was skipped; empty where there is nothing to say.
        next_step: what to do about it, one line.
        changes: number of resources by what happens or happened to them (`create`, `update`, `replace`, `delete`).
        plan: of a preview, a line for each resource that would change; the same for accounts with equal plans.
        exit_code: of the run.
        seconds: that it took.
    """

    account_id: str
    stack: str
    do: Do
    state: RunState
    cause: Cause | None = None
    message: str = ""
    next_step: str = ""
    changes: dict[str, int] = dataclasses.field(default_factory=dict)
    plan: tuple[str, ...] = ()
    exit_code: int = 0
    seconds: float = 0.0

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), default=_as_value)

    @classmethod
    def from_json(cls, line: str) -> Outcome:
        """Read what `to_json` wrote."""
        fields: dict[str, Any] = json.loads(line)
        cause = fields.pop("cause")
        return cls(
            **{
                **fields,
                "do": Do(fields["do"]),
                "state": RunState(fields["state"]),
                "plan": tuple(fields["plan"]),
            },
            cause=None if cause is None else Cause(cause),
        )


def _as_value(thing: object) -> object:
    if isinstance(thing, Enum):
        return thing.value
    raise TypeError(f"{type(thing).__name__} does not go into JSON")
