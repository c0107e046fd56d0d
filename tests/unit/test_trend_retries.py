"""What is sent again, how often, after what wait, and what is not."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from components.trend.client import Trend
from components.trend.errors import BadRequest, NoReply, RateLimited, ServiceFailed, TrendError
from tests.unit.scripted_vendor import DROP, Answer, Vendor

ClientCall = Callable[[Trend], Any]
CONNECTOR = {"ID": 7, "accountId": "012345678901"}
ATTEMPTS = 5


def fetch(trend: Trend) -> Any:
    return trend.workload("us-1").get_connector("7")


def remove(trend: Trend) -> None:
    trend.workload("us-1").delete_connector("7")


def search(trend: Trend) -> Any:
    return trend.workload("us-1").find_connectors("012345678901")


def modify(trend: Trend) -> Any:
    return trend.workload("us-1").modify_connector("7", display_name="a", role_arn="b")


def create(trend: Trend) -> Any:
    return trend.workload("us-1").create_connector(account_id="012345678901", display_name="a", role_arn="b")


def register(trend: Trend) -> Any:
    return trend.cloud_accounts("us-1").create(role_arn="a", alias="", description="")


def enroll(trend: Trend) -> Any:
    return trend.vision_one_connect("us-1").enroll("token")


def mint(trend: Trend) -> Any:
    return trend.cloudtrail("us-1").mint_parameters(aws_account_id="012345678901", aws_region="us-east-1")


HARMLESS_TO_REPEAT = [fetch, remove, search, modify]
NEVER_BLINDLY = [create, register, enroll, mint]
# Answers that let the call of the same name succeed.
SUCCESS: dict[ClientCall, Answer] = {
    fetch: Answer(200, CONNECTOR),
    remove: Answer(204, b""),
    search: Answer(200, {"awsConnectors": [CONNECTOR]}),
    modify: Answer(200, CONNECTOR),
    create: Answer(200, CONNECTOR),
    register: Answer(200, {"id": "012345678901"}),
    enroll: Answer(200, {"registration": {"status": "registered"}}),
}


@pytest.mark.parametrize("call", HARMLESS_TO_REPEAT)
@pytest.mark.parametrize("trouble", [*(Answer(status) for status in (429, 502, 503, 504)), DROP])
def test_a_call_that_may_be_repeated_is(
    vendor: Vendor, trend: Trend, waits: list[float], call: ClientCall, trouble: Answer
) -> None:
    vendor.will(trouble, trouble, SUCCESS[call])
    call(trend)
    assert len(vendor.calls) == 3
    assert len(set(vendor.calls)) == 1


@pytest.mark.parametrize("call", HARMLESS_TO_REPEAT)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
def test_an_answer_that_will_not_change_is_not_asked_for_again(
    vendor: Vendor, trend: Trend, call: ClientCall, status: int
) -> None:
    vendor.otherwise = Answer(status)
    if (call, status) == (fetch, 404):
        assert call(trend) is None
    else:
        with pytest.raises(TrendError):
            call(trend)
    assert len(vendor.calls) == 1


@pytest.mark.parametrize(
    ("trouble", "expected"), [(Answer(503), ServiceFailed), (Answer(429), RateLimited), (DROP, NoReply)]
)
def test_patience_ends_after_five_attempts(
    vendor: Vendor, trend: Trend, waits: list[float], trouble: Answer, expected: type[TrendError]
) -> None:
    vendor.otherwise = trouble
    with pytest.raises(expected):
        fetch(trend)
    assert len(vendor.calls) == ATTEMPTS
    assert waits == sorted(waits), "each pause is at least as long as the one before"
    assert 0 < waits[-1] <= 8


@pytest.mark.parametrize("call", NEVER_BLINDLY)
def test_a_post_whose_reply_was_lost_is_not_sent_again(
    vendor: Vendor, trend: Trend, waits: list[float], call: ClientCall
) -> None:
    vendor.otherwise = DROP
    with pytest.raises(NoReply, match="broke before the reply came"):
        call(trend)
    assert len(vendor.calls) == 1
    assert waits == []


@pytest.mark.parametrize("call", NEVER_BLINDLY)
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}])
@pytest.mark.parametrize("status", [400, 409, 413, 500, 502, 503, 504])
def test_a_post_that_may_have_landed_is_not_sent_again(
    vendor: Vendor, trend: Trend, waits: list[float], call: ClientCall, headers: dict[str, str], status: int
) -> None:
    vendor.otherwise = Answer(status, headers=headers)
    with pytest.raises((ServiceFailed, BadRequest) if status != 409 else TrendError):
        call(trend)
    assert len(vendor.calls) == 1
    assert waits == []


@pytest.mark.parametrize("call", [call for call in NEVER_BLINDLY if call in SUCCESS])
def test_a_post_that_was_turned_away_for_the_rate_is_sent_again(
    vendor: Vendor, trend: Trend, waits: list[float], call: ClientCall
) -> None:
    vendor.will(Answer(429), Answer(429), SUCCESS[call])
    call(trend)
    assert len(vendor.calls) == 3


def test_a_post_turned_away_for_the_rate_and_then_lost_is_given_up(
    vendor: Vendor, trend: Trend, waits: list[float]
) -> None:
    vendor.will(Answer(429), DROP)
    with pytest.raises(NoReply):
        create(trend)
    assert len(vendor.calls) == 2


@pytest.mark.parametrize(
    ("asked", "obeyed"), [("3", 3), ("0", None), ("3600", 30), ("soon", None), ("-5", None), ("9" * 40, 30)]
)
@pytest.mark.parametrize("call", [fetch, create])
def test_retry_after_in_seconds_is_obeyed_up_to_half_a_minute(
    vendor: Vendor, trend: Trend, waits: list[float], asked: str, obeyed: float | None, call: ClientCall
) -> None:
    vendor.will(Answer(429, headers={"Retry-After": asked}), SUCCESS[call])
    call(trend)
    assert waits == ([] if obeyed is None else [obeyed])


@pytest.mark.parametrize(("ahead", "longest"), [(10, 10), (-60, 0), (7200, 30)])
def test_retry_after_as_a_date_is_obeyed_up_to_half_a_minute(
    vendor: Vendor, trend: Trend, waits: list[float], ahead: int, longest: int
) -> None:
    date = formatdate(time.time() + ahead, usegmt=True)
    vendor.will(Answer(503, headers={"Retry-After": date}), SUCCESS[fetch])
    fetch(trend)
    assert (waits or [0])[0] == pytest.approx(longest, abs=2)


def test_a_date_that_no_calendar_has_is_no_error(vendor: Vendor, trend: Trend, waits: list[float]) -> None:
    vendor.will(Answer(503, headers={"Retry-After": "Mon, 01 Jan 99999 00:00:00 GMT"}), SUCCESS[fetch])
    fetch(trend)
    assert len(vendor.calls) == 2


def test_a_body_broken_off_half_way_is_a_lost_reply(vendor: Vendor, trend: Trend) -> None:
    vendor.otherwise = Answer(200, CONNECTOR, instead="break off")
    with pytest.raises(NoReply, match="broke before the reply came"):
        create(trend)
    assert len(vendor.calls) == 1
