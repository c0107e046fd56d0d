"""The server of both worlds: connections are kept, hung up on where the application says so, and end with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import requests

from sandbox.gate import HOST
from sandbox.gate.server import ConnectionDropped, KeepAliveServer, listen


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/drop":
        raise ConnectionDropped
    if environ["PATH_INFO"] == "/broken":
        raise RuntimeError("the application's own mistake")
    status = "204 No Content" if environ["PATH_INFO"] == "/nothing" else "200 OK"
    start_response(status, [("Content-Type", "text/plain"), ("X-Port", str(environ["REMOTE_PORT"]))])
    return [environ["wsgi.input"].read()]


@pytest.fixture
def server() -> Iterator[KeepAliveServer]:
    server = KeepAliveServer(listen(), application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.stop()
    thread.join()


@pytest.fixture
def send(server: KeepAliveServer) -> Iterator[Callable[..., requests.Response]]:
    with requests.Session() as session:
        yield lambda method, path="/", **options: session.request(
            method, f"http://{HOST}:{server.port}{path}", timeout=5, **options
        )


def test_one_connection_serves_many_requests_whatever_their_bodies(send: Callable[..., requests.Response]) -> None:
    answers = [
        send("GET"),
        send("POST", data=b"body"),
        send("POST", data=iter([b"in ", b"chunks"])),
        send("HEAD"),
        send("DELETE", "/nothing"),
        send("PUT", data=b"x" * 100_000),
    ]
    assert [len(answer.content) for answer in answers] == [0, 4, 9, 0, 0, 100_000]
    assert len({answer.headers["X-Port"] for answer in answers}) == 1


def test_each_session_is_a_connection_of_its_own(send: Callable[..., requests.Response], server: Any) -> None:
    own = send("GET").headers["X-Port"]
    assert requests.get(f"http://{HOST}:{server.port}/", timeout=5).headers["X-Port"] != own


def test_a_dropped_connection_is_closed_without_a_reply(send: Callable[..., requests.Response]) -> None:
    with pytest.raises(requests.ConnectionError):
        send("GET", "/drop")
    assert send("GET").status_code == 200


def test_a_mistake_of_the_application_is_500_and_told_in_the_log(
    send: Callable[..., requests.Response], capfd: pytest.CaptureFixture[str]
) -> None:
    assert send("GET", "/broken").status_code == 500
    assert "the application's own mistake" in capfd.readouterr().err


def test_a_server_that_stops_hangs_up_on_who_is_idle(
    send: Callable[..., requests.Response], server: KeepAliveServer
) -> None:
    send("GET")
    server.stop()
    with pytest.raises(requests.ConnectionError):
        send("GET")
