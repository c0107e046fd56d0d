"""How a call is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AccessDenial:
    """What a service answers to a call that is not allowed."""

    status: int
    code: str
    message: str
