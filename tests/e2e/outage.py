"""An outage in the middle of a run, whatever the run is doing by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.aws.faults import Fault as AwsFault
from sandbox.sandbox import Sandbox
from sandbox.trend import Fault

WAYS = ("500", "403", "reply lost", "iam refused", "cloudformation refused", "s3 refused")


@dataclass(frozen=True)
class Outage:
    """From its `nth` call on, Trend or a service of AWS fails; a lost reply is a single one, as lost replies are."""

    nth: int

    def disturb(self, sandbox: Sandbox, way: str) -> Callable[[], bool]:
        """Let it begin; return what tells whether it did."""
        if way.endswith(" refused"):
            fault = AwsFault(way.removesuffix(" refused"), skip=self.nth - 1, times=0, status=403, code="AccessDenied")
            sandbox.aws_control.add_fault(fault)
            return lambda: sandbox.aws_control.faults_seen()[-1] >= self.nth
        kind = (
            {"kind": "drop", "when": "after", "count": 1}
            if way == "reply lost"
            else {"kind": "status", "status": int(way), "count": None}
        )
        number = sandbox.trend.add_fault(Fault.model_validate({"nth": self.nth, **kind}))
        return lambda: sandbox.trend.fault_seen(number) >= self.nth
