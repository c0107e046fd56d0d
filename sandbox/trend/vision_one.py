"""Vision One: the Cloud One half of the enrollment (`visionone-connect`) and Vision One's own half (`visionone`)."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from flask import request
from pydantic import Field

from sandbox.trend.business import BusinessKey
from sandbox.trend.cloud_one import CloudOneService
from sandbox.trend.errors import ErrorReply, vision_one_body
from sandbox.trend.records import Registration, digest, now_text
from sandbox.trend.service import Body, ServedCall, ServedReply, SimulatedService, read_body
from sandbox.trend.vision_one_accounts import VisionOneAccounts
from sandbox.trend.vision_one_registrations import VisionOneRegistrations
from sandbox.trend.vision_one_templates import VisionOneTemplates

_LARGEST_BODY = 100_000
"""Bytes; Vision One's own limit is unknown [U]."""


class NewRegistration(Body):
    """Body of POST /connectors."""

    enrollment_token: str = Field(min_length=1)


class VisionOneConnectService(CloudOneService):
    """The registration of the Cloud One account. Beside the POST all is unknown [U], so the tenant decides."""

    name = "visionone-connect"

    def routes(self) -> tuple[ServedCall, ...]:
        """The service's calls."""
        return (
            ServedCall("POST", "/connectors", self.register),
            ServedCall("GET", "/connectors", self.read),
        )

    def register(self) -> dict[str, object]:
        """Enroll with a token. A second registration is a conflict, whatever its token is worth [U]."""
        token = read_body(NewRegistration).enrollment_token
        state = self.state
        with state.lock:
            if state.registration:
                raise ErrorReply(409, "The account is already registered with Vision One")
            reason = self._objection(token)
            if reason:
                raise ErrorReply(400, "The enrollment token is not valid", {"enrollmentToken": reason})
            state.used_enrollment_tokens.add(digest(token))
            state.registration = Registration(registered=now_text())
            return _describe(state.registration)

    def _objection(self, token: str) -> str | None:
        """Why a token cannot serve, or None. Called with the state's lock held."""
        state = self.state
        expiries = {digest(known.value): known.expires for known in self.tenant.enrollment_tokens}
        used = {digest(known.value) for known in self.tenant.enrollment_tokens if known.used}
        fingerprint = digest(token)
        if fingerprint not in expiries:
            return "is unknown"
        if fingerprint in used | state.used_enrollment_tokens:
            return "has been used"
        if expiries[fingerprint] <= datetime.now(UTC):
            return "has expired"
        return None

    def read(self) -> ServedReply:
        """The registration, 404 without one, in the form that the tenant's behaviors name [U]."""
        if not self.tenant.behaviors.registration_read:
            raise ErrorReply(405, "The method GET is not allowed here")
        registration = self.state.registration
        if registration is None:
            raise ErrorReply(404, "The account is not registered with Vision One")
        one = _describe(registration)
        forms: dict[str, ServedReply] = {"registration": one, "list": [one], "list in an object": {"connectors": [one]}}
        return forms[self.tenant.behaviors.registration_form]


def _describe(registration: Registration) -> dict[str, object]:
    return {"registration": {"status": registration.status}}


class VisionOneService(SimulatedService):
    """Vision One itself: whether it can be reached, and Cloud Account Management."""

    name = "visionone"
    trace_header = "x-trace-id"

    def routes(self) -> tuple[ServedCall, ...]:
        """The service's calls; those of templates have paths that would also fit an account's."""
        accounts = VisionOneAccounts(self._simulation)
        return (
            ServedCall("GET", "/v3.0/healthcheck/connectivity", self.health),
            *VisionOneTemplates(self._simulation).routes(),
            *VisionOneRegistrations(self._simulation, accounts).routes(),
            *accounts.routes(),
        )

    def error_body(self, refusal: ErrorReply) -> dict[str, object]:
        """`{"error": {"code", "message"}}`."""
        return vision_one_body(refusal)

    def authorize(self, route: ServedCall | None) -> None:
        """Let `Authorization: Bearer <key>` pass; no version header is asked for.

        Raises:
            ErrorReply: 413 for a body that is too large; 401 for a key that isn't the business's, is disabled or has
                expired; 403 for one whose role does not allow the call.
        """
        if len(request.get_data()) > _LARGEST_BODY:
            raise ErrorReply(413, "The request body is too large")
        if route is not None and route.public:
            return
        key = self._known_key()
        if not key.enabled or key.expires <= datetime.now(UTC):
            raise ErrorReply(401, "The API key is disabled or has expired")
        if route is not None and route.changing and not key.may_change:
            raise ErrorReply(403, "The role of the API key does not allow this call")

    def _known_key(self) -> BusinessKey:
        given = request.headers.get("Authorization", "").encode()
        for key in self.tenant.business.api_keys:
            if hmac.compare_digest(f"Bearer {key.value}".encode(), given):
                return key
        raise ErrorReply(401, "The API key is missing, malformed or unknown")

    def health(self) -> dict[str, object]:
        """Vision One can be reached."""
        return {"status": "available"}
