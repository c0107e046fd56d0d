"""Which accounts are selected by accounts, units and tags in `fleet.yaml`, and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleet.accounts import Account
from fleet.file.configuration import Exclude, Fleet, Override
from fleet.file.placeholders import filled


def has_tags(account: Account, tags: Mapping[str, str]) -> bool:
    """Whether an account has all of some tags."""
    return all(account.tags.get(key) == value for key, value in tags.items())


def matches(account: Account, override: Override) -> bool:
    """Whether an override applies to an account: it matches all that is given."""
    return (
        (not override.accounts or account.id in override.accounts)
        and (not override.units or not set(override.units).isdisjoint(account.units))
        and has_tags(account, override.tags)
    )


def why_excluded(account: Account, exclude: Exclude) -> str:
    """Return why an account is excluded, by any of what is given; empty if it is not."""
    if account.id in exclude.accounts:
        return "excluded by id"
    if units := [unit for unit in exclude.units if unit in account.units]:
        return f"excluded by unit {units[0]}"
    if exclude.tags and has_tags(account, exclude.tags):
        return "excluded by tag " + ", ".join(f"{key}={value}" for key, value in exclude.tags.items())
    return ""


def settings_of(account: Account, fleet: Fleet) -> dict[str, Any]:
    """Return the settings of an account: the fleet's, then those of each matching override, the last one winning."""
    chosen = dict(fleet.settings)
    for override in fleet.overrides:
        if matches(account, override):
            chosen.update(override.settings)
    return {name: filled(value, account) for name, value in chosen.items()}


def looks_at_tags(fleet: Fleet) -> bool:
    """Whether the file refers to the accounts' tags."""
    filtered = fleet.source.organizations.tags if fleet.source.organizations else {}
    return bool(filtered or fleet.exclude.tags or any(override.tags for override in fleet.overrides))
