"""Two records are compared place by place; what varies with the day is no difference."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from live.comparison import Difference, compare
from live.record import Exchange, Record
from live.shapes import of_body


def exchange(**changes: Any) -> Exchange:
    """A call that reads a connector, but for the changes; `json` is the answer's body."""
    body = changes.pop("json", {"ID": 7, "alias": "", "regions": ["x"]})
    plain = Exchange(
        phase="up",
        service="workload",
        method="GET",
        path="/awsconnectors/{id}",
        query=(),
        status=200,
        headers=("date",),
        content_type="application/json",
        body=of_body(json.dumps(body).encode()),
    )
    return dataclasses.replace(plain, **changes)


def between(vendor: list[Exchange], simulator: list[Exchange]) -> list[Difference]:
    return compare(Record("vendor", "us-1", vendor), Record("simulator", "us-1", simulator))


CALL = "GET workload /awsconnectors/{id}"


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"status": 404}, Difference("status", f"{CALL} in up", "404", "200")),
        ({"status": None}, Difference("status", f"{CALL} in up", "no answer", "200")),
        (
            {"content_type": "text/html"},
            Difference("content type", f"{CALL}, success", "text/html", "application/json"),
        ),
        ({"headers": ("date", "retry-after")}, Difference("header", f"{CALL}, success", "retry-after", "none")),
        (
            {"json": {"ID": "7", "alias": "", "regions": ["x"]}},
            Difference("type", f"{CALL}, success: ID", "string (digits)", "integer"),
        ),
        ({"json": {"alias": "", "regions": ["x"]}}, Difference("field", f"{CALL}, success: ID", "absent", "integer")),
        (
            {"json": {"ID": 7, "alias": "", "regions": ["x"], "more": None}},
            Difference("field", f"{CALL}, success: more", "null", "absent"),
        ),
        (
            {"json": {"ID": 7, "alias": "", "regions": "x"}},
            Difference("type", f"{CALL}, success: regions", "string", "array"),
        ),
    ],
)
def test_each_kind_of_difference_is_named_with_where_and_what(change: dict[str, Any], difference: Difference) -> None:
    assert difference in between([exchange(**change)], [exchange()])


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"headers": ("date", "server", "x-cache")},
        {"json": {"ID": 8, "alias": "an alias", "regions": ["y", "z"]}},
        {"json": {"ID": 7, "alias": "", "regions": []}},
    ],
)
def test_values_emptiness_and_other_headers_are_no_difference(change: dict[str, Any]) -> None:
    assert between([exchange(**change)], [exchange()]) == []


def test_a_missing_object_is_one_difference_and_not_one_for_each_of_its_fields() -> None:
    nested = exchange(json={"account": {"id": "1", "roles": [{"arn": "x"}]}})
    (found,) = between([exchange(json={})], [nested])
    assert found.where.endswith(": account")


def test_another_kind_of_body_is_one_difference_and_not_one_for_each_of_its_fields() -> None:
    (found,) = between([exchange(body=of_body(b""))], [exchange()])
    assert (found.where.rpartition(": ")[2], found.vendor, found.simulator) == ("(whole)", "nothing", "object")


def test_an_additional_call_and_a_missing_one_are_named() -> None:
    again, other = exchange(), exchange(method="DELETE", status=204)
    found = between([exchange(), again], [exchange(), other])
    assert Difference("call", f"{CALL} in up", "2 times", "once") in found
    assert Difference("call", "DELETE workload /awsconnectors/{id} in up", "not made", "once") in found


def test_another_order_of_what_changes_something_is_named_and_that_of_reads_is_not() -> None:
    make, remove = exchange(method="POST", path="/awsconnectors"), exchange(method="DELETE")
    read = exchange(path="/awsconnectorsettings")
    (found,) = between([remove, make, read], [read, make, remove])
    assert found.what == "order"
    assert found.vendor.startswith("DELETE")


def test_a_call_that_was_repeated_until_it_worked_shows_both_statuses() -> None:
    refused = exchange(status=400, json={"message": "x"})
    found = between([refused, refused, exchange()], [exchange()])
    assert Difference("status", f"{CALL} in up", "200, 400 (2 times)", "200") in found
