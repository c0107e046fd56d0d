"""The gate in front of moto: the one place that sees each call to AWS, judges it and writes it down."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from sandbox.aws.call import AwsCall
from sandbox.aws.faults import Fault, Faults
from sandbox.aws.judging.judge import Judge
from sandbox.aws.wire import identify

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

KEPT_REQUESTS = 20_000
"""Calls that are remembered; the oldest are forgotten first."""


class RequestLog:
    """What was called, in order: names and statuses, never a header, a body or a parameter's value."""

    def __init__(self, file: Path | None = None) -> None:
        """Keep the log in memory and, if given, append it to a file, one JSON document a line."""
        self._lock = threading.Lock()
        self._file = file
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)

    def add(self, call: AwsCall, status: int) -> None:
        """Write down a call and the HTTP status of its answer (0: the connection was closed without one)."""
        entry = {
            "time": round(time.time(), 3),
            "caller": call.caller,
            "service": call.service,
            "action": call.action,
            "region": call.region,
            "resource": call.resource,
            "status": status,
            "changing": call.changing,
        }
        with self._lock:
            self._entries.append(entry)
            if self._file:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")

    def entries(self) -> list[dict[str, Any]]:
        """Return the calls, the oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget the calls; the file keeps them."""
        with self._lock:
            self._entries.clear()


class Gate:
    """WSGI middleware around moto.

    Each call passes here once: it is named, refused where its caller lacks a right, meets a fault or goes on to moto,
    and is logged with its answer.
    """

    def __init__(self, moto: Wsgi, log: RequestLog, faults: Faults, judge: Judge) -> None:
        """Stand in front of `moto`."""
        self._moto = moto
        self._log = log
        self._faults = faults
        self._judge = judge

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one call."""
        body = _take_body(environ)
        call = identify(environ, body)
        refusal = self._judge.refusal(call, body)
        if refusal is not None:
            self._log.add(call, refusal.status)
            return answer_error(start_response, call, refusal.status, refusal.code, refusal.message)
        fault = self._faults.hit(call)
        if fault is None:
            return self._ask_moto(environ, start_response, call)
        return self._show(fault, environ, start_response, call)

    def _ask_moto(self, environ: Environ, start_response: StartResponse, call: AwsCall) -> Iterable[bytes]:
        def noted(status: str, *rest: Any) -> Any:
            self._log.add(call, int(status.split(" ", 1)[0]))
            return start_response(status, *rest)

        with self._judge.serving(call):
            return self._moto(environ, noted)

    def _show(self, fault: Fault, environ: Environ, start_response: StartResponse, call: AwsCall) -> Iterable[bytes]:
        time.sleep(fault.delay)
        if not fault.status and not fault.drop:
            return self._ask_moto(environ, start_response, call)
        if fault.when == "after":
            _exhaust(self._moto(environ, lambda *_: None))
        self._log.add(call, 0 if fault.drop else fault.status)
        if fault.drop:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("dropped by a fault")
        return answer_error(start_response, call, fault.status, fault.code, fault.message)


def answer_error(start_response: StartResponse, call: AwsCall, status: int, code: str, message: str) -> Iterable[bytes]:
    """Answer with an AWS error, worded as the service of the call words its own."""
    if call.protocol == "json" or call.service == "lambda":
        body, kind = json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.1"
    else:
        error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        kind, request_id = "text/xml", "<RequestId>sandbox</RequestId>"
        body = f"<Error>{error}{request_id}</Error>"
        if call.protocol == "query":
            body = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>{request_id}</ErrorResponse>"
    data = b"" if call.action.startswith("Head") else body.encode()
    start_response(
        f"{status} Error",
        [("Content-Type", kind), ("Content-Length", str(len(data))), ("x-amzn-ErrorType", code)],
    )
    return [data]


def _take_body(environ: Environ) -> bytes:
    """Read the body and put it back for moto. A chunked one stays unread: no call of interest sends its names so."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not length:
        return b""
    body: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _exhaust(parts: Iterable[bytes] | Iterator[bytes]) -> None:
    for _ in parts:
        pass
    close = getattr(parts, "close", None)
    if close:
        close()
