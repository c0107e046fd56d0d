"""Cloud One's list of services: what the tenant is licensed for."""

from __future__ import annotations

from components.trend.replies import Reply
from components.trend.transport import Transport


class LicensedService(Reply, frozen=True):
    """One service of the tenant.

    Attributes:
        name: for example `workload`.
        expired: whether its license has run out.
        expires: when it runs out; empty for never.
    """

    name: str
    expired: bool = False
    expires: str = ""


class _Services(Reply, frozen=True):
    services: list[LicensedService]


class Services:
    """Client of the services service in one region."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> list[LicensedService]:
        """Return the services of the tenant, expired ones too."""
        reply = self._transport.get_of_tenant("/services")
        return self._transport.parse(_Services, reply, "GET /services").services
