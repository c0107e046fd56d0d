"""Vision One: whether it answers, and Cloud One's half of the integration with it."""

from __future__ import annotations

from typing import Any

import msgspec

from components.trend.errors import BadRequest, Forbidden, NotFound, Unauthenticated
from components.trend.replies import Reply
from components.trend.transport import Transport

REGISTERED = "registered"
"""Stands for the status of a registration that is there and does not say how it stands."""


class _Registration(Reply, frozen=True):
    status: str = ""


class _Connector(Reply, frozen=True):
    registration: _Registration = msgspec.field(default_factory=_Registration)


class VisionOneConnectClient:
    """Client of the Vision One integration in one Cloud One region.

    Undocumented: reading the registration, and what a second enrollment answers. Only the enrollment itself was seen,
    in the published CloudFormation solution. The reading takes each form that it may have: the answer of the
    enrollment, a list of such, or an object that holds one. Any other form counts as not told, and nothing else breaks.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def status(self) -> str:
        """Return how the registration stands, for example `registered`; empty when it cannot be told.

        A gateway that has no such route answers 403, 404 or 405, so none of these says that there is no registration.
        A 401 does not come from a missing route, and is an error.

        Raises:
            TrendError: the service failed or gave no usable reply.
        """
        try:
            reply = self._transport.call("GET", "/connectors", lists=True)
        except (NotFound, Forbidden, BadRequest):
            return ""
        return _status_in(reply)

    def enroll(self, enrollment_token: str) -> str:
        """Register Cloud One with Vision One and return how the registration stands.

        This moves endpoint management to Vision One and cannot simply be undone. A token serves once, for a day.

        Raises:
            Conflict: there is a registration already.
            NoReply: perhaps after it was carried out; look before asking again.
        """
        reply = self._transport.call("POST", "/connectors", body={"enrollmentToken": enrollment_token})
        return self._transport.parse(_Connector, reply, "POST /connectors").registration.status


def _status_in(reply: Any) -> str:
    """Return the status of the registration that an answer shows, in whichever form; empty where it shows none."""
    if isinstance(reply, list):
        statuses = [_status_in(each) or REGISTERED for each in reply if each]
        return next(iter(statuses), "")
    if not isinstance(reply, dict):
        return ""
    registration = reply.get("registration")
    if isinstance(registration, dict):
        return str(registration.get("status") or "") or (REGISTERED if registration else "")
    return next((status for each in reply.values() if isinstance(each, list) and (status := _status_in(each))), "")


class VisionOneClient:
    """Client of Vision One itself. The program has no token of it, so it can tell no more than whether it answers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def require_reachable(self) -> None:
        """Make sure that Vision One answers; that it asks for a token is an answer.

        Raises:
            TrendError: it does not, or it has a fault.
        """
        try:
            self._transport.call("GET", "/v3.0/healthcheck/connectivity")
        except (Unauthenticated, Forbidden):
            return
