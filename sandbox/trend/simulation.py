"""The one object that all parts of the simulator share."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.trend.role_trial import RoleTrial
from sandbox.trend.state import TenantState
from sandbox.trend.tenant import Tenant


@dataclass
class Simulation:
    """A tenant, what it holds, and the AWS in which roles are tried; None accepts every role."""

    tenant: Tenant
    roles: RoleTrial | None
    state: TenantState = field(default_factory=TenantState)
