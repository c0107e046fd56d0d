"""A strict, stateful stand-in for the services of Trend Cloud One and Trend Vision One.

Each service has one base, `<url>/<service>`, in the place of the real base that ends in `/api`.
"""

from sandbox.trend.business import Business, BusinessFeature, BusinessKey
from sandbox.trend.client import SimulatorControl
from sandbox.trend.dialect import Dialect
from sandbox.trend.simulator import Simulator
from sandbox.trend.tenant import Behaviors, EnrollmentToken, ServiceEntry, Tenant, TenantKey, default_tenant

__all__ = [
    "Behaviors",
    "Business",
    "BusinessFeature",
    "BusinessKey",
    "Dialect",
    "EnrollmentToken",
    "ServiceEntry",
    "Simulator",
    "SimulatorControl",
    "Tenant",
    "TenantKey",
    "default_tenant",
]
