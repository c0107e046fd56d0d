"""Plans from file, accounts and ledger alone: without a call, without Pulumi."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from components.settings.scope import Scope
from fleet.accounts import Account, AccountState
from fleet.file.configuration import Fleet, Wave
from fleet.file.placeholders import filled, names_account
from fleet.file.selection import settings_of, why_excluded
from fleet.file.settings import in_scope
from fleet.outcome import RunState
from fleet.plan import sanity
from fleet.plan.ledger import StackRecord
from fleet.plan.stacks import TO_DEPLOY, Plan, PlannedStack, StackStatus


def plan_of(fleet: Fleet, accounts: Sequence[Account], records: Mapping[str, StackRecord], version: str) -> Plan:
    """Plan what an `up` would do.

    Args:
        fleet: what is wanted.
        accounts: of the source.
        records: the ledger's, by stack.
        version: of the program.

    Raises:
        FileRefused: names of stacks or settings are invalid; with every problem.
    """
    general = {name: value for name, value in fleet.settings.items() if not names_account(value)}
    tenant = PlannedStack(
        None, fleet.tenant.stack, StackStatus.NEW, in_scope(general, Scope.TENANT), enroll=fleet.tenant.enroll
    )
    entries = [_entry(fleet, account) for account in accounts]
    sanity.require(fleet, entries, records)
    status = [_compared(entry, records.get(entry.stack), version) for entry in entries]
    known = {tenant.stack, *(entry.stack for entry in entries)}
    orphaned = [_orphaned(each) for each in records.values() if each.stack not in known and not each.is_of_tenant]
    return Plan(
        _compared(tenant, records.get(tenant.stack), version),
        [*in_waves(status, fleet.waves), *orphaned],
        sanity.warnings(fleet, accounts, records),
    )


def in_waves(entries: Sequence[PlannedStack], waves: Sequence[Wave]) -> list[PlannedStack]:
    """Return entries in their order, each one to deploy with its wave."""
    due = sum(entry.status in TO_DEPLOY for entry in entries)
    names = iter([wave.name for wave in waves for _ in range(_size(wave, due))])
    return [replace(entry, wave=next(names)) if entry.status in TO_DEPLOY else entry for entry in entries]


def _size(wave: Wave, due: int) -> int:
    """Return how many accounts a wave takes at most."""
    if wave.count is not None:
        return wave.count
    return due if wave.percent is None else math.ceil(due * wave.percent / 100)


def _entry(fleet: Fleet, account: Account) -> PlannedStack:
    stack = str(filled(fleet.stack, account))
    reason = why_excluded(account, fleet.exclude)
    if account.state is not AccountState.ACTIVE:
        reason = account.state.value.lower().replace("_", " ")
    if reason:
        return PlannedStack(account, stack, StackStatus.SKIPPED, reason=reason)
    return PlannedStack(account, stack, StackStatus.NEW, in_scope(settings_of(account, fleet), Scope.ACCOUNT))


def _compared(entry: PlannedStack, record: StackRecord | None, version: str) -> PlannedStack:
    """Return an entry with its status against what was deployed."""
    if entry.status is StackStatus.SKIPPED or record is None:
        return entry
    failed = record.last.state not in (RunState.DONE, RunState.UNCHANGED)
    reason = f"the last {record.last.do.value} failed: {record.last.message}" if failed else ""
    if record.deployed is None:
        return replace(entry, reason=reason)
    before, now = record.deployed.settings, entry.told
    changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    if record.deployed.version != version:
        changed.append(f"program {record.deployed.version}")
    if changed:
        return replace(entry, status=StackStatus.CHANGED, changed=changed, reason=reason)
    return replace(entry, status=StackStatus.FAILED if failed else StackStatus.AS_DEPLOYED, reason=reason)


def _orphaned(record: StackRecord) -> PlannedStack:
    account = Account(record.account_id, record.account_id)
    return PlannedStack(account, record.stack, StackStatus.ORPHANED, reason="deployed, but not in the source any more")
