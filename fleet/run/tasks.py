"""Turns what is planned into work: who is entered how, with which settings, in which wave."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from components.aws.clients import AwsClients
from components.aws.identity import AwsSettings
from fleet.checkout import Checkout
from fleet.file.together import TENANT
from fleet.outcome import RunState
from fleet.plan.stacks import PlannedStack, StackStatus
from fleet.run.entries import Bounds, Stage, Task
from fleet.unit.job import Job
from operate.console import OperateError

_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


class Tasks:
    """Makes the work of one checkout.

    Args:
        checkout: whose file says how.

    Raises:
        OperateError: nothing names the AWS region.
        AwsError: the caller is unknown.
    """

    def __init__(self, checkout: Checkout) -> None:
        self._fleet = checkout.fleet
        tenant_file = _stack_file(checkout.folder, checkout.fleet.tenant.stack)
        self._secrets_provider = str(tenant_file.get("secretsprovider") or "")
        named = [os.environ.get(name) for name in _REGION_VARIABLES]
        self._region = next(filter(None, [*named, (tenant_file.get("config") or {}).get("aws:region")]), "")
        if not self._region:
            raise OperateError("no AWS region is named: set AWS_REGION")
        self._own_account = AwsClients(AwsSettings.of({"region": self._region}.get)).caller.account_id

    def due(self, stack: PlannedStack, wave: str = "", settings: Mapping[str, Any] | None = None) -> Task:
        """Return the work for a stack.

        Args:
            stack: of the plan.
            wave: another than the plan's.
            settings: others than the plan's.
        """
        job = Job(
            account_id=stack.account.id if stack.account else self._own_account,
            stack=stack.stack,
            settings=dict(stack.settings if settings is None else settings),
            region=self._region,
            role_name=self._fleet.access.role_name,
            external_id=self._fleet.access.external_id or "",
            minutes=self._fleet.limits.minutes,
            enrolls=stack.enroll,
            secrets_provider=self._secrets_provider,
        )
        wave = wave or (stack.wave if stack.account else TENANT)
        return Task(job, stack.account.name if stack.account else "(the tenant)", wave, stack.told)

    def settled(self, stack: PlannedStack) -> Task:
        """Return what a run notes down of a stack with which nothing is done."""
        is_skipped = stack.status is StackStatus.SKIPPED
        task = self.due(stack)
        state = RunState.SKIPPED if is_skipped else RunState.UNCHANGED
        if stack.status is StackStatus.ORPHANED:
            state = RunState.ORPHANED
        return Task(task.job, task.name, "", task.told, state, stack.reason or stack.status.value)

    def stages(self, tasks: Iterable[Task]) -> list[Stage]:
        """Return the waves that tasks are in, the tenant's stack first."""
        names = {task.wave for task in tasks}
        planned = [Stage(wave.name, gated=wave.gate is not None) for wave in self._fleet.waves if wave.name in names]
        others = names - {stage.name for stage in planned} - {TENANT, ""}
        return [*([Stage(TENANT)] if TENANT in names else []), *planned, *map(Stage, sorted(others))]

    @property
    def bounds(self) -> Bounds:
        """The limits and rules of the file."""
        limits, stop = self._fleet.limits, self._fleet.stop
        return Bounds(limits.at_once, limits.starts_per_minute, stop.failed_percent, stop.same_error)


def _stack_file(folder: Path, stack: str) -> dict[str, Any]:
    path = folder / f"Pulumi.{stack}.yaml"
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}
