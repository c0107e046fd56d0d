"""The services `accounts` (which has no region in real life) and `services`."""

from __future__ import annotations

from sandbox.trend.cloud_one import CloudOneService, caller
from sandbox.trend.errors import ErrorReply
from sandbox.trend.records import now_text
from sandbox.trend.service import ServedCall


class AccountsService(CloudOneService):
    """The tenant's API keys."""

    name = "accounts"

    def routes(self) -> tuple[ServedCall, ...]:
        """The service's only call."""
        return (ServedCall("GET", "/apikeys/{id}", self.read_key, own_key_only=True),)

    def read_key(self, key_id: str) -> dict[str, object]:
        """A key reads itself, and no other here."""
        key = caller()
        if key_id != key.id:
            raise ErrorReply(403, "Not authorized to read another API key")
        return {
            "id": key.id,
            "alias": key.alias,
            "roleID": key.role,
            "enabled": key.enabled,
            "created": key.created,
            "lastActivity": now_text(),
            "allowedIPs": [],
            "urn": f"urn:cloudone:identity:{self.tenant.region}:{self.tenant.account_id}:apikey/{key.id}",
        }


class ServiceList(CloudOneService):
    """Which services the tenant has, and until when."""

    name = "services"

    def routes(self) -> tuple[ServedCall, ...]:
        """The service's only call."""
        return (ServedCall("GET", "/services", self.list),)

    def list(self) -> dict[str, object]:
        """All services of the tenant, expired ones too."""
        return {"services": [vars(entry) for entry in self.tenant.services]}
