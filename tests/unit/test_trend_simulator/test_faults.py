"""Faults: each kind on the wire, and which calls they hit."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import pytest
import requests

from sandbox.trend import Fault, Simulator, SimulatorError
from tests.unit.test_trend_simulator.conftest import Api

CONNECTORS = "/workload/awsconnectors"


def test_a_status_comes_with_the_services_own_body_and_retry_after(sim: Simulator, api: Api, vision_one: Api) -> None:
    sim.control.add_fault(Fault(kind="status", status=503, retry_after=7))
    reply = api("GET", CONNECTORS)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "7")
    assert set(reply.json()) == {"message"}
    sim.control.add_fault(Fault(kind="status", service="visionone", status=429))
    limited = vision_one("GET", "/visionone/v3.0/healthcheck/connectivity")
    assert (limited.status_code, limited.json()["error"]["code"]) == (429, "TooManyRequests")
    assert "Retry-After" not in limited.headers


def test_retry_after_can_be_a_date(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="status", status=429, retry_after=30, retry_after_as="date"))
    ahead = parsedate_to_datetime(api("GET", CONNECTORS).headers["Retry-After"]).timestamp() - time.time()
    assert 25 < ahead < 35


def test_html_stands_where_json_belongs(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="html"))
    reply = api("GET", CONNECTORS)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<html>" in reply.text


def test_a_body_can_be_empty(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="empty"))
    reply = api("GET", CONNECTORS)
    assert (reply.status_code, reply.content) == (200, b"")


def test_a_body_can_be_anything(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="json", status=202, body={"awsConnectors": None}))
    reply = api("GET", CONNECTORS)
    assert (reply.status_code, reply.json()) == (202, {"awsConnectors": None})


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_body_can_be_cut_short(sim: Simulator, api: Api, when: Literal["before", "after"]) -> None:
    sim.control.add_fault(Fault(kind="truncate", when=when))
    reply = api("GET", CONNECTORS)
    assert reply.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        reply.json()


def test_an_error_can_repeat_the_authorization_header(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="echo", status=403))
    reply = api("GET", CONNECTORS)
    assert reply.status_code == 403
    assert sim.tenant.full_access_key.secret in reply.json()["message"]
    assert sim.tenant.full_access_key.secret not in str(sim.control.requests())


def test_a_call_can_be_delayed(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="delay", seconds=0.3))
    before = time.monotonic()
    assert api("GET", CONNECTORS).status_code == 200
    assert time.monotonic() - before >= 0.3


def test_latency_slows_every_service_but_not_the_control_calls(sim: Simulator, api: Api) -> None:
    sim.control.set_latency(0.3)
    before = time.monotonic()
    api("GET", CONNECTORS)
    api("GET", "/services/services")
    slow = time.monotonic() - before
    before = time.monotonic()
    sim.control.health()
    assert slow >= 0.6
    assert time.monotonic() - before < 0.3


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_a_dropped_connection_leaves_the_work_undone_or_done(
    sim: Simulator, api: Api, connector: dict[str, Any], when: Literal["before", "after"], made: int
) -> None:
    sim.control.add_fault(Fault(kind="drop", method="POST", when=when))
    with pytest.raises(requests.exceptions.ConnectionError):
        api("POST", CONNECTORS, connector)
    assert len(sim.control.state().connectors) == made
    entry = sim.control.requests()[-1]
    assert (entry.status, entry.fault) == (None, "drop")
    assert api("GET", CONNECTORS).status_code == 200


def test_an_error_after_the_work_hides_that_it_was_done(sim: Simulator, api: Api, connector: dict[str, Any]) -> None:
    sim.control.add_fault(Fault(kind="status", status=500, when="after"))
    assert api("POST", CONNECTORS, connector).status_code == 500
    assert len(sim.control.state().connectors) == 1


@pytest.mark.parametrize(
    ("fault", "hits"),
    [
        ({}, [1]),
        ({"nth": 2}, [2]),
        ({"nth": 2, "count": 2}, [2, 3]),
        ({"nth": 3, "count": None}, [3, 4]),
        ({"service": "services"}, []),
        ({"method": "POST"}, []),
        ({"path": "/awsconnectors"}, [1]),
        ({"path": "/awsconnectors/{ID}"}, []),
        ({"path_regex": "/aws.*"}, [1]),
        ({"path_regex": "/aws"}, []),
    ],
)
def test_a_fault_hits_the_calls_it_describes(sim: Simulator, api: Api, fault: dict[str, Any], hits: list[int]) -> None:
    sim.control.add_fault(Fault(kind="status", status=500, **fault))
    statuses = [api("GET", CONNECTORS).status_code for _ in range(4)]
    assert [number for number, status in enumerate(statuses, 1) if status == 500] == hits


def test_a_template_matches_every_id_and_a_regular_expression_one(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="status", status=500, path="/awsconnectors/{ID}", count=2))
    sim.control.add_fault(Fault(kind="status", status=502, path_regex="/awsconnectors/9", count=None))
    statuses = [api("GET", f"{CONNECTORS}/{number}").status_code for number in (1, 2, 9, 8)]
    assert statuses == [500, 500, 502, 404]


def test_the_oldest_fault_that_acts_decides_and_delays_add_up(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="status", status=500))
    sim.control.add_fault(Fault(kind="status", status=502, count=2))
    sim.control.add_fault(Fault(kind="delay", seconds=0.15))
    sim.control.add_fault(Fault(kind="delay", seconds=0.15))
    before = time.monotonic()
    assert [api("GET", CONNECTORS).status_code for _ in range(3)] == [500, 502, 200]
    assert time.monotonic() - before >= 0.3


def test_a_reply_that_was_replaced_before_the_work_is_not_replaced_again(sim: Simulator, api: Api) -> None:
    sim.control.add_fault(Fault(kind="html", when="after"))
    sim.control.add_fault(Fault(kind="status", status=503))
    assert api("GET", CONNECTORS).status_code == 503
    assert sim.control.requests()[0].fault == "status"


def test_faults_can_be_lifted(sim: Simulator, api: Api) -> None:
    number = sim.control.add_fault(Fault(kind="status", count=None))
    other = sim.control.add_fault(Fault(kind="html", count=None))
    assert api("GET", CONNECTORS).status_code == 500
    sim.control.remove_fault(number)
    assert "<html>" in api("GET", CONNECTORS).text
    sim.control.clear_faults()
    assert api("GET", CONNECTORS).json() == {"awsConnectors": []}
    with pytest.raises(SimulatorError, match="404"):
        sim.control.remove_fault(other)


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "path": "/a", "path_regex": "/b"}, {"kind": "odd"}, {"kind": "html", "nth": 0}]
)
def test_a_fault_that_makes_no_sense_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Fault"):
        Fault.model_validate(fault)


def test_a_regular_expression_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a regular expression"):
        Fault(kind="html", path_regex="(")
