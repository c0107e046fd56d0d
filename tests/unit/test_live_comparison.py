"""Two records are compared place by place; what varies with the day is no difference."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from live.comparison import Difference, compare
from live.record import Exchange, Record
from live.report import page
from live.shapes import of_body

CALL = "GET workload /awsconnectors/{id}"


def exchange(**changes: Any) -> Exchange:
    """A call that reads a connector, but for the changes; `json` is the answer's body."""
    body = changes.pop("json", {"ID": 7, "alias": "", "regions": ["x"]})
    shape = of_body(json.dumps(body).encode())
    plain = Exchange("up", "workload", "GET", "/awsconnectors/{id}", (), 200, ("date",), "application/json", shape)
    return dataclasses.replace(plain, **changes)


def between(trend: list[Exchange], simulator: list[Exchange]) -> list[Difference]:
    return compare(Record("Trend", "us-1", trend), Record("simulator", "us-1", simulator))


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"status": None}, Difference("status", f"{CALL} in up", "no answer", "200")),
        ({"content_type": "x/y"}, Difference("content type", f"{CALL}, success", "x/y", "application/json")),
        ({"headers": ("date", "retry-after")}, Difference("header", f"{CALL}, success", "retry-after", "none")),
        (
            {"json": {"ID": 7, "alias": "", "regions": ["x"], "more": None}},
            Difference("field", f"{CALL}, success: more", "null", "absent"),
        ),
    ],
)
def test_each_kind_of_difference_is_named_with_where_and_what(change: dict[str, Any], difference: Difference) -> None:
    assert difference in between([exchange(**change)], [exchange()])


@pytest.mark.parametrize(
    "change",
    [
        {"headers": ("date", "server", "x-cache")},
        {"json": {"ID": 8, "alias": "an alias", "regions": ["y", "z"]}},
        {"json": {"ID": 7, "alias": "", "regions": []}},
    ],
)
def test_values_emptiness_and_other_headers_are_no_difference(change: dict[str, Any]) -> None:
    assert between([exchange(**change)], [exchange()]) == []


def test_a_missing_object_or_another_body_is_one_difference_and_not_one_for_each_field() -> None:
    nested = exchange(json={"account": {"id": "1", "roles": [{"arn": "x"}]}})
    assert between([exchange(json={})], [nested]) == [
        Difference("field", f"{CALL}, success: account", "absent", "object")
    ]
    assert between([exchange(body=of_body(b""))], [nested]) == [
        Difference("type", f"{CALL}, success: (whole)", "nothing", "object")
    ]


def test_an_additional_call_and_a_missing_one_are_named() -> None:
    found = between([exchange(), exchange()], [exchange(), exchange(method="DELETE", status=204)])
    assert Difference("call", f"{CALL} in up", "2 times", "once") in found
    assert Difference("call", "DELETE workload /awsconnectors/{id} in up", "not made", "once") in found


def test_another_order_of_what_changes_something_is_named_and_that_of_reads_is_not() -> None:
    create, delete = exchange(method="POST", path="/awsconnectors"), exchange(method="DELETE")
    read = exchange(path="/awsconnectorsettings")
    (found,) = between([delete, create, read], [read, create, delete])
    assert (found.what, found.trend[:6]) == ("order", "DELETE")


def test_a_call_that_was_repeated_until_it_worked_shows_both_statuses() -> None:
    refused = exchange(status=400, json={"message": "x"})
    found = between([refused, refused, exchange()], [exchange()])
    assert Difference("status", f"{CALL} in up", "200, 400 (2 times)", "200") in found


def test_the_report_has_a_row_for_each_difference_and_says_which_phase_failed() -> None:
    lived = Record("Trend", "us-1", exit_codes={"preview": 0, "up": 255})
    text = page(lived, Record("simulator", "us-1"), [Difference("status", f"{CALL} in up", "404", "200 | 201")])
    assert f"| status | {CALL} in up | 404 | 200 \\| 201 |" in text
    assert "| preview | ok | not run |" in text
    assert "| up | exit code 255 | not run |" in text
    assert not lived.completed
