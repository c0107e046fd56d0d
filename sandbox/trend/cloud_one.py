"""What Cloud One's services have in common: who calls, whether they may, and how an error reads."""

from __future__ import annotations

import hmac

from flask import g, request

from sandbox.trend.errors import ErrorReply, cloud_one_body
from sandbox.trend.service import ServedCall, SimulatedService
from sandbox.trend.tenant import FULL_ACCESS, READ_ONLY, TenantKey


class CloudOneService(SimulatedService):
    """A service that asks for `Authorization: ApiKey <id>:<secret>` with `api-version: v1`."""

    def error_body(self, refusal: ErrorReply) -> dict[str, object]:
        """`{"message", "fields"}`."""
        return cloud_one_body(refusal)

    def authorize(self, route: ServedCall | None) -> None:
        """Let the call pass, and remember the key for `caller`.

        Raises:
            ErrorReply: 400 without the version; 401 for a key that is not the tenant's; 403 for one that is locked or
                whose role does not allow the call. The order of these checks is an assumption [I].
        """
        if request.headers.get("api-version") != "v1":
            raise ErrorReply(400, "The request needs the header api-version: v1")
        key = self._known_key()
        reads_itself = route is not None and route.own_key_only
        if not key.enabled and not (reads_itself and self.tenant.behaviors.disabled_key == "reads-itself"):
            raise ErrorReply(403, "Not authorized to use this API key: it is disabled")
        if route is not None and not reads_itself and not _role_allows(key.role, route):
            raise ErrorReply(403, f"Not authorized to make this call with the role {key.role}")
        g.caller = key

    def _known_key(self) -> TenantKey:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        key_id, _, secret = value.strip().partition(":")
        if scheme == "ApiKey" and key_id and secret:
            for key in self.tenant.api_keys:
                if key.id == key_id and hmac.compare_digest(key.secret.encode(), secret.encode()):
                    return key
        raise ErrorReply(401, "The API key is missing, malformed or unknown")


def _role_allows(role: str, route: ServedCall) -> bool:
    return role == FULL_ACCESS or (role == READ_ONLY and not route.changing)


def caller() -> TenantKey:
    """Return the key that makes the current call."""
    key = g.caller
    assert isinstance(key, TenantKey)
    return key
