"""What each refusal and each unusable reply of Trend becomes."""

from __future__ import annotations

from typing import Any

import pytest

from components.trend.client import Trend
from components.trend.errors import (
    BadRequest,
    Conflict,
    CredentialsError,
    Forbidden,
    NotFound,
    RateLimited,
    ServiceFailed,
    TrendError,
    Unauthenticated,
    UnusableReply,
    WrongAccount,
)
from tests.unit.scripted_vendor import Answer, Vendor

STATUSES: list[tuple[int, type[TrendError], str]] = [
    (400, BadRequest, "settings"),
    (401, Unauthenticated, "create a new one"),
    (403, Forbidden, "Full Access"),
    (404, NotFound, "--refresh"),
    (405, BadRequest, "settings"),
    (409, Conflict, "adopt"),
    (422, BadRequest, "settings"),
    (429, RateLimited, "wait"),
    (500, ServiceFailed, "status.trendmicro.com"),
    (502, ServiceFailed, "status.trendmicro.com"),
    (503, ServiceFailed, "status.trendmicro.com"),
    (504, ServiceFailed, "status.trendmicro.com"),
]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(("status", "expected", "hint"), STATUSES)
def test_each_status_has_its_exception_with_the_next_step(
    vendor: Vendor, trend: Trend, status: int, expected: type[TrendError], hint: str
) -> None:
    vendor.otherwise = Answer(status, {"message": "Not this way"})
    with pytest.raises(TrendError) as caught:
        trend.workload("us-1").external_id()
    error = caught.value
    assert type(error) is expected
    assert (error.method, error.path, error.status) == ("GET", "workload /awsconnectorsettings", status)
    assert error.message == "Not this way"
    assert hint in error.hint


CLOUD_ONE = {"message": "Invalid body", "fields": {"roleARN": "is no ARN", "alias": "is too long"}}
BODIES: list[tuple[Any, str, dict[str, str]]] = [
    (CLOUD_ONE, "Invalid body", {"roleARN": "is no ARN", "alias": "is too long"}),
    ({"message": "Not authorized to view"}, "Not authorized to view", {}),
    ({"error": {"code": "InvalidToken", "message": "The token is used up"}}, "InvalidToken The token is used up", {}),
    ({"error": {"message": "The token is used up"}}, "The token is used up", {}),
    ({"error": "not an object"}, "Forbidden", {}),
    ({"message": "", "fields": "not an object"}, "Forbidden", {}),
    ({}, "Forbidden", {}),
    ([1, 2], "Forbidden", {}),
    (b"<html><title>Sign in</title></html>", "Forbidden", {}),
    (b"", "Forbidden", {}),
    (b'{"message": "cut', "Forbidden", {}),
]


@pytest.mark.parametrize(("body", "message", "fields"), BODIES)
def test_trends_words_are_found_in_each_of_its_error_bodies(
    vendor: Vendor, trend: Trend, body: Any, message: str, fields: dict[str, str]
) -> None:
    vendor.will(Answer(403, body))
    with pytest.raises(Forbidden) as caught:
        trend.workload("us-1").external_id()
    assert caught.value.message == message
    assert caught.value.fields == fields


@pytest.mark.parametrize("header", ["X-Trace-Id", "x-request-id", "x-amzn-RequestId"])
def test_the_trace_id_is_kept_for_a_support_case(vendor: Vendor, trend: Trend, header: str) -> None:
    vendor.will(Answer(400, {"message": "no"}, {header: "11-22"}))
    with pytest.raises(BadRequest) as caught:
        trend.workload("us-1").external_id()
    assert caught.value.trace_id == "11-22"
    assert "trace id 11-22" in str(caught.value)


UNUSABLE: list[tuple[Answer, str]] = [
    (Answer(200, b"<html>Sign in</html>", {"Content-Type": "text/html; charset=utf-8"}), "text/html, not JSON"),
    (Answer(200, b""), "empty response, expected JSON"),
    (Answer(200, b" \r\n"), "empty response, expected JSON"),
    (Answer(204, b""), "empty response, expected JSON"),
    (Answer(200, b'{"externalId": "a'), "cut short or garbled, and not JSON"),
    (Answer(200, b"null"), "not the object"),
    (Answer(200, b'"externalId"'), "not the object"),
    (Answer(200, b"[]"), "not the object"),
]


