"""Ways in which a vendor's replies can differ in form from those that are documented."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ConfigDict
from werkzeug.wrappers import Response

from sandbox.gate.call import Call
from sandbox.trend.errors import ErrorReply, vision_one_body


@dataclass(frozen=True)
class Dialect:
    """What a tenant's services say differently; by default nothing.

    Whatever finds differences between two vendors can be tried on two simulators, one with a dialect. What is done is
    the same in every dialect.

    Attributes:
        statuses: another status of success by call, as in `{"workload POST /awsconnectors": 201}`.
        renamed_fields: other names of fields, wherever they stand.
        absent_fields: fields that are left out, wherever they stand.
        retyped_fields: fields whose digits are a text where they are documented as a number, and the other way round.
        nested_errors: services that word errors as Vision One does, `{"error": {"code", "message"}}`.
        trace_header: another name of the header that names a reply, where the service sends one.
    """

    statuses: Mapping[str, int] = field(default_factory=dict)
    renamed_fields: Mapping[str, str] = field(default_factory=dict)
    absent_fields: tuple[str, ...] = ()
    retyped_fields: tuple[str, ...] = ()
    nested_errors: tuple[str, ...] = ()
    trace_header: str = ""

    __pydantic_config__ = ConfigDict(extra="forbid")

    def speak(self, response: Response, call: Call) -> None:
        """Put the reply to a call, as it is documented, into this dialect."""
        if response.status_code < 300:
            response.status_code = self.statuses.get(f"{call.service} {call.action}", response.status_code)
        body = response.get_json(silent=True)
        if isinstance(body, dict):
            response.set_data(json.dumps(self._body(body, response.status_code, call.service)))

    def _body(self, body: dict[str, Any], status: int, service: str) -> Any:
        if status >= 400 and service in self.nested_errors and "message" in body:
            return vision_one_body(ErrorReply(status, body["message"], body.get("fields")))
        return self._value(body)

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return dict(self._fields(value))
        return [self._value(item) for item in value] if isinstance(value, list) else value

    def _fields(self, fields: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in fields.items():
            if name in self.absent_fields:
                continue
            content = _retyped(value) if name in self.retyped_fields else self._value(value)
            yield self.renamed_fields.get(name, name), content


def _retyped(value: Any) -> Any:
    if isinstance(value, int):
        return str(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else value
