"""A strict, stateful stand-in for the services of Trend Cloud One and Trend Vision One.

Each service has one base, `<url>/<service>`, in the place of the real base that ends in `/api`.
"""

from sandbox.trend.client import SimulatorControl, SimulatorError
from sandbox.trend.dialect import Dialect
from sandbox.trend.faults import Fault
from sandbox.trend.request_log import LoggedRequest
from sandbox.trend.simulator import Simulator
from sandbox.trend.tenant import ApiKey, Behaviours, EnrolmentToken, ServiceEntry, Tenant, default_tenant

__all__ = [
    "ApiKey",
    "Behaviours",
    "Dialect",
    "EnrolmentToken",
    "Fault",
    "LoggedRequest",
    "ServiceEntry",
    "Simulator",
    "SimulatorControl",
    "SimulatorError",
    "Tenant",
    "default_tenant",
]
