"""How each kind of fault looks on the wire."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import NoReturn

from flask import Response, request
from werkzeug.http import http_date

from sandbox.trend.errors import Refusal
from sandbox.trend.faults import Fault
from sandbox.trend.http_server import ConnectionDropped

_PAGE = (
    "<!DOCTYPE html><html><head><title>Trend Micro</title></head><body><h1>Please try again later</h1></body></html>"
)


class DroppedReply(Response):
    """A reply that is never sent: the server closes the client's socket instead."""

    def __call__(self, *_: object) -> NoReturn:
        """Tell the server to hang up."""
        raise ConnectionDropped


def faulty_reply(
    fault: Fault, error_body: Callable[[Refusal], dict[str, object]], true_reply: Response | None
) -> Response:
    """The reply that a fault puts in the place of the true one.

    Args:
        fault: of any kind but `delay`.
        error_body: writes errors as the service does.
        true_reply: what the service would have said; None if it was not asked.
    """
    if fault.kind == "drop":
        return DroppedReply()
    if fault.kind == "truncate":
        return _truncated(true_reply)
    reply = _made_up(fault, error_body)
    if fault.retry_after is not None:
        in_words = http_date(time.time() + fault.retry_after)
        reply.headers["Retry-After"] = in_words if fault.retry_after_as == "date" else str(fault.retry_after)
    return reply


def _truncated(true_reply: Response | None) -> Response:
    if true_reply is None or not true_reply.get_data():
        return Response('{"mess', status=200, mimetype="application/json")
    text = true_reply.get_data()
    true_reply.set_data(text[: len(text) // 2])
    return true_reply


def _made_up(fault: Fault, error_body: Callable[[Refusal], dict[str, object]]) -> Response:
    if fault.kind == "html":
        return Response(_PAGE, status=fault.status or 200, mimetype="text/html")
    if fault.kind == "empty":
        return Response(b"", status=fault.status or 200, mimetype="application/json")
    if fault.kind == "json":
        return _json(fault.body, fault.status or 200)
    if fault.kind == "echo":
        status = fault.status or 400
        message = f"Rejected: Authorization: {request.headers.get('Authorization', '')}"
        return _json(error_body(Refusal(status, message)), status)
    status = fault.status or 500
    return _json(error_body(Refusal(status, f"Injected fault: status {status}")), status)


def _json(body: object, status: int) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json")
