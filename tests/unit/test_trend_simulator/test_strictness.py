"""Headers, keys, paths, bodies: what each service refuses, and how it writes the refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.trend import Simulator
from tests.unit.test_trend_simulator.conftest import Api

REGIONAL_CALLS = [
    ("GET", "/services/services"),
    ("GET", "/workload/awsconnectors"),
    ("GET", "/cloudaccounts/cloudaccounts/aws"),
    ("GET", "/visionone-connect/connectors"),
]


@pytest.mark.parametrize(("method", "path"), REGIONAL_CALLS)
@pytest.mark.parametrize("version", [None, "v2"])
def test_a_call_without_the_api_version_is_refused(api: Api, method: str, path: str, version: str | None) -> None:
    reply = api(method, path, headers={"api-version": version})
    assert reply.status_code == 400
    assert "api-version" in reply.json()["message"]


@pytest.mark.parametrize(
    "authorization", ["", "ApiKey", "ApiKey only-an-id", "ApiKey :secret", "ApiKey id:", "Bearer a:b", "ApiKey id:no"]
)
def test_a_key_that_is_malformed_or_unknown_is_unauthenticated(
    api_as: Callable[[str], Api], authorization: str
) -> None:
    assert api_as(authorization)("GET", "/services/services").status_code == 401


def test_a_right_id_with_a_wrong_secret_is_unauthenticated(sim: Simulator, api_as: Callable[[str], Api]) -> None:
    reply = api_as(f"ApiKey {sim.tenant.full_access_key.id}:wrong")("GET", "/workload/awsconnectors")
    assert (reply.status_code, reply.json()) == (401, {"message": "Invalid API Key"})


def test_a_disabled_key_is_forbidden(key_of: Callable[[str], tuple[str, Api]]) -> None:
    key_id, api = key_of("Disabled")
    assert api("GET", "/services/services").status_code == 403
    assert api("GET", f"/accounts/apikeys/{key_id}").status_code == 403


def test_a_disabled_key_reads_itself_where_the_tenant_lets_it(
    sim: Simulator, key_of: Callable[[str], tuple[str, Api]]
) -> None:
    sim.control.behave(disabled_key="reads-itself")
    key_id, api = key_of("Disabled")
    assert api("GET", f"/accounts/apikeys/{key_id}").json()["enabled"] is False
    assert api("GET", "/services/services").status_code == 403


def test_a_read_only_key_reads_and_searches_but_changes_nothing(
    sim: Simulator, key_of: Callable[[str], tuple[str, Api]], connector: dict[str, Any]
) -> None:
    _, api = key_of("ReadOnly")
    assert api("GET", "/workload/awsconnectors").status_code == 200
    assert api("POST", "/workload/awsconnectors/search", {}).status_code == 200
    reply = api("POST", "/workload/awsconnectors", connector)
    assert reply.status_code == 403
    assert reply.json()["message"].startswith("Not authorized to")
    assert sim.control.state().connectors == ()


def test_a_key_without_a_useful_role_only_reads_itself(key_of: Callable[[str], tuple[str, Api]]) -> None:
    key_id, api = key_of("NoAccess")
    assert api("GET", f"/accounts/apikeys/{key_id}").status_code == 200
    assert api("GET", "/services/services").status_code == 403


def test_vision_one_wants_its_own_token(api: Api, vision_one: Api) -> None:
    path = "/visionone/v3.0/healthcheck/connectivity"
    assert vision_one("GET", path, headers={"api-version": None}).json() == {"status": "available"}
    refused = api("GET", path)
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "Unauthorized"


def test_vision_one_names_every_reply_with_a_trace_id(vision_one: Api) -> None:
    paths = ["/visionone/v3.0/healthcheck/connectivity", "/visionone/unknown"]
    traces = {vision_one("GET", path).headers["x-trace-id"] for path in paths}
    assert len(traces) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/unknown/path",
        "/services/unknown",
        "/workload//awsconnectors",
        "/workload/awsconnectors/",
        "/workload/awsconnectors/7",
        "/workload/awsconnectors/seven",
        "/cloudaccounts/cloudaccounts/aws/999999999999",
    ],
)
def test_what_is_not_there_is_404_with_a_message(api: Api, path: str) -> None:
    reply = api("GET", path)
    assert reply.status_code == 404
    assert reply.json()["message"]


def test_an_unknown_path_of_vision_one_is_404_in_its_own_form(vision_one: Api) -> None:
    reply = vision_one("GET", "/visionone/v3.0/unknown")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "NotFound")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/workload/awsconnectors/1"),
        ("DELETE", "/workload/awsconnectors"),
        ("GET", "/workload/awsconnectors/search/more"),
        ("GET", "/cloudtrail/stacks"),
        ("DELETE", "/cloudtrail/stacks"),
        ("PATCH", "/cloudaccounts/cloudaccounts/aws/012345678901"),
        ("DELETE", "/visionone-connect/connectors"),
        ("OPTIONS", "/services/services"),
        ("HEAD", "/services/services"),
    ],
)
def test_a_verb_that_is_not_known_is_refused(api: Api, method: str, path: str) -> None:
    assert api(method, path).status_code in ({404} if path.endswith("more") else {405})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"providerAccountID": "012345678901"}, "awsRegion"),
        ({"providerAccountID": "012345678901", "awsRegion": "us-east-1", "extra": 1}, "extra"),
        ({"providerAccountID": 12345678901, "awsRegion": "us-east-1"}, "providerAccountID"),
        ({"providerAccountID": "12345678901", "awsRegion": "us-east-1"}, "providerAccountID"),
        ({"providerAccountID": "012345678901", "awsRegion": "us-1"}, "awsRegion"),
        ([], "body"),
    ],
)
def test_a_body_with_a_wrong_field_is_refused_by_the_name_of_the_field(api: Api, body: Any, field: str) -> None:
    reply = api("POST", "/cloudtrail/stacks", body)
    assert reply.status_code == 400
    assert list(reply.json()["fields"]) == [field]


def test_workload_security_tells_the_wrong_field_in_its_message_alone(api: Api, connector: dict[str, Any]) -> None:
    reply = api("POST", "/workload/awsconnectors", connector | {"workspacesEnabled": "yes"})
    assert reply.status_code == 400
    assert set(reply.json()) == {"message"}
    assert "workspacesEnabled" in reply.json()["message"]


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(api: Api, content_type: str | None) -> None:
    reply = api("POST", "/cloudtrail/stacks", data=b"{}", headers={"Content-Type": content_type})
    assert reply.status_code == 400
    assert "Content-Type" in reply.json()["message"]


def test_a_body_that_is_no_json_is_refused_without_repeating_it(api: Api) -> None:
    headers = {"Content-Type": "application/json"}
    reply = api("POST", "/visionone-connect/connectors", data=b'{"enrollmentToken": "half', headers=headers)
    assert reply.status_code == 400
    assert "half" not in reply.text


def test_a_misspelt_query_parameter_is_refused(api: Api) -> None:
    reply = api("GET", "/cloudaccounts/cloudaccounts/aws?limits=3")
    assert (reply.status_code, reply.json()["fields"]) == (400, {"limits": "is unknown"})
