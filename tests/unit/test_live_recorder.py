"""The recorder passes everything on and writes down names and kinds, never a value; the probes leave nothing behind."""

from __future__ import annotations

import json

import pytest
import requests

from components.settings.endpoints import Endpoints
from live import redaction
from live.probes import Probes
from live.record import Record
from live.recorder import Recorder
from live.shapes import of_body, parent, union
from tests.unit.conftest import KEY
from tests.unit.scripted_vendor import DROP, Answer, Vendor

SENTINEL = "SENTINEL-tmc0Key9Secret8Token7of6body"
ACCOUNT = "123456789012"
OURS = {"ID": 7, "displayName": "ours", "accountId": ACCOUNT, "crossAccountRoleArn": "arn:x", "accountAlias": ""}
THEIRS = {"ID": 3, "displayName": "theirs", "accountId": "999999999999", "crossAccountRoleArn": "arn:y"}
BEFORE_THE_SECOND_REQUEST = 9
"""Calls of the probes before they list the connectors."""


def shape(value: object) -> dict[str, list[str]]:
    return {place: sorted(kinds) for place, kinds in of_body(json.dumps(value).encode()).items()}


def test_calls_and_answers_go_through_unchanged(vendor: Vendor) -> None:
    vendor.will(Answer(201, {"ID": 7, "name": "é"}, {"X-Trace-Id": "t", "Retry-After": "3"}))
    with Recorder(Endpoints(base=vendor.url), Record("Trend", "us-1")) as recorder:
        answer = requests.post(
            f"{recorder.url}/workload/awsconnectors/a%20b?sync=true",
            json={"displayName": "ü"},
            headers={"Authorization": "ApiKey id:secret", "api-version": "v1"},
            timeout=5,
        )

    assert (answer.status_code, answer.json()) == (201, {"ID": 7, "name": "é"})
    assert (answer.headers["X-Trace-Id"], answer.headers["Retry-After"]) == ("t", "3")
    (asked,) = vendor.asked
    assert (asked.method, asked.path) == ("POST", "/workload/awsconnectors/a%20b?sync=true")
    assert asked.body == {"displayName": "ü"}
    sent = {name.lower(): value for name, value in asked.headers.items()}
    assert (sent["authorization"], sent["api-version"]) == ("ApiKey id:secret", "v1")


def test_no_value_is_written_down_wherever_it_is(vendor: Vendor) -> None:
    url = f"https://x.example/{SENTINEL}?{SENTINEL}=1#/q?param_ServiceToken={SENTINEL}&{SENTINEL}={SENTINEL}"
    everywhere = {"a": SENTINEL, "state": SENTINEL, SENTINEL: [SENTINEL, {SENTINEL: 1}], "deploymentURL": url}
    vendor.will(
        Answer(200, everywhere, {"X-Trace-Id": SENTINEL, SENTINEL: "1"}),
        Answer(404, {"message": SENTINEL, "fields": {SENTINEL: SENTINEL}}),
        Answer(200, SENTINEL.encode(), {"Content-Type": f"text/{SENTINEL}; {SENTINEL}"}),
    )
    record = Record("Trend", "us-1")
    with Recorder(Endpoints(base=vendor.url), record) as recorder:
        for _ in range(3):
            requests.post(
                f"{recorder.url}/cloudtrail/stacks/{SENTINEL}?{SENTINEL}={SENTINEL}",
                json={"enrollmentToken": SENTINEL},
                headers={"Authorization": f"ApiKey {SENTINEL}:{SENTINEL}"},
                timeout=5,
            )

    assert [each.status for each in record.exchanges] == [200, 404, 200]
    assert SENTINEL.lower() not in record.to_json().lower()
    assert record.exchanges[0].call == "POST cloudtrail /stacks/{id}?{?}"
    assert "deploymentURL#param_ServiceToken" in json.loads(record.to_json())["exchanges"][0]["body"]


def test_a_call_without_an_answer_is_written_down_and_reaches_the_caller_as_a_broken_connection(vendor: Vendor) -> None:
    vendor.will(DROP)
    record = Record("Trend", "us-1")
    with Recorder(Endpoints(base=vendor.url), record) as recorder, pytest.raises(requests.ConnectionError):
        requests.get(f"{recorder.url}/workload/awsconnectors", timeout=5)

    assert [(each.call, each.status) for each in record.exchanges] == [("GET workload /awsconnectors", None)]


def test_a_call_to_none_of_trends_services_goes_nowhere(vendor: Vendor) -> None:
    record = Record("Trend", "us-1")
    with Recorder(Endpoints(base=vendor.url), record) as recorder:
        assert requests.get(f"{recorder.url}/elsewhere/x", timeout=5).status_code == 404
    assert (vendor.asked, record.exchanges) == ([], [])


