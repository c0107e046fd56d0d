"""The one object that all parts of the simulator share."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.trend.role_trial import RoleTrial
from sandbox.trend.state import TenantState
from sandbox.trend.tenant import Tenant


@dataclass
class Simulation:
    """A tenant, what it holds, and how its roles are tried."""

    tenant: Tenant
    roles: RoleTrial
    state: TenantState = field(default_factory=TenantState)
