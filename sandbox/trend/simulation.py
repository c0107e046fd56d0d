"""The one object that all parts of the simulator share."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sandbox.trend.faults import FaultBook
from sandbox.trend.request_log import RequestLog
from sandbox.trend.role_trial import RoleTrial
from sandbox.trend.state import TenantState
from sandbox.trend.tenant import Tenant


@dataclass
class Simulation:
    """A tenant, what it remembers, and how its services are made to misbehave.

    Attributes:
        latency: seconds added to every call of a service.
        stopping: set when the server ends, so that nothing keeps waiting.
    """

    tenant: Tenant
    roles: RoleTrial
    requests: RequestLog
    state: TenantState = field(default_factory=TenantState)
    faults: FaultBook = field(default_factory=FaultBook)
    latency: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)

    def pause(self, seconds: float) -> bool:
        """Wait, but not beyond the server's end; tells whether that has come."""
        return seconds > 0 and self.stopping.wait(seconds)

    def reset(self) -> None:
        """Back to the start: nothing linked, nothing logged, no faults, no latency. The tenant stays as it is set."""
        self.state.reset()
        self.faults.clear()
        self.requests.clear()
        self.latency = 0.0
