"""`python -m fleet` on the real engine, in the sandbox's organization."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.gate.faults import Fault
from sandbox.organization import Organization
from sandbox.sandbox import Sandbox
from tests.e2e.fleet_project import FleetProject


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("organization"), accounts=12) as sandbox:
        yield sandbox


@pytest.mark.full
def test_while_trend_asks_one_account_to_wait_no_other_calls(
    sandbox: Sandbox, organization: Organization, credentials: dict[str, str], tmp_path: Path
) -> None:
    # Nothing is on its way when the 429 is given, since that cannot be called back: one account comes to its connector
    # first, the other three seconds later, and both to their cloud accounts three seconds after their roles.
    sandbox.aws_control.add_fault(Fault(service="iam", action="CreateRole", kind="delay", seconds=3, nth=2, count=1))
    stacks = Fault(service="cloudformation", action="CreateStack", kind="delay", seconds=3, count=None)
    sandbox.aws_control.add_fault(stacks)
    sandbox.trend.add_fault(Fault(status=429, service="workload", action="POST /awsconnectors", retry_after=5))
    project = FleetProject(sandbox, credentials, tmp_path)
    project.write(source={"organizations": {}}, settings={"cloudTrail": False})
    project.run(f"up --accounts {','.join(account.id for account in organization.plain[:2])} --yes")
    calls = sandbox.trend.requests()
    (refused,) = [call for call in calls if call.status == 429]
    assert [call for call in calls if 0 < call.time - refused.time < 5] == []
    assert [call for call in calls if call.time - refused.time >= 5]
