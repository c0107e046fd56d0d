"""Mistakes that show only once the accounts are known: names, settings, and selectors that match nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from components.settings.configuration import SettingsError, parse_settings
from fleet.accounts import Account
from fleet.file.configuration import Exclude, Fleet, stack_name
from fleet.file.document import FileRefused
from fleet.file.selection import matches, why_excluded
from fleet.plan.ledger import StackRecord
from fleet.plan.stacks import PlannedStack, StackStatus

_SHOWN = 3  # ids that a line names, of all that it is about


@dataclass(frozen=True)
class _Deployed:
    """What the ledger knows of accounts.

    Attributes:
        accounts: id of the account by stack.
        stacks: name of the stack by account.
    """

    accounts: Mapping[str, str]
    stacks: Mapping[str, str]


def require(fleet: Fleet, entries: Sequence[PlannedStack], records: Mapping[str, StackRecord]) -> None:
    """Require valid names of stacks and valid settings.

    Args:
        fleet: what the file says.
        entries: of the accounts.
        records: the ledger's, by stack.

    Raises:
        FileRefused: with every problem once, and the accounts that have it.
    """
    about: dict[str, list[str]] = {}
    holders = {fleet.tenant.stack: "the tenant's stack"}
    of_accounts = [each for each in records.values() if not each.is_of_tenant]
    deployed = _Deployed(
        {each.stack: each.account_id for each in of_accounts}, {each.account_id: each.stack for each in of_accounts}
    )
    for entry in entries:
        if entry.account is None or entry.status is StackStatus.SKIPPED:
            continue
        for problem in (*_of_name(entry, entry.account, holders, deployed), *_of_settings(entry)):
            about.setdefault(problem, []).append(entry.account.id)
        holders[entry.stack] = entry.account.id
    if about:
        raise FileRefused(f"fleet.yaml: {_named(ids)}: {problem}" for problem, ids in about.items())


def warnings(fleet: Fleet, accounts: Sequence[Account], records: Mapping[str, StackRecord]) -> list[str]:
    """Return a line for each selector that matches no account, and for an earlier stack of the tenant."""
    return [
        *(
            f"tenant.stack: '{each.stack}' was the tenant's stack before, and stays as it is"
            for each in records.values()
            if each.is_of_tenant and each.stack != fleet.tenant.stack
        ),
        *(
            f"overrides[{index}] matches no account of the source"
            for index, override in enumerate(fleet.overrides)
            if not any(matches(account, override) for account in accounts)
        ),
        *_excluding_nothing(fleet, accounts),
    ]


def _excluding_nothing(fleet: Fleet, accounts: Sequence[Account]) -> Iterator[str]:
    exclude, nothing = fleet.exclude, Exclude().model_dump()
    for name in nothing:
        given = getattr(exclude, name)
        for each in [given] if isinstance(given, dict) else [[one] for one in given]:
            alone = exclude.model_copy(update={**nothing, name: each})
            if each and not any(why_excluded(account, alone) for account in accounts):
                key = "" if isinstance(given, dict) else f" {each[0]}"
                yield f"exclude.{name}{key} matches no account of the source"


def _of_name(entry: PlannedStack, account: Account, holders: Mapping[str, str], deployed: _Deployed) -> Iterator[str]:
    try:
        stack_name(entry.stack)
    except ValueError as error:
        yield f"stack: {error}; use {{id}}"
        return
    if entry.stack in holders:
        yield f"stack: '{entry.stack}' is the name of {holders[entry.stack]}, too: add {{id}}"
        return
    other_account = deployed.accounts.get(entry.stack, account.id)
    if other_account != account.id:
        yield f"stack: '{entry.stack}' is deployed for account {other_account}: use {{id}}"
    elif deployed.stacks.get(account.id, entry.stack) != entry.stack:
        yield "stack: deployed under another name: restore `stack`, or run `leave` for these accounts first"


def _of_settings(entry: PlannedStack) -> Sequence[str]:
    try:
        parse_settings(entry.settings, {})
    except SettingsError as error:
        return [f"settings: {problem}" for problem in error.problems]
    return []


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more
