"""A proxy on the loopback address that passes calls on to Trend and records the shapes of its answers.

The program reaches it by `TREND_ENDPOINT_URL`, so nothing of the program knows that it is watched. Key, tokens and
values pass through memory and are never kept.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import requests
from werkzeug.wrappers import Request, Response

from components.settings.endpoints import EndpointError, Endpoints, Service, check_service
from live import redaction, shapes
from live.record import Exchange, Record
from sandbox.gate import HOST
from sandbox.gate.server import ConnectionDropped, KeepAliveServer, listen

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TIMEOUT = (5, 60)
"""Seconds to connect and to wait for a reply: longer than the program's own, which is the one to give up."""

# Each end of a connection writes its own.
_OF_THE_CONNECTION = {"connection", "date", "host", "keep-alive", "transfer-encoding"}
# An encoding is undone, so that the shape is seen.
_OF_THE_ENCODING = {"accept-encoding", "content-encoding", "content-length"}


class Recorder:
    """The proxy; as a context manager it listens.

    Args:
        endpoints: where Trend is.
        record: takes the exchanges, and says in which region the services are.
    """

    def __init__(self, endpoints: Endpoints, record: Record) -> None:
        self._endpoints = endpoints
        self._lock = threading.Lock()
        self._server = KeepAliveServer(listen(), self._application)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="recorder", daemon=True)
        self.record = record
        self.phase = ""

    @property
    def url(self) -> str:
        """The base of all services, for `TREND_ENDPOINT_URL`."""
        return f"http://{HOST}:{self._server.port}"

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        name, _, below = request.path.removeprefix("/").partition("/")
        try:
            base = self._endpoints.url(Service(check_service(name)), self.record.region)
        except EndpointError as error:
            return Response(str(error), status=404)
        try:
            answer = _pass_on(request, base, below)
        except requests.RequestException:
            self._keep(request, name, below, None)
            raise ConnectionDropped from None  # what the program would have seen, near enough
        self._keep(request, name, below, answer)
        return Response(answer.content, status=answer.status_code, headers=_passed_on(answer.headers.items()))

    def _keep(self, request: Request, service: str, below: str, answer: requests.Response | None) -> None:
        kind = "" if answer is None else answer.headers.get("Content-Type", "").partition(";")[0].strip()
        exchange = Exchange(
            phase=self.phase,
            service=service,
            method=request.method,
            path=redaction.path(f"/{below}"),
            query=tuple(sorted(redaction.name(name) for name in request.args)),
            status=None if answer is None else answer.status_code,
            headers=() if answer is None else tuple(sorted(redaction.name(name.lower()) for name in answer.headers)),
            content_type=redaction.media_type(kind),
            body={} if answer is None else shapes.of_body(answer.content),
        )
        with self._lock:
            self.record.exchanges.append(exchange)


def _pass_on(request: Request, base: str, below: str) -> requests.Response:
    with requests.Session() as session:
        session.headers.clear()
        session.auth = lambda request: request  # keeps requests from taking another one out of a .netrc file
        session.trust_env = urlsplit(base).hostname != HOST  # a proxy has no business on the loopback address
        return session.request(
            request.method,
            f"{base}/{quote(below)}",
            params=list(request.args.items(multi=True)),
            data=request.get_data(),
            headers=_passed_on(request.headers.items()),
            timeout=TIMEOUT,
            allow_redirects=False,
        )


def _passed_on(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _OF_THE_CONNECTION | _OF_THE_ENCODING}
