"""What a service is made of, and how its calls read what they are sent."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from werkzeug.wrappers import Response

from sandbox.trend.errors import ErrorReply
from sandbox.trend.simulation import Simulation
from sandbox.trend.tenant import Tenant

ServedReply = Response | dict[str, object] | list[dict[str, object]]
BodyT = TypeVar("BodyT", bound=BaseModel)


@dataclass(frozen=True)
class ServedCall:
    """One call of a service.

    Attributes:
        method: HTTP verb.
        path: below the service's base, variable parts in braces: `/apikeys/{id}`. This is what logs and faults show.
        view: answers the call; gets the variable parts in order.
        query: the query parameters it knows. Others are refused, so that a misspelt one shows [I].
        reads: True for a POST that changes nothing.
        own_key_only: open to every key, whatever its role.
        public: its view judges by itself who may make it.
    """

    method: str
    path: str
    view: Callable[..., ServedReply]
    query: frozenset[str] = frozenset()
    reads: bool = False
    own_key_only: bool = False
    public: bool = False

    @property
    def changing(self) -> bool:
        """Whether the call can change something at Trend."""
        return self.method != "GET" and not self.reads

    def parts_of(self, path: str) -> tuple[str, ...] | None:
        """Return the variable parts of a path below the service; None where it is not this call's."""
        found = re.fullmatch(re.sub(r"{\w+}", "([^/]+)", self.path), path)
        return found.groups() if found else None


class SimulatedService(ABC):
    """One of Trend's services.

    Attributes:
        name: first part of every path here; the real service's host name begins with it.
        trace_header: header that names each reply, where the service is known to send one.
    """

    name: ClassVar[str]
    trace_header: ClassVar[str | None] = None

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.state = simulation.state

    @property
    def tenant(self) -> Tenant:
        """The tenant that is played at the moment."""
        return self._simulation.tenant

    @abstractmethod
    def routes(self) -> tuple[ServedCall, ...]:
        """The service's calls; of two that fit a path the first is meant."""

    @abstractmethod
    def error_body(self, refusal: ErrorReply) -> dict[str, object]:
        """Write a refusal in the service's own form."""

    @abstractmethod
    def authorize(self, route: ServedCall | None) -> None:
        """Refuse who may not make the call (None: one that the service does not have)."""


class Body(BaseModel):
    """A request body: camelCase names, no unknown keys, no type taken for another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)


def read_body(model: type[BodyT]) -> BodyT:
    """Parse the request's body.

    Raises:
        ErrorReply: 400; the fields name what is wrong, never the value that was sent.
    """
    if request.mimetype != "application/json":
        raise ErrorReply(400, "The request needs the header Content-Type: application/json")
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        raise ErrorReply(400, "The request body is not valid", _reasons(error)) from None


def _reasons(error: ValidationError) -> Mapping[str, str]:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return {".".join(str(part) for part in detail["loc"]) or "body": detail["msg"] for detail in details}


def query_number(name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query.

    Raises:
        ErrorReply: 400, not a number or out of bounds.
    """
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ErrorReply(400, "The query is not valid", {name: f"must be a whole number from {low} to {high}"})
    return int(text)


def json_reply(body: object, status: int = 200) -> Response:
    """A reply with a JSON body."""
    return Response(json.dumps(body), status=status, mimetype="application/json")


def no_content() -> Response:
    """A reply without a body."""
    return Response(status=204)
