"""The gate's own calls, below `/_sandbox`: look inside, set the scene.

| call | does |
| --- | --- |
| GET health | tells who answers on this port |
| POST reset | back to the start: nothing made, nothing logged, no faults, no latency, no limit |
| GET, DELETE requests | the requests since the start or the last DELETE; see `LoggedRequest` |
| POST, DELETE faults | POST puts a fault in force and tells its number, DELETE lifts all; see `Fault` |
| GET faults/<number> | how many requests a fault was asked about |
| PUT latency | seconds by which each request is slowed down |
| PUT, DELETE rate | PUT answers calls above a limit with 429 and Retry-After, DELETE lifts it; see `RateLimit` |

A world adds its own. No authorization: the sandbox listens on the loopback address alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from sandbox.gate.call import PREFIX
from sandbox.gate.faults import Fault
from sandbox.gate.gate import Gate
from sandbox.gate.rate import RateKeeper, RateLimit

ControlAnswer = dict[str, Any] | list[Any] | Response | tuple[str, int]
DONE = ("", 204)


class Latency(BaseModel):
    """Body of PUT /_sandbox/latency."""

    model_config = ConfigDict(extra="forbid")

    seconds: float = Field(ge=0, le=60)


class ControlSurface:
    """The calls of one gate.

    Args:
        gate: whose calls they are.
        health: what GET health tells beside the process.
        reset: puts the world back to its start.
    """

    def __init__(self, gate: Gate, health: Callable[[], dict[str, Any]], reset: Callable[[], None]) -> None:
        self._gate, self._health, self._reset = gate, health, reset
        self._app = Flask("sandbox.gate", static_folder=None)
        self._app.register_error_handler(ValueError, _on_invalid)
        self._app.register_error_handler(LookupError, _on_missing)
        self.add("GET", "/health", lambda: {"status": "ok", "pid": os.getpid(), **self._health()})
        self.add("POST", "/reset", self._back_to_the_start)
        self.add("GET", "/requests", lambda: [each.model_dump(mode="json") for each in gate.log.entries()])
        self.add("DELETE", "/requests", gate.log.clear)
        self.add("POST", "/faults", lambda: {"number": gate.faults.add(Fault.model_validate_json(request.get_data()))})
        self.add("DELETE", "/faults", gate.faults.clear)
        self.add("GET", "/faults/<int:number>", lambda number: {"seen": gate.faults.seen(number)})
        self.add("PUT", "/latency", self._slow_down)
        self.add("PUT", "/rate", self._limit)

    def add(self, method: str, path: str, view: Callable[..., ControlAnswer | None]) -> None:
        """Add a call; a ValueError of its view is answered with 400, a LookupError with 404, nothing with 204."""

        def answer(**parts: Any) -> ControlAnswer:
            answered = view(**parts)
            return DONE if answered is None else answered

        self._app.add_url_rule(path, f"{method} {path}", answer, methods=[method])

    def in_front_of_gate(self) -> DispatcherMiddleware:
        """Return the whole application: these calls, and the gate for all others."""
        return DispatcherMiddleware(self._gate, {PREFIX: self._app})

    def _back_to_the_start(self) -> None:
        self._reset()
        self._gate.reset()

    def _slow_down(self) -> None:
        self._gate.latency = Latency.model_validate_json(request.get_data()).seconds

    def _limit(self) -> None:
        self._gate.rate = RateKeeper(RateLimit.model_validate_json(request.get_data()))


def json_object() -> dict[str, Any]:
    """Return the body of a control call.

    Raises:
        ValueError: it is not a JSON object.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def _on_invalid(error: ValueError) -> tuple[Response, int]:
    if isinstance(error, ValidationError):  # without the values: they may be secrets
        details = error.errors(include_url=False, include_context=False, include_input=False)
        reasons = "; ".join(f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}" for detail in details)
        return jsonify(message=reasons), 400
    return jsonify(message=str(error)), 400


def _on_missing(error: LookupError) -> tuple[Response, int]:
    return jsonify(message=f"there is no {error.args[0]}"), 404
