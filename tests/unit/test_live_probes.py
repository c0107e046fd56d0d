"""The calls beside those of the program leave nothing behind, and Vision One never learns Cloud One's key."""

from __future__ import annotations

from live.probes import Probes
from tests.unit.conftest import KEY
from tests.unit.scripted_vendor import Answer, Vendor

ACCOUNT = "123456789012"
OURS = {"ID": 7, "displayName": "ours", "accountId": ACCOUNT, "crossAccountRoleArn": "arn:x", "accountAlias": ""}
THEIRS = {"ID": 3, "displayName": "theirs", "accountId": "999999999999", "crossAccountRoleArn": "arn:y"}
BEFORE_THE_SECOND_REQUEST = 9
"""Calls that come before the connectors are listed."""


def run(vendor: Vendor, *answers: Answer) -> list[str]:
    """Run the probes; the answers are those from the list of connectors on. Returns the calls from there on."""
    vendor.will(*[Answer(404)] * BEFORE_THE_SECOND_REQUEST, *answers)
    Probes(vendor.url, str(KEY), ACCOUNT, "us-east-1").run()
    return vendor.calls[BEFORE_THE_SECOND_REQUEST:]


def test_a_second_connector_that_the_vendor_makes_is_removed_and_no_other(vendor: Vendor) -> None:
    calls = run(vendor, Answer(200, {"awsConnectors": [THEIRS, OURS]}), Answer(200, {**OURS, "ID": 8}))

    assert calls[:3] == [
        "GET /workload/awsconnectors",
        "POST /workload/awsconnectors",
        "DELETE /workload/awsconnectors/8",
    ]
    posted = vendor.asked[BEFORE_THE_SECOND_REQUEST + 1].body
    assert posted == {"displayName": "ours", "accountId": ACCOUNT, "crossAccountRoleArn": "arn:x"}


def test_where_the_vendor_answers_with_the_first_connector_nothing_is_removed(vendor: Vendor) -> None:
    calls = run(vendor, Answer(200, {"awsConnectors": [OURS]}), Answer(200, OURS))
    assert [call for call in calls if call.startswith("DELETE")] == []


def test_where_no_link_of_the_account_stands_none_is_asked_for(vendor: Vendor) -> None:
    calls = run(vendor, Answer(200, {"awsConnectors": [THEIRS]}), Answer(200, {"cloudAccounts": []}))
    assert [call for call in calls if not call.startswith("GET")] == []


def test_vision_one_is_asked_without_the_key(vendor: Vendor) -> None:
    run(vendor)
    keys = {asked.path.split("/")[1]: asked.headers.get("Authorization") for asked in vendor.asked}
    assert keys["visionone"] is None
    assert keys["workload"] == f"ApiKey {KEY}"