@pytest.mark.parametrize(("answer", "text"), UNUSABLE)
def test_a_success_without_a_json_object_is_no_success(vendor: Vendor, trend: Trend, answer: Answer, text: str) -> None:
    vendor.will(answer)
    with pytest.raises(UnusableReply) as caught:
        trend.workload("us-1").external_id()
    assert text in caught.value.message
    assert caught.value.status == answer.status
    assert "proxy or sign-in page" in caught.value.hint


@pytest.mark.parametrize("answer", [answer for answer, _ in UNUSABLE])
def test_an_unusable_reply_never_means_that_a_link_is_gone(vendor: Vendor, trend: Trend, answer: Answer) -> None:
    vendor.otherwise = answer
    with pytest.raises(UnusableReply):
        trend.workload("us-1").get_connector("7")
    with pytest.raises(UnusableReply):
        trend.cloud_accounts("us-1").get("012345678901")


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("status", [status for status, _, _ in STATUSES if status != 404])
def test_no_status_but_404_means_that_a_link_is_gone(vendor: Vendor, trend: Trend, status: int) -> None:
    vendor.otherwise = Answer(status, {"message": "no"})
    with pytest.raises(TrendError):
        trend.workload("us-1").get_connector("7")
    vendor.otherwise = Answer(404, {"message": "no"})
    assert trend.workload("us-1").get_connector("7") is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_the_key_does_not_follow_it(vendor: Vendor, trend: Trend, status: int) -> None:
    vendor.will(Answer(status, b"", {"Location": f"{vendor.url}/elsewhere"}))
    with pytest.raises(UnusableReply) as caught:
        trend.workload("us-1").external_id()
    assert caught.value.status == status
    assert vendor.calls == ["GET /workload/awsconnectorsettings"]


def test_a_missing_field_is_named_and_no_value_of_the_reply_is(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(200, {"awsConnectors": [{"accountId": "a-value", "displayName": "another-value"}]}))
    with pytest.raises(UnusableReply) as caught:
        trend.workload("us-1").find_connectors("012345678901")
    text = str(caught.value)
    assert "POST workload /awsconnectors/search" in text
    assert "missing required field `ID` - at `$.awsConnectors[0]`" in text
    assert "newer version" in text
    assert "value" not in text


def test_a_field_of_another_type_is_named_and_its_value_is_not(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(200, {"ID": 7, "workspacesEnabled": "a-value"}))
    with pytest.raises(UnusableReply) as caught:
        trend.workload("us-1").get_connector("7")
    assert "expected `bool`, got `str` - at `$.workspacesEnabled`" in str(caught.value)
    assert "a-value" not in str(caught.value)


def test_an_error_is_one_line_with_call_answer_words_trace_and_next_step() -> None:
    error = BadRequest(
        "Invalid\nbody", method="POST", path="workload /awsconnectors", status=400, trace_id="t-1",
        fields={"accountId": "is\r\nmissing"}, hint="do\tthis",
    )  # fmt: skip
    assert str(error) == (
        "POST workload /awsconnectors: HTTP 400: Invalid body (accountId: is missing, trace id t-1); do this"
    )


def test_an_error_before_any_call_has_no_empty_places() -> None:
    assert str(CredentialsError("there is no key", hint="set it")) == "there is no key; set it"


def test_a_key_of_another_account_is_refused_by_name(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(200, {"urn": "urn:cloudone:identity:us-1:012345678901:apikey/tmc"}))
    trend.expect_account("012345678901")
    with pytest.raises(WrongAccount, match=r"012345678901.*account 999999999999") as caught:
        trend.expect_account("999999999999")
    assert "another stack" in caught.value.hint
    assert len(vendor.calls) == 1, "the key's details are asked for once"
