"""`python -m operate up|revert` on the real engine: a run that fails or dies leaves everything as it was before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.aws.faults import Fault as AwsFault
from sandbox.simulator import Fault
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import PULUMI, UP, begin, kill, operate, wait_until
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, Stack

REFUSED_CONNECTOR = Fault(
    kind="status", status=500, service="workload", method="POST", path="/awsconnectors", count=None
)
CONFLICTING_ROLE = AwsFault(service="iam", action="PutRolePolicy", status=403, code="AccessDenied", times=0)


def pending(stack: Stack) -> list[Any]:
    deployment = json.loads(stack.succeed("stack", "export"))["deployment"]
    return deployment.get("pending_operations") or []


@pytest.mark.parametrize("where", ["trend", "aws"])
def test_a_first_deployment_that_fails_leaves_trend_and_aws_as_they_were(stack: Stack, where: str) -> None:
    stack.configure({"createNewTrail": True})
    sandbox = stack.sandbox
    before, untouched = aws_inventory(sandbox), sandbox.trend.state()
    if where == "trend":
        sandbox.trend.add_fault(REFUSED_CONNECTOR)
    else:
        sandbox.aws_control.add_fault(CONFLICTING_ROLE)

    run = operate(stack, *UP)

    assert run.code == 1, run.output
    assert aws_inventory(sandbox) == before, run.output
    after = sandbox.trend.state()
    assert (after.connectors, after.cloud_accounts) == (untouched.connectors, untouched.cloud_accounts)
    assert "to nothing" in run.output
