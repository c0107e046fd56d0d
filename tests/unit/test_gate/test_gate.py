"""The gate in front of a world of one service: what faults do to a request, what is logged, and the control calls."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from sandbox.gate.call import Call, Environ
from sandbox.gate.control import ControlSurface
from sandbox.gate.faults import Fault
from sandbox.gate.gate import Gate
from sandbox.gate.log import RequestLog
from sandbox.gate.server import ConnectionDropped

SECRET = "sentinel-of-a-value"


class Kitchen:
    """A world that makes tea and counts the cups."""

    cups = 0

    def identify(self, environ: Environ) -> Call:
        environ["wsgi.input"].read()
        method = environ["REQUEST_METHOD"]
        return Call("tea", f"{method} cup", method != "GET", environ["PATH_INFO"], caller="guest")

    def answer(self, _: Call, environ: Environ) -> Response:
        self.cups += 1
        return Response(
            json.dumps({"cup": self.cups, "with": environ["wsgi.input"].read().decode()}),
            mimetype="application/json",
        )

    def error(self, call: Call, status: int, code: str, message: str) -> Response:
        return Response(f"{call.service}: {code}: {message}", status)

    def reset(self) -> None:
        self.cups = 0


class GateScene:
    def __init__(self, log: Path | None = None) -> None:
        self.kitchen = Kitchen()
        self.gate = Gate(self.kitchen, RequestLog(log))
        surface = ControlSurface(self.gate, lambda: {"cups": self.kitchen.cups}, self.kitchen.reset)
        self._client = Client(surface.in_front_of_gate())

    def ask(self, method: str = "POST", path: str = "/1", **options: Any) -> TestResponse:
        return self._client.open(path, method=method, environ_overrides={"REMOTE_PORT": 7}, **options)

    def fail(self, **fault: Any) -> None:
        assert self.ask("POST", "/_sandbox/faults", json=Fault(**fault).model_dump()).status_code == 200

    def control(self, method: str, path: str, **options: Any) -> Any:
        answer = self.ask(method, f"/_sandbox/{path}", **options)
        assert answer.status_code in (200, 204), answer.text
        return answer.json if answer.status_code == 200 else None


@pytest.fixture
def scene() -> GateScene:
    return GateScene()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ({"kind": "status"}, 500, "tea: : injected by the sandbox"),
        ({"kind": "status", "status": 403, "code": "Denied", "message": "no"}, 403, "tea: Denied: no"),
        ({"kind": "html"}, 200, "<html>"),
        ({"kind": "html", "status": 503}, 503, "<html>"),
        ({"kind": "empty", "status": 204}, 204, ""),
        ({"kind": "json", "status": 202, "body": {"a": None}}, 202, '{"a": null}'),
        ({"kind": "json", "body": []}, 200, "[]"),
        ({"kind": "truncate"}, 200, '{"'),
        ({"kind": "echo"}, 400, f"Authorization: ApiKey {SECRET}"),
    ],
)
def test_each_kind_of_fault_replaces_the_reply_and_leaves_the_work_undone_or_done(
    scene: GateScene, fault: dict[str, Any], status: int, text: str, when: str
) -> None:
    scene.fail(**fault, when=when)
    answer = scene.ask(headers={"Authorization": f"ApiKey {SECRET}"})
    assert answer.status_code == status
    assert text in answer.text
    assert bool(answer.text) == bool(text)
    if fault["kind"] == "truncate":
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.text)
    assert scene.kitchen.cups == (0 if when == "before" else 1)
    assert scene.ask().json


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_dropped_connection_leaves_the_work_undone_or_done(scene: GateScene, when: str) -> None:
    scene.fail(kind="drop", when=when)
    with pytest.raises(ConnectionDropped):
        scene.ask()
    assert scene.kitchen.cups == (0 if when == "before" else 1)
    assert [(each["status"], each["faults"]) for each in scene.control("GET", "requests")] == [(None, ["drop"])]


def test_retry_after_is_a_number_or_a_date(scene: GateScene) -> None:
    scene.fail(status=429, retry_after=7)
    assert scene.ask().headers["Retry-After"] == "7"
    scene.fail(status=429, retry_after=30, retry_after_as="date")
    ahead = parsedate_to_datetime(scene.ask().headers["Retry-After"]).timestamp() - time.time()
    assert 25 < ahead < 35
    scene.fail(status=429)
    assert "Retry-After" not in scene.ask().headers


@pytest.mark.parametrize(
    ("fault", "hits"),
    [
        ({}, [1]),
        ({"nth": 2}, [2]),
        ({"nth": 2, "count": 2}, [2, 3]),
        ({"nth": 3, "count": None}, [3, 4]),
        ({"service": "coffee"}, []),
        ({"service": "t*"}, [1]),
        ({"action": "GET cup"}, []),
        ({"action": "POST *"}, [1]),
        ({"resource": "/3"}, [3]),
        ({"resource": "*/*", "nth": 2}, [2]),
    ],
)
def test_a_fault_hits_the_requests_it_describes(scene: GateScene, fault: dict[str, Any], hits: list[int]) -> None:
    scene.fail(**fault)
    statuses = [scene.ask(path=f"/{number}").status_code for number in (1, 2, 3, 4)]
    assert [number for number, status in enumerate(statuses, 1) if status == 500] == hits


def test_the_oldest_fault_that_acts_decides_and_delays_add_up(scene: GateScene) -> None:
    scene.fail(status=500)
    scene.fail(status=502, count=2)
    scene.fail(status=503, when="after")
    scene.fail(kind="delay", seconds=0.1)
    scene.fail(kind="delay", seconds=0.1, when="after", nth=3)
    began = time.monotonic()
    assert [scene.ask().status_code for _ in range(3)] == [500, 502, 200]
    assert time.monotonic() - began >= 0.2


def test_latency_slows_requests_down_but_not_the_control_calls(scene: GateScene) -> None:
    scene.control("PUT", "latency", json={"seconds": 0.2})
    began = time.monotonic()
    scene.ask()
    assert time.monotonic() - began >= 0.2
    began = time.monotonic()
    assert scene.control("GET", "health")["cups"] == 1
    assert time.monotonic() - began < 0.2


def test_what_is_delayed_when_the_server_stops_is_never_done(scene: GateScene) -> None:
    scene.fail(kind="delay", seconds=60)
    scene.gate.stopping.set()
    with pytest.raises(ConnectionDropped):
        scene.ask()
    assert scene.kitchen.cups == 0


def test_requests_are_counted_for_each_fault_until_it_is_lifted(scene: GateScene) -> None:
    scene.fail(count=None)
    scene.fail(action="GET *")
    assert scene.ask().status_code == 500
    assert [scene.control("GET", f"faults/{number}")["seen"] for number in (1, 2)] == [1, 0]
    scene.control("DELETE", "faults")
    assert scene.ask().status_code == 200
    assert scene.ask("GET", "/_sandbox/faults/1").status_code == 404


@pytest.mark.parametrize("fault", [{"kind": "odd"}, {"nth": 0}, {"when": "sometimes"}, {"nonsense": SECRET}])
def test_a_fault_that_makes_no_sense_is_refused_by_the_name_of_the_field(
    scene: GateScene, fault: dict[str, Any]
) -> None:
    answer = scene.ask("POST", "/_sandbox/faults", json=fault)
    assert answer.status_code == 400
    assert next(iter(fault)) in answer.text
    assert SECRET not in answer.text


def test_a_request_is_logged_with_its_names_and_never_with_a_value(tmp_path: Path) -> None:
    scene = GateScene(tmp_path / "log")
    answer = scene.ask(query_string={"q": SECRET}, data=SECRET, headers={"Authorization": SECRET})
    assert answer.json == {"cup": 1, "with": SECRET}
    scene.ask("GET")
    entries = scene.control("GET", "requests")
    assert [{**each, "time": 0} for each in entries] == [
        {
            "sequence": number, "time": 0, "service": "tea", "action": action, "resource": "/1", "caller": "guest",
            "account": "",
            "changing": changing, "status": 200, "connection": 7, "faults": [],
        }
        for number, action, changing in ((1, "POST cup", True), (2, "GET cup", False))
    ]  # fmt: skip
    written = (tmp_path / "log").read_text()
    assert [json.loads(line) for line in written.splitlines()] == entries
    assert SECRET not in written
    scene.control("DELETE", "requests")
    assert scene.control("GET", "requests") == []


def test_calls_above_a_limit_are_refused_with_the_seconds_to_wait_and_do_not_count(
    scene: GateScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("sandbox.gate.rate.time.monotonic", lambda: now)
    scene.control("PUT", "rate", json={"calls": 2, "seconds": 5})
    assert [scene.ask().status_code for _ in range(2)] == [200, 200]
    now = 101.5
    refused = scene.ask()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "4")
    assert scene.kitchen.cups == 2
    now = 105.0
    assert [scene.ask().status_code for _ in range(3)] == [200, 200, 429]
    assert [each["status"] for each in scene.control("GET", "requests")] == [200, 200, 429, 200, 200, 429]


@pytest.mark.parametrize("limit", [{"calls": 0, "seconds": 1}, {"calls": 1, "seconds": 0}, {"calls": 1}])
def test_a_limit_that_nobody_means_is_refused(scene: GateScene, limit: dict[str, Any]) -> None:
    assert scene.ask("PUT", "/_sandbox/rate", json=limit).status_code == 400


def test_reset_lifts_faults_latency_limit_and_the_log(scene: GateScene) -> None:
    scene.ask()
    scene.fail(count=None)
    scene.control("PUT", "latency", json={"seconds": 60})
    scene.control("PUT", "rate", json={"calls": 1, "seconds": 60})
    scene.control("POST", "reset")
    assert scene.ask().json == {"cup": 1, "with": ""}
    assert len(scene.control("GET", "requests")) == 1


@pytest.mark.parametrize("seconds", [-1, 61, "x"])
def test_a_latency_that_nobody_means_is_refused(scene: GateScene, seconds: object) -> None:
    assert scene.ask("PUT", "/_sandbox/latency", json={"seconds": seconds}).status_code == 400
