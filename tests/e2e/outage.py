"""An outage in the middle of a run, whatever the run is doing by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox

WAYS = ("500", "403", "reply lost", "iam refused", "cloudformation refused", "s3 refused")


@dataclass(frozen=True)
class Outage:
    """From its `nth` call on, Trend or a service of AWS fails; a lost reply is a single one, as lost replies are."""

    nth: int

    def disturb(self, sandbox: Sandbox, way: str) -> Callable[[], bool]:
        """Let it begin; return what tells whether it did."""
        if way.endswith(" refused"):
            service = way.removesuffix(" refused")
            fault = Fault(service=service, nth=self.nth, count=None, status=403, code="AccessDenied")
            refused = sandbox.aws_control.add_fault(fault)
            return lambda: sandbox.aws_control.fault_seen(refused) >= self.nth
        kind = (
            {"kind": "drop", "when": "after", "count": 1}
            if way == "reply lost"
            else {"kind": "status", "status": int(way), "count": None}
        )
        number = sandbox.trend.add_fault(Fault.model_validate({"nth": self.nth, **kind}))
        return lambda: sandbox.trend.fault_seen(number) >= self.nth
