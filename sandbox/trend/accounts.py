"""The services `accounts` (which has no region in real life) and `services`."""

from __future__ import annotations

from sandbox.trend.auth import CloudOneKeys, caller
from sandbox.trend.errors import Refusal, cloud_one_body
from sandbox.trend.service import Route, Service
from sandbox.trend.simulation import Simulation
from sandbox.trend.tenant import FULL_ACCESS, ApiKey


class Accounts:
    """The tenant's API keys."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def service(self) -> Service:
        """The service's only call."""
        return Service(
            name="accounts",
            routes=(Route("GET", "/apikeys/{id}", self.read_key, own_key_only=True),),
            error_body=cloud_one_body,
            authorize=CloudOneKeys(self._simulation).authorize,
        )

    def read_key(self, key_id: str) -> dict[str, object]:
        """A key reads itself; another key of the tenant is shown to full access only [I]."""
        asking = caller()
        if key_id != asking.id and asking.role != FULL_ACCESS:
            raise Refusal(403, "Not authorized to read another API key")
        key = next((known for known in self._simulation.tenant.api_keys if known.id == key_id), None)
        if key is None:
            raise Refusal(404, "The API key does not exist")
        return self._shown(key)

    def _shown(self, key: ApiKey) -> dict[str, object]:
        with self._simulation.state.lock:
            last_activity = self._simulation.state.last_activity.get(key.id)
        return {
            "id": key.id,
            "alias": key.alias,
            "roleID": key.role,
            "enabled": key.enabled,
            "created": key.created,
            "lastActivity": last_activity,
            "allowedIPs": list(key.allowed_ips),
            "urn": self._simulation.tenant.urn("apikey", key.id),
        }


class ServiceList:
    """Which services the tenant has, and until when."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def service(self) -> Service:
        """The service's only call."""
        return Service(
            name="services",
            routes=(Route("GET", "/services", self.list),),
            error_body=cloud_one_body,
            authorize=CloudOneKeys(self._simulation).authorize,
        )

    def list(self) -> dict[str, object]:
        """All services of the tenant, expired ones too."""
        return {
            "services": [
                {"name": entry.name, "expired": entry.expired, "expires": entry.expires}
                for entry in self._simulation.tenant.services
            ]
        }
