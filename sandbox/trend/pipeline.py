"""What happens around every call: latency, faults, authorization, errors in the service's form, the request log."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from sandbox.trend.control import PREFIX
from sandbox.trend.errors import Refusal, cloud_one_body
from sandbox.trend.fault_replies import DroppedReply, faulty_reply
from sandbox.trend.faults import Fault
from sandbox.trend.records import now_text
from sandbox.trend.redaction import Redactor
from sandbox.trend.request_log import LoggedRequest
from sandbox.trend.service import Reply, Route, Service
from sandbox.trend.simulation import Simulation


@dataclass
class _Call:
    """The current call. `route` is None where the service has no such call, `template` where it has no such path."""

    sequence: int
    arrived: str
    service_name: str
    service: Service | None
    route: Route | None
    template: str | None
    faults: list[Fault]
    acted: list[str] = field(default_factory=list)
    replaced: bool = False


class Pipeline:
    """Mounts the services on an application, and stands between them and their clients."""

    def __init__(self, app: Flask, simulation: Simulation, services: tuple[Service, ...]) -> None:
        self._app = app
        self._simulation = simulation
        self._services = {service.name: service for service in services}
        self._routes: dict[str, Route] = {}
        for service in services:
            for route in service.routes:
                self._mount(service, route)
        app.before_request(self._before)
        app.after_request(self._after)
        app.register_error_handler(Refusal, self._on_refusal)
        app.register_error_handler(HTTPException, self._on_http_error)

    def _mount(self, service: Service, route: Route) -> None:
        endpoint = f"{service.name} {route.method} {route.path}"
        self._routes[endpoint] = route

        def view(**parts: str) -> Reply:
            return route.view(*parts.values())

        rule = f"/{service.name}{route.path}".replace("{", "<").replace("}", ">")
        self._app.add_url_rule(rule, endpoint, view, methods=[route.method], provide_automatic_options=False)

    def _before(self) -> Response | None:
        if request.path.startswith(PREFIX):
            return None
        call = g.call = self._identify()
        if self._simulation.pause(self._simulation.latency):
            return DroppedReply()
        reply = self._act(call, "before", None)
        if reply is not None:
            return reply
        if call.service:
            call.service.authorize(call.route)
        if call.route:
            _refuse_strange_requests(call.route)
        return None

    def _identify(self) -> _Call:
        name, _, below = request.path.removeprefix("/").partition("/")
        route = self._routes.get(request.url_rule.endpoint) if request.url_rule else None
        template = route.path if route else self._template_of_other_method()
        return _Call(
            sequence=self._simulation.requests.next_sequence(),
            arrived=now_text(),
            service_name=name,
            service=self._services.get(name),
            route=route,
            template=template,
            faults=self._simulation.faults.hits(name, request.method, template, f"/{below}"),
        )

    def _template_of_other_method(self) -> str | None:
        """The template of a path that exists, but not for this method."""
        error = request.routing_exception
        if not isinstance(error, MethodNotAllowed) or not error.valid_methods:
            return None
        adapter = self._app.url_map.bind("")
        rule, _ = adapter.match(request.path, method=next(iter(error.valid_methods)), return_rule=True)
        known = self._routes.get(rule.endpoint)
        return known.path if known else None

    def _act(self, call: _Call, when: str, true_reply: Response | None) -> Response | None:
        """Let the faults of this moment act: all delays, then the oldest fault that replaces the reply."""
        acting = [fault for fault in call.faults if fault.when == when]
        for fault in acting:
            if fault.kind == "delay":
                call.acted.append(fault.kind)
                if self._simulation.pause(fault.seconds):
                    return DroppedReply()
        replacing = [fault for fault in acting if fault.kind != "delay"]
        if not replacing or call.replaced:
            return None
        call.replaced = True
        call.acted.append(replacing[0].kind)
        error_body = call.service.error_body if call.service else cloud_one_body
        return faulty_reply(replacing[0], error_body, true_reply)

    def _after(self, response: Response) -> Response:
        call: _Call | None = g.get("call")
        if call is None:
            return response
        response = self._act(call, "after", response) or response
        dialect = self._simulation.tenant.dialect
        dialect.speak(response, f"{request.method} {call.service_name} {call.template}", call.service_name)
        if call.service and call.service.trace_header:
            response.headers[dialect.trace_header or call.service.trace_header] = str(uuid.uuid4())
        self._log(call, response)
        return response

    def _log(self, call: _Call, response: Response) -> None:
        scheme_and_key = request.headers.get("Authorization", "").replace(":", " ").split()
        redactor = Redactor([*self._simulation.tenant.secrets(), *scheme_and_key[1:]])
        self._simulation.requests.append(
            LoggedRequest.model_validate(
                {
                    "sequence": call.sequence,
                    "time": call.arrived,
                    "service": call.service_name if call.service else "{?}",
                    "method": request.method,
                    "path": call.template or self._masked(call),
                    "query": redactor.value(request.args.to_dict()),
                    "status": None if isinstance(response, DroppedReply) else response.status_code,
                    "changing": call.route.changing if call.route else request.method != "GET",
                    "connection": request.environ["REMOTE_PORT"],
                    "body": _logged_body(redactor),
                    "fault": ",".join(call.acted) or None,
                }
            )
        )

    def _masked(self, call: _Call) -> str:
        """An unknown path, showing only those parts that a path of the service can have: the rest may be a secret."""
        routes = call.service.routes if call.service else ()
        known = {part for route in routes for part in route.path.split("/")}
        parts = request.path.removeprefix("/").split("/")[1:]
        return "".join(f"/{part if part in known else '{?}'}" for part in parts)

    def _on_refusal(self, refusal: Refusal) -> Response:
        call: _Call | None = g.get("call")
        error_body = call.service.error_body if call and call.service else cloud_one_body
        response = jsonify(error_body(refusal))
        response.status_code = refusal.status
        return response

    def _on_http_error(self, error: HTTPException) -> Response:
        status = error.code or 500
        message = {
            404: "The requested resource does not exist",
            405: f"The method {request.method} is not allowed here",
        }.get(status, error.name)
        response = self._on_refusal(Refusal(status, message))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response


def _refuse_strange_requests(route: Route) -> None:
    """Refuse what the routing lets through, but no service documents: HEAD, and unknown query parameters."""
    if request.method != route.method:
        raise Refusal(405, f"The method {request.method} is not allowed here")
    unknown = sorted(set(request.args) - route.query)
    if unknown:
        raise Refusal(400, "The query is not valid", dict.fromkeys(unknown, "is unknown"))


def _logged_body(redactor: Redactor) -> object:
    if not request.get_data():
        return None
    body = request.get_json(force=True, silent=True)
    return redactor.value(body) if isinstance(body, dict) else f"[not a JSON object, {len(request.get_data())} bytes]"
