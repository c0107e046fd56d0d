"""Vision One: the Cloud One half of the enrolment (`visionone-connect`) and Vision One's own half (`visionone`)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from pydantic import Field

from sandbox.trend.auth import CloudOneKeys, VisionOneTokens
from sandbox.trend.errors import Refusal, cloud_one_body, vision_one_body
from sandbox.trend.records import Registration, digest, now_text
from sandbox.trend.service import Body, Route, Service, read_body
from sandbox.trend.simulation import Simulation

_TOKEN_LIFE = timedelta(hours=24)


class NewRegistration(Body):
    """Body of POST /connectors."""

    enrollment_token: str = Field(min_length=1)


class VisionOneConnect:
    """The registration of the Cloud One account. Beside the POST all is unknown [U], so the tenant decides."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def service(self) -> Service:
        """The service's calls."""
        return Service(
            name="visionone-connect",
            routes=(
                Route("POST", "/connectors", self.register),
                Route("GET", "/connectors", self.read),
            ),
            error_body=cloud_one_body,
            authorize=CloudOneKeys(self._simulation).authorize,
        )

    def register(self) -> dict[str, object]:
        """Enrol with a token. A second registration is a conflict, whatever its token is worth [U]."""
        token = read_body(NewRegistration).enrollment_token
        state = self._simulation.state
        with state.lock:
            if state.registration:
                raise Refusal(409, "The account is already registered with Vision One")
            reason = self._objection(token)
            if reason:
                raise Refusal(400, "The enrollment token is not valid", {"enrollmentToken": reason})
            state.used_enrolment_tokens.add(digest(token))
            state.registration = Registration(registered=now_text())
            return _shown(state.registration)

    def _objection(self, token: str) -> str | None:
        """Why a token cannot serve, or None. Called with the state's lock held."""
        state = self._simulation.state
        expiries = {digest(known.value): known.expires for known in self._simulation.tenant.enrolment_tokens}
        used = {digest(known.value) for known in self._simulation.tenant.enrolment_tokens if known.used}
        fingerprint = digest(token)
        if fingerprint not in expiries:
            return "is unknown"
        if fingerprint in used | state.used_enrolment_tokens:
            return "has been used"
        if expiries[fingerprint] <= datetime.now(timezone.utc):
            return "has expired"
        return None

    def read(self) -> dict[str, object]:
        """The registration, 404 without one."""
        if not self._simulation.tenant.behaviours.registration_read:
            raise Refusal(405, "The method GET is not allowed here")
        registration = self._simulation.state.registration
        if registration is None:
            raise Refusal(404, "The account is not registered with Vision One")
        return _shown(registration)


def _shown(registration: Registration) -> dict[str, object]:
    return {"registration": {"status": registration.status}}


class VisionOne:
    """Whether Vision One can be reached."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def service(self) -> Service:
        """The service's calls."""
        return Service(
            name="visionone",
            routes=(Route("GET", "/v3.0/healthcheck/connectivity", self.health),),
            error_body=vision_one_body,
            authorize=VisionOneTokens(self._simulation).authorize,
            trace_header="x-trace-id",
        )

    def health(self) -> dict[str, object]:
        """Vision One can be reached."""
        return {"status": "available"}
