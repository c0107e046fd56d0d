"""The request log: what it tells, and what it never tells."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from sandbox.trend import LoggedRequest, Simulator
from sandbox.trend.redaction import REDACTED, Redactor
from tests.unit.test_trend_simulator.conftest import Api

CONNECTORS = "/workload/awsconnectors"


def test_a_call_is_logged_by_its_template_with_status_and_kind(
    sim: Simulator, api: Api, connector: dict[str, Any]
) -> None:
    api("GET", f"/accounts/apikeys/{sim.tenant.full_access_key.id}")
    api("POST", CONNECTORS, connector)
    api("POST", f"{CONNECTORS}/search", {})
    api("PUT", f"{CONNECTORS}/1")
    api("DELETE", f"{CONNECTORS}/1")
    assert [
        (entry.sequence, entry.service, entry.method, entry.path, entry.status, entry.changing)
        for entry in sim.control.requests()
    ] == [
        (1, "accounts", "GET", "/apikeys/{id}", 200, False),
        (2, "workload", "POST", "/awsconnectors", 200, True),
        (3, "workload", "POST", "/awsconnectors/search", 200, False),
        (4, "workload", "PUT", "/awsconnectors/{ID}", 405, True),
        (5, "workload", "DELETE", "/awsconnectors/{ID}", 204, True),
    ]


def test_requests_can_be_narrowed_down(sim: Simulator, api: Api, connector: dict[str, Any]) -> None:
    api("POST", CONNECTORS, connector)
    api("GET", CONNECTORS)
    api("GET", "/services/services")
    assert [entry.sequence for entry in sim.control.requests("workload")] == [1, 2]
    assert [entry.sequence for entry in sim.control.requests(method="GET")] == [2, 3]
    assert [entry.sequence for entry in sim.control.requests(path="/awsconnectors", changing=True)] == [1]
    sim.control.clear_requests()
    assert sim.control.requests() == []


def test_a_session_uses_one_connection_for_many_calls(sim: Simulator, api: Api) -> None:
    for _ in range(20):
        api("GET", CONNECTORS)
    api("POST", CONNECTORS, {"refused": True})
    api("DELETE", f"{CONNECTORS}/1")
    api("GET", CONNECTORS)
    assert (len(sim.control.requests()), sim.control.connections()) == (23, 1)


def test_each_session_is_a_connection_of_its_own(sim: Simulator, api: Api) -> None:
    headers = dict(api.session.headers)

    def call(_: int) -> None:
        with requests.Session() as session:
            for _ in range(3):
                session.get(sim.url + CONNECTORS, headers=headers, timeout=5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call, range(4)))
    api("GET", "/services/services")
    assert (sim.control.connections("workload"), sim.control.connections("services")) == (4, 1)
    assert [entry.sequence for entry in sim.control.requests()] == list(range(1, 14))


def test_no_secret_reaches_the_log_in_any_form(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    sentinel = "SENTINELsecret+/=0123456789"
    with Simulator(request_log=log) as sim, requests.Session() as session:
        key = sim.tenant.full_access_key
        token = sim.tenant.enrolment_tokens[0].value
        sim.control.add_cloud_account("012345678901", "arn:aws:iam::012345678901:role/r")

        def send(method: str, path: str, body: Any = None, authorization: str = key.value) -> requests.Response:
            headers = {"Authorization": f"ApiKey {authorization}", "api-version": "v1"}
            return session.request(method, sim.url + path, json=body, headers=headers, timeout=5)

        send("GET", f"/accounts/apikeys/{key.id}")
        send("GET", f"/accounts/apikeys/{quote(key.value, safe='')}")
        send("GET", f"/accounts/{key.secret}/{key.id}?{key.secret}={key.secret}")
        send("GET", f"/{key.secret}")
        send("POST", "/visionone-connect/connectors", {"enrollmentToken": token})
        send("POST", "/visionone-connect/connectors", {"token": token, token: {"alias": [token]}})
        send("POST", "/visionone-connect/connectors", [token])
        encoded = [f"x{base64.b64encode(f'{pad}{key.secret}'.encode()).decode()}" for pad in ("", "a", "ab")]
        for text in (key.secret, f"the key is {key.value}", key.secret.encode().hex(), *encoded):
            send("POST", "/cloudaccounts/cloudaccounts/aws", {"roleARN": "r", "description": text})
        send("POST", "/cloudaccounts/cloudaccounts/aws", {"alias": sentinel}, authorization=f"unknown:{sentinel}")
        minted = send("POST", "/cloudtrail/stacks", {"providerAccountID": "012345678901", "awsRegion": "us-east-1"})
        assert sim.tenant.minted_prefix in minted.text
        told = log.read_text() + str(sim.control.requests()) + sim.control.state().to_json()
        assert len(log.read_text().splitlines()) == 15
    needles = [key.id, key.secret, key.value, token, sentinel, sim.tenant.minted_prefix]
    needles += [form for secret in (key.secret, token) for form in (quote(secret), secret.encode().hex())]
    needles += [line[8:60] for line in encoded]
    assert [needle for needle in needles if needle in told] == []


def test_harmless_fields_are_logged_and_unknown_ones_are_not(
    sim: Simulator, api: Api, connector: dict[str, Any]
) -> None:
    api("POST", CONNECTORS, connector | {"other": "value"})
    assert sim.control.requests()[0].body == connector | {"other": REDACTED}


@pytest.mark.parametrize("secret", ["a/b c+d=e", "plain-secret"])
def test_a_redactor_finds_a_secret_in_its_encoded_forms(secret: str) -> None:
    redactor = Redactor([secret])
    forms = [secret, quote(secret, safe=""), secret.encode().hex(), base64.b64encode(f"id:{secret}".encode()).decode()]
    assert {redactor.value(f"<{form}>") for form in forms} == {REDACTED}
    assert redactor.value("nothing of the kind") == "nothing of the kind"


def test_the_file_holds_one_json_line_a_call(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    for _ in range(2):
        with Simulator(request_log=log) as sim:
            requests.get(sim.url + "/services/services", timeout=5)
    entries = [LoggedRequest.model_validate(json.loads(line)) for line in log.read_text().splitlines()]
    assert [(entry.path, entry.status) for entry in entries] == [("/services", 400)] * 2