def test_a_body_becomes_the_kind_of_each_of_its_places() -> None:
    body = {"ID": 7, "on": True, "share": 0.5, "none": None, "regions": ["us-east-1"], "items": [{"id": "x"}, {"n": 1}]}
    assert shape(body) == {
        "(whole)": ["object"],
        "ID": ["integer"],
        "on": ["boolean"],
        "share": ["number"],
        "none": ["null"],
        "regions": ["array"],
        "regions[]": ["string"],
        "items": ["array"],
        "items[]": ["object"],
        "items[].id": ["string"],
        "items[].n": ["integer"],
    }
    assert [of_body(content)["(whole)"] for content in (b" \n", b"<html>", b"\xff\xfe")] == [
        {"nothing"},
        {"no JSON"},
        {"no JSON"},
    ]


@pytest.mark.parametrize(
    ("field", "text", "kind"),
    [
        ("alias", "", "string (empty)"),
        ("alias", "012345678901", "string (12 digits)"),
        ("alias", "42", "string (digits)"),
        ("alias", "2024-01-02T03:04:05Z", "string (time)"),
        ("alias", "arn:aws:iam::012345678901:role/x", "string (ARN)"),
        ("alias", "urn:cloudone:identity:us-1:098765432109:apikey/x", "string (URN)"),
        ("alias", "https://console.example/", "string (URL)"),
        ("alias", "managed", "string"),
        ("state", "managed", "string 'managed'"),
        ("state", SENTINEL, "string '{?}'"),
    ],
)
def test_of_a_text_its_form_is_told_or_a_word_of_trends_vocabulary(field: str, text: str, kind: str) -> None:
    assert shape({field: text})[field] == [kind]


@pytest.mark.parametrize("value", [SENTINEL, ACCOUNT, "a b", "x" * 41, "é", "arn:aws:iam::1:role/x", ""])
def test_a_name_that_looks_like_data_is_hidden(value: str) -> None:
    assert redaction.name(value) == redaction.HIDDEN
    assert f"outer.{redaction.HIDDEN}" in shape({"outer": {value: 1}})


@pytest.mark.parametrize("value", ["createStackURL", "param_S3BucketName", "x-amzn-requestid", "api-version", "$ref"])
def test_a_name_that_looks_like_a_name_is_kept(value: str) -> None:
    assert redaction.name(value) == value


def test_of_a_path_and_a_content_type_only_known_words_stay() -> None:
    assert redaction.path(f"/cloudaccounts/aws/{ACCOUNT}/{SENTINEL}") == "/cloudaccounts/aws/{id}/{id}"
    assert redaction.path("/v3.0/healthcheck/connectivity") == "/v3.0/healthcheck/connectivity"
    assert redaction.media_type("application/problem+json") == "application/problem+json"
    assert redaction.media_type(SENTINEL) == redaction.HIDDEN


def test_samples_are_taken_together_and_each_place_is_in_another() -> None:
    both = union([of_body(b'{"next": null, "items": []}'), of_body(b'{"next": "c", "items": [{"id": 1}]}')])
    assert (both["next"], both["items[].id"]) == (frozenset({"null", "string"}), frozenset({"integer"}))
    places = ["a", "a.b", "a[]", "a[].b", "url#pair", "url?pair", "[]"]
    assert [parent(place) for place in places] == ["(whole)", "a", "a", "a[]", "url", "url", "(whole)"]


def probe(vendor: Vendor, *answers: Answer) -> list[str]:
    """Run the probes; the answers are those from the list of connectors on. Returns the calls from there on."""
    vendor.will(*[Answer(404)] * BEFORE_THE_SECOND_REQUEST, *answers)
    Probes(vendor.url, str(KEY), ACCOUNT, "us-east-1").run()
    return vendor.calls[BEFORE_THE_SECOND_REQUEST:]


def test_a_second_connector_that_trend_creates_is_deleted_and_no_other(vendor: Vendor) -> None:
    calls = probe(vendor, Answer(200, {"awsConnectors": [THEIRS, OURS]}), Answer(200, {**OURS, "ID": 8}))

    assert [call for call in calls if not call.startswith("GET")] == [
        "POST /workload/awsconnectors",
        "DELETE /workload/awsconnectors/8",
    ]
    posted = vendor.asked[BEFORE_THE_SECOND_REQUEST + 1].body
    assert posted == {"displayName": "ours", "accountId": ACCOUNT, "crossAccountRoleArn": "arn:x"}


def test_where_trend_answers_with_the_first_connector_nothing_is_deleted(vendor: Vendor) -> None:
    calls = probe(vendor, Answer(200, {"awsConnectors": [OURS]}), Answer(200, OURS))
    assert [call for call in calls if call.startswith("DELETE")] == []


def test_where_the_account_has_no_link_none_is_asked_for_and_vision_one_never_gets_the_key(vendor: Vendor) -> None:
    calls = probe(vendor, Answer(200, {"awsConnectors": [THEIRS]}), Answer(200, {"cloudAccounts": []}))
    assert [call for call in calls if not call.startswith("GET")] == []
    keys = {asked.path.split("/")[1]: asked.headers.get("Authorization") for asked in vendor.asked}
    assert (keys["visionone"], keys["workload"]) == (None, f"ApiKey {KEY}")
