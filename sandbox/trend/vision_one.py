"""Vision One: the Cloud One half of the enrollment (`visionone-connect`) and Vision One's own half (`visionone`)."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from flask import request
from pydantic import Field

from sandbox.trend.cloud_one import CloudOneService
from sandbox.trend.errors import ErrorReply, vision_one_body
from sandbox.trend.records import Registration, digest, now_text
from sandbox.trend.service import Body, Reply, Route, SimulatedService, read_body


class NewRegistration(Body):
    """Body of POST /connectors."""

    enrollment_token: str = Field(min_length=1)


class VisionOneConnectService(CloudOneService):
    """The registration of the Cloud One account. Beside the POST all is unknown [U], so the tenant decides."""

    name = "visionone-connect"

    def routes(self) -> tuple[Route, ...]:
        """The service's calls."""
        return (
            Route("POST", "/connectors", self.register),
            Route("GET", "/connectors", self.read),
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
            return _shown(state.registration)

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

    def read(self) -> Reply:
        """The registration, 404 without one, in the form that the tenant's behaviors name [U]."""
        if not self.tenant.behaviors.registration_read:
            raise ErrorReply(405, "The method GET is not allowed here")
        registration = self.state.registration
        if registration is None:
            raise ErrorReply(404, "The account is not registered with Vision One")
        one = _shown(registration)
        forms: dict[str, Reply] = {"registration": one, "list": [one], "list in an object": {"connectors": [one]}}
        return forms[self.tenant.behaviors.registration_form]


def _shown(registration: Registration) -> dict[str, object]:
    return {"registration": {"status": registration.status}}


class VisionOneService(SimulatedService):
    """Whether Vision One can be reached."""

    name = "visionone"
    trace_header = "x-trace-id"

    def routes(self) -> tuple[Route, ...]:
        """The service's calls."""
        return (Route("GET", "/v3.0/healthcheck/connectivity", self.health),)

    def error_body(self, refusal: ErrorReply) -> dict[str, object]:
        """`{"error": {"code", "message"}}`."""
        return vision_one_body(refusal)

    def authorize(self, _: Route | None) -> None:
        """Let `Authorization: Bearer <token>` pass; no version header is asked for."""
        expected = f"Bearer {self.tenant.vision_one_token}"
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
            raise ErrorReply(401, "The token is missing, malformed or unknown")

    def health(self) -> dict[str, object]:
        """Vision One can be reached."""
        return {"status": "available"}
