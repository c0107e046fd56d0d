"""A line to a server that can be cut: what is connected stays so, but nothing gets through any more."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


class Line:
    """Carries bytes between those who connect to `port` and a server on 127.0.0.1, until it is cut.

    Args:
        server: port of the server.
    """

    def __init__(self, server: int) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut = threading.Event()
        self._ends: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self.port = int(self._listener.getsockname()[1])
        self._begin(self._accept)

    def cut(self) -> None:
        """Let nothing through from now on; nobody is told so, as where a network fails."""
        self._cut.set()

    def close(self) -> None:
        """End all connections, and take no more."""
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in self._threads:
            thread.join()

    def _begin(self, target: Callable[..., None], *arguments: socket.socket) -> None:
        self._threads.append(threading.Thread(target=target, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                self._ends += [client, server]
                self._begin(self._carry, client, server)
                self._begin(self._carry, server, client)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self._cut.is_set():
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def line_to(server: int) -> Iterator[Line]:
    """Return a line to the server at a port of 127.0.0.1."""
    line = Line(server)
    try:
        yield line
    finally:
        line.close()
