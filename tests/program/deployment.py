"""Runs the eight steps against the recorder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pulumi

from components.aws.context import AwsContext
from components.checks.findings import TrailDoubt
from components.checks.preflight import Preflight
from components.onboarding import Onboarding
from components.settings.model import Settings
from tests.program.recorder import PROJECT, STACK, WHERE, RecordingEngine


@dataclass
class DeployedProgram:
    """What became of a program: the engine's record, and the outputs."""

    engine: RecordingEngine
    outputs: dict[str, Any]


def deploy(
    settings: Settings,
    where: AwsContext = WHERE,
    *,
    doubt: TrailDoubt | None = None,
    found: Preflight | None = None,
    preview: bool = False,
    slow: str = "",
    until: Collection[str] = (),
) -> DeployedProgram:
    """Run the eight steps to their end; for the further arguments see `Onboarding` and `RecordingEngine`.

    All registrations are over when this returns, so that the absence of one can be asserted.
    """
    deployment = DeployedProgram(RecordingEngine(preview=preview, slow=slow, until=until), {})
    engine = deployment.engine
    pulumi.runtime.set_mocks(engine.mocks, project=PROJECT, stack=STACK, monitor=engine, preview=preview)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> Any:
        onboarding = Onboarding("trend", settings=settings, where=where, found=found or Preflight(doubt))
        return pulumi.Output.all(**onboarding.outputs).apply(deployment.outputs.update)

    program()
    return deployment
