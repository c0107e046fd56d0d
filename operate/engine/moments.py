"""Moments as Pulumi writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(text: str) -> datetime:
    """Read a moment in RFC 3339, which Go writes with up to nine digits of a second."""
    return datetime.fromisoformat(text)


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def seconds_since(then: datetime) -> float:
    """Return how long ago a moment was."""
    return (now() - then).total_seconds()


def format_moment(when: datetime) -> str:
    """Return a moment for people."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
