"""Moments as Pulumi writes them."""

from __future__ import annotations

import re
from datetime import datetime, timezone


def moment(text: str) -> datetime:
    """Read a moment in RFC 3339, which Go writes with up to nine digits of a second and Python 3.10 reads with six."""
    return datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", _microseconds, text).replace("Z", "+00:00"))


def seconds_since(then: datetime) -> float:
    """Return how long ago a moment was."""
    return (datetime.now(timezone.utc) - then).total_seconds()


def shown(when: datetime) -> str:
    """Return a moment for people."""
    return when.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def _microseconds(match: re.Match[str]) -> str:
    return f".{match[1]:0<6}"
