"""The recorder passes everything on, and writes down nothing that is a value."""

from __future__ import annotations

import json

import pytest
import requests

from components.settings.endpoints import Endpoints
from live.record import Record
from live.recorder import Recorder
from tests.unit.scripted_vendor import DROP, Answer, Vendor

SENTINEL = "SENTINEL-tmc0Key9Secret8Token7of6body"


def test_calls_and_answers_go_through_unchanged(vendor: Vendor) -> None:
    vendor.will(Answer(201, {"ID": 7, "name": "é"}, {"X-Trace-Id": "t", "Retry-After": "3"}))
    with Recorder(Endpoints(base=vendor.url), Record("vendor", "us-1")) as recorder:
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


def test_no_value_is_written_down_wherever_it_stands(vendor: Vendor) -> None:
    url = f"https://x.example/{SENTINEL}?{SENTINEL}=1#/q?param_ServiceToken={SENTINEL}&{SENTINEL}={SENTINEL}"
    everywhere = {"a": SENTINEL, "state": SENTINEL, SENTINEL: [SENTINEL, {SENTINEL: 1}], "deploymentURL": url}
    headers = {"X-Trace-Id": SENTINEL, SENTINEL: "1"}
    vendor.will(
        Answer(200, everywhere, headers),
        Answer(404, {"message": SENTINEL, "fields": {SENTINEL: SENTINEL}}),
        Answer(200, SENTINEL.encode(), {"Content-Type": f"text/{SENTINEL}; {SENTINEL}"}),
    )
    record = Record("vendor", "us-1")
    with Recorder(Endpoints(base=vendor.url), record) as recorder:
        for _ in range(3):
            requests.post(
                f"{recorder.url}/cloudtrail/stacks/{SENTINEL}?{SENTINEL}={SENTINEL}",
                json={"enrollmentToken": SENTINEL},
                headers={"Authorization": f"ApiKey {SENTINEL}:{SENTINEL}"},
                timeout=5,
            )

    assert [each.status for each in record.exchanges] == [200, 404, 200]
    assert SENTINEL not in record.to_json()
    assert SENTINEL.lower() not in record.to_json().lower()
    assert record.exchanges[0].call == "POST cloudtrail /stacks/{id}?{?}"
    assert "deploymentURL#param_ServiceToken" in json.loads(record.to_json())["exchanges"][0]["body"]


def test_a_call_without_an_answer_is_written_down_and_reaches_the_caller_as_a_broken_connection(vendor: Vendor) -> None:
    vendor.will(DROP)
    record = Record("vendor", "us-1")
    with (
        Recorder(Endpoints(base=vendor.url), record) as recorder,
        pytest.raises(requests.ConnectionError),
    ):
        requests.get(f"{recorder.url}/workload/awsconnectors", timeout=5)

    assert [(each.call, each.status) for each in record.exchanges] == [("GET workload /awsconnectors", None)]


def test_what_is_none_of_trends_services_goes_nowhere(vendor: Vendor) -> None:
    record = Record("vendor", "us-1")
    with Recorder(Endpoints(base=vendor.url), record) as recorder:
        assert requests.get(f"{recorder.url}/elsewhere/x", timeout=5).status_code == 404
    assert (vendor.asked, record.exchanges) == ([], [])
