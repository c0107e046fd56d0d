"""A small HTTP/1.1 server for one WSGI application that keeps connections alive.

Werkzeug's own closes the connection after every reply, and a sandbox that does so cannot show whether a client reuses
its connections. Requests and replies here are small, so both are handled whole.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from sandbox.gate import HOST

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class ConnectionDropped(Exception):
    """Raised by the application: close the client's connection, send nothing."""


def listen(port: int = 0) -> socket.socket:
    """Listen on a port of the loopback address; 0 is one that is free.

    Raises:
        OSError: the port is taken.
    """
    return socket.create_server((HOST, port), backlog=128)


class KeepAliveServer(ThreadedWSGIServer):
    """One thread a connection; all connections end with the server.

    Args:
        listening: the socket to accept connections on; see `listen`.
        application: answers the requests.
    """

    def __init__(self, listening: socket.socket, application: WSGIApplication) -> None:
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        with listening:  # Werkzeug works on a duplicate
            super().__init__(HOST, 0, application, _Handler, fd=listening.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in a thread of its own."""
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close and forget a connection."""
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        """Accept nothing more and hang up on every client, idle or not. The accepting thread must be running."""
        self.shutdown()
        with self._connections_lock:
            open_connections = list(self._connections)
        for connection in open_connections:
            _hang_up(connection)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the client, or the connection's own thread, may have been first
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it a reply waits for the client's delayed acknowledgement, some 40 ms.
    disable_nagle_algorithm = True
    server: KeepAliveServer

    def run_wsgi(self) -> None:
        """Answer one request; the next one of the connection begins where its body ends."""
        environ = self.make_environ()
        chunked = environ.pop("wsgi.input_terminated", False)
        body = environ["wsgi.input"].read() if chunked else self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ.update({"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        try:
            chunks, status, sent = run_wsgi_app(self.server.app, environ, buffered=True)
            headers = list(sent)
        except ConnectionDropped:
            self.close_connection = True
            _hang_up(self.connection)
            return
        except Exception:  # noqa: BLE001  (whatever it is: the client gets its answer, the log the reason)
            traceback.print_exc()
            chunks, status, headers = [], "500 Internal Server Error", []
        self._send(status, headers, b"".join(chunks))

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if int(code) != HTTPStatus.NO_CONTENT and "content-length" not in {name.lower() for name, _ in headers}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the gate keeps its own log."""
