"""Trend's services behind the gate: which call a request is, who may make it, and errors in each service's form."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, request
from werkzeug.wrappers import Response

from sandbox.gate.call import Call, Environ
from sandbox.trend.errors import ErrorReply, cloud_one_body
from sandbox.trend.service import ServedCall, SimulatedService, json_reply
from sandbox.trend.simulation import Simulation


@dataclass(frozen=True)
class TrendCall(Call):
    """A request to Trend.

    Attributes:
        asked: the service; None where Trend has none of that name.
        routes: the service's calls of this path, whatever their method.
        route: the one that answers; None where the service has no such call.
        path: below the service.
    """

    asked: SimulatedService | None = None
    routes: tuple[ServedCall, ...] = ()
    route: ServedCall | None = None
    path: str = ""


class TrendWorld:
    """All services of one tenant."""

    def __init__(self, simulation: Simulation, services: Sequence[SimulatedService]) -> None:
        self._simulation = simulation
        self._services = {service.name: (service, service.routes()) for service in services}
        self._flask = Flask("sandbox.trend", static_folder=None)  # for its request context alone

    def identify(self, environ: Environ) -> TrendCall:
        """Name a request. A path that no service knows may hold a secret and is not shown."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        name, _, below = path.removeprefix("/").partition("/")
        service, known = self._services.get(name, (None, ()))
        routes = tuple(route for route in known if route.parts_of(f"/{below}") is not None)
        route = next((route for route in routes if route.method == method), None)
        return TrendCall(
            service=service.name if service else "unknown",
            action=f"{method} {routes[0].path if routes else 'unknown'}",
            changing=route.changing if route else method != "GET",
            asked=service,
            routes=routes,
            route=route,
            path=f"/{below}",
        )

    def answer(self, call: TrendCall, environ: Environ) -> Response:
        """Let the service do its work, if the caller may ask for it."""
        with self._flask.request_context(environ):
            try:
                return self._finish(call, _served(call))
            except ErrorReply as refusal:
                return self._refused(call, refusal)

    def error(self, call: TrendCall, status: int, _code: str, message: str) -> Response:
        """Word an error as the call's service does; those of Trend's that have a code have it by the status."""
        return self._refused(call, ErrorReply(status, message))

    def _refused(self, call: TrendCall, refusal: ErrorReply) -> Response:
        body = call.asked.error_body(refusal) if call.asked else cloud_one_body(refusal)
        return self._finish(call, json_reply(body, refusal.status))

    def _finish(self, call: TrendCall, reply: Response) -> Response:
        dialect = self._simulation.tenant.dialect
        dialect.speak(reply, call)
        if call.asked and call.asked.trace_header:
            reply.headers[dialect.trace_header or call.asked.trace_header] = str(uuid.uuid4())
        return reply


def _served(call: TrendCall) -> Response:
    if call.asked:
        call.asked.authorize(call.route)
    if call.route is None and call.routes:
        raise ErrorReply(405, f"The method {request.method} is not allowed here")
    if call.route is None:
        raise ErrorReply(404, "The requested resource does not exist")
    unknown = sorted(set(request.args) - call.route.query)
    if unknown:
        raise ErrorReply(400, "The query is not valid", dict.fromkeys(unknown, "is unknown"))
    reply = call.route.view(*(call.route.parts_of(call.path) or ()))
    return reply if isinstance(reply, Response) else json_reply(reply)
