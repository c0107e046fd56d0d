"""Vision One: the Cloud One half of the enrolment (`visionone-connect`) and Vision One's own half (`visionone`)."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta, timezone
from typing import Literal

from flask import Response
from pydantic import Field

from sandbox.trend.auth import CloudOneKeys, VisionOneTokens
from sandbox.trend.errors import Refusal, cloud_one_body, vision_one_body
from sandbox.trend.records import Registration, VisionOneConnector, digest, now_text
from sandbox.trend.service import Body, Route, Service, no_content, read_body
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
                Route("DELETE", "/connectors", self.delete),
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
        expiries |= {known.token_digest: known.token_expire_time for known in state.vision_one_connectors.values()}
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

    def delete(self) -> Response:
        """Undo the registration, where the tenant's behaviours offer it."""
        if not self._simulation.tenant.behaviours.registration_delete:
            raise Refusal(405, "The method DELETE is not allowed here")
        with self._simulation.state.lock:
            if self._simulation.state.registration is None:
                raise Refusal(404, "The account is not registered with Vision One")
            self._simulation.state.registration = None
        return no_content()


def _shown(registration: Registration) -> dict[str, object]:
    return {"registration": {"status": registration.status}}


class NewEnrolment(Body):
    """Body of POST …/instances/enrollment. `scc` is the only product known [V]."""

    product_id: Literal["scc"]


class VisionOne:
    """Health, and two preview calls that Vision One's public reference does not list."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def service(self) -> Service:
        """The service's calls."""
        return Service(
            name="visionone",
            routes=(
                Route("GET", "/v3.0/healthcheck/connectivity", self.health),
                Route("POST", "/v1.0/preview/uic/instances/enrollment", self.enrol),
                Route("DELETE", "/v2.0/xdr/portal/connectors/onpremise/{connectorId}", self.delete),
            ),
            error_body=vision_one_body,
            authorize=VisionOneTokens(self._simulation).authorize,
            trace_header="x-trace-id",
        )

    def health(self) -> dict[str, object]:
        """Vision One can be reached."""
        return {"status": "available"}

    def enrol(self) -> dict[str, object]:
        """Make an enrolment token, good for a day, which the Cloud One half then takes."""
        read_body(NewEnrolment)
        token = f"sandbox.enrolment.{secrets.token_urlsafe(24)}"
        connector = VisionOneConnector(
            connector_id=str(uuid.uuid4()),
            token_digest=digest(token),
            token_expire_time=datetime.now(timezone.utc).replace(microsecond=0) + _TOKEN_LIFE,
        )
        with self._simulation.state.lock:
            self._simulation.state.vision_one_connectors[connector.connector_id] = connector
        return {
            "token": token,
            "connectorId": connector.connector_id,
            # The form of the time is an assumption [I].
            "tokenExpireTime": connector.token_expire_time.isoformat().replace("+00:00", "Z"),
        }

    def delete(self, connector_id: str) -> Response:
        """Remove a connector, and with it its unused token. The Cloud One half stays registered [U]."""
        with self._simulation.state.lock:
            if self._simulation.state.vision_one_connectors.pop(connector_id, None) is None:
                raise Refusal(404, "The connector does not exist")
        return no_content()
