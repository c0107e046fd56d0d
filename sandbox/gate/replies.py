"""How each kind of fault looks on the wire."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from werkzeug.http import http_date
from werkzeug.wrappers import Response

from sandbox.gate.call import Environ
from sandbox.gate.faults import Fault
from sandbox.gate.server import ConnectionDropped

_PAGE = "<!DOCTYPE html><html><head><title>Trend</title></head><body><h1>Please try again later</h1></body></html>"


def replacement(
    fault: Fault, error: Callable[[int, str, str], Response], environ: Environ, true_reply: Response | None
) -> Response:
    """Return the reply that a fault puts in the place of the true one.

    Args:
        fault: of any kind but `delay`.
        error: words an error as the service does, from status, code and message.
        environ: the request.
        true_reply: what the service would have answered; None if it was not asked.

    Raises:
        ConnectionDropped: there is no reply at all.
    """
    if fault.kind == "drop":
        raise ConnectionDropped
    if fault.kind == "truncate":
        text = true_reply.get_data() if true_reply else b""
        status = true_reply.status_code if text and true_reply else 200
        return Response(text[: len(text) // 2] or '{"mess', status=status, mimetype="application/json")
    reply = _made_up(fault, error, environ)
    if fault.retry_after is not None:
        date = http_date(time.time() + fault.retry_after)
        reply.headers["Retry-After"] = date if fault.retry_after_as == "date" else str(fault.retry_after)
    return reply


def limited(error: Callable[[int, str, str], Response], seconds: int) -> Response:
    """Return the reply to a call above the limit, which may be made again after some seconds."""
    reply = error(429, "TooManyRequestsException", "Too many requests")
    reply.headers["Retry-After"] = str(seconds)
    return reply


def _made_up(fault: Fault, error: Callable[[int, str, str], Response], environ: Environ) -> Response:
    if fault.kind == "status":
        return error(fault.status or 500, fault.code, fault.message)
    if fault.kind == "echo":
        return error(fault.status or 400, fault.code, f"Authorization: {environ.get('HTTP_AUTHORIZATION', '')}")
    if fault.kind == "html":
        return Response(_PAGE, status=fault.status or 200, mimetype="text/html")
    body = json.dumps(fault.body) if fault.kind == "json" else b""
    return Response(body, status=fault.status or 200, mimetype="application/json")
