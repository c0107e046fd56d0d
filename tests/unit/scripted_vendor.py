"""A tiny HTTP server that answers what a test tells it to, call by call, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal


@dataclass(frozen=True)
class Answer:
    """What the server does with one request.

    Attributes:
        status, headers: of the reply.
        body: sent as it is, or as JSON where it is no bytes.
        instead: something other than a whole reply: the connection dropped once the request was read, the body broken
            off half-way, or silence for longer than the client waits.
    """

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    instead: Literal["", "drop", "break off", "silence"] = ""

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


DROP = Answer(instead="drop")


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as it arrived.

    Attributes:
        client_port: the client's end of the connection; the same for two requests means that they shared it.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    client_port: int


class Vendor:
    """The server. Answers are used up in order; when none is left it answers with `otherwise`."""

    def __init__(self) -> None:
        self.asked: list[ReceivedRequest] = []
        self.answers: deque[Answer] = deque()
        self.otherwise = Answer()
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def will(self, *answers: Answer) -> None:
        """Answer the next requests like this, one after the other."""
        self.answers.extend(answers)

    @property
    def calls(self) -> list[str]:
        """What was asked for: method and path."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    def next_answer(self) -> Answer:
        return self.answers.popleft() if self.answers else self.otherwise

    def be_silent(self) -> None:
        self._stopping.wait(5)

    @contextmanager
    def running(self) -> Iterator[Vendor]:
        """Serve until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._stopping.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class VendorHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # keeps connections alive
        timeout = 5
        disable_nagle_algorithm = True

        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(content) if content else None
            vendor.asked.append(
                ReceivedRequest(self.command, self.path, dict(self.headers), body, self.client_address[1])
            )
            answer = vendor.next_answer()
            if answer.instead in {"drop", "silence"}:
                if answer.instead == "silence":
                    vendor.be_silent()
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Content-Type" not in answer.headers:
                self.send_header("Content-Type", "application/json")
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            if answer.instead == "break off":
                self.wfile.write(answer.content[: len(answer.content) // 2])
                self.close_connection = True
                return
            if answer.status != 204:  # what follows a 204 would be taken for the next reply
                self.wfile.write(answer.content)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test's output quiet."""

    return VendorHandler
