"""Headers, keys, paths, bodies: what each service refuses, and how it writes the refusal. No value reaches the log."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.trend import Simulator
from tests.unit.test_trend_simulator.conftest import (
    ACCOUNT,
    CLOUD_ACCOUNT,
    CLOUD_ACCOUNTS,
    CONNECTOR,
    CONNECTORS,
    ENROLLMENT,
    ROLE,
    STACK,
    STACKS,
    Api,
)

HEALTH = "/visionone/v3.0/healthcheck/connectivity"


@pytest.mark.parametrize("path", ["/services/services", CONNECTORS, CLOUD_ACCOUNTS, ENROLLMENT])
@pytest.mark.parametrize("version", [None, "v2"])
def test_a_call_without_the_api_version_is_refused(api: Api, path: str, version: str | None) -> None:
    reply = api("GET", path, headers={"api-version": version})
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
    reply = api_as(f"ApiKey {sim.tenant.full_access_key.id}:wrong")("GET", CONNECTORS)
    assert (reply.status_code, reply.json()) == (401, {"message": "Invalid API Key"})


@pytest.mark.parametrize(
    ("purpose", "itself", "read", "search", "change"),
    [
        ("FullAccess", 200, 200, 200, 200),
        ("ReadOnly", 200, 200, 200, 403),
        ("NoAccess", 200, 403, 403, 403),
        ("Disabled", 403, 403, 403, 403),
    ],
)
def test_a_key_may_do_what_its_role_says(
    key_of: Callable[[str], tuple[str, Api]], purpose: str, itself: int, read: int, search: int, change: int
) -> None:
    key_id, api = key_of(purpose)
    assert api("GET", f"/accounts/apikeys/{key_id}").status_code == itself
    assert api("GET", CONNECTORS).status_code == read
    assert api("POST", f"{CONNECTORS}/search", {}).status_code == search
    assert api("POST", CONNECTORS, CONNECTOR).status_code == change


def test_a_disabled_key_reads_itself_where_the_tenant_lets_it(
    sim: Simulator, key_of: Callable[[str], tuple[str, Api]]
) -> None:
    sim.control.behave(disabled_key="reads-itself")
    key_id, api = key_of("Disabled")
    assert api("GET", f"/accounts/apikeys/{key_id}").json()["enabled"] is False
    assert api("GET", "/services/services").status_code == 403


def test_vision_one_wants_its_own_token_and_names_every_reply(api: Api, vision_one: Api) -> None:
    healthy = vision_one("GET", HEALTH, headers={"api-version": None})
    unknown = vision_one("GET", "/visionone/v3.0/unknown")
    refused = api("GET", HEALTH)
    assert healthy.json() == {"status": "available"}
    assert [(each.status_code, each.json()["error"]["code"]) for each in (unknown, refused)] == [
        (404, "NotFound"),
        (401, "Unauthorized"),
    ]
    assert len({each.headers["x-trace-id"] for each in (healthy, unknown, refused)}) == 3


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/unknown/path", 404),
        ("GET", "/services/unknown", 404),
        ("GET", "/workload//awsconnectors", 404),
        ("GET", f"{CONNECTORS}/", 404),
        ("GET", f"{CONNECTORS}/7", 404),
        ("GET", f"{CONNECTORS}/seven", 404),
        ("GET", f"{CONNECTORS}/search/more", 404),
        ("GET", f"{CLOUD_ACCOUNTS}/999999999999", 404),
        ("PUT", f"{CONNECTORS}/1", 405),
        ("DELETE", CONNECTORS, 405),
        ("GET", STACKS, 405),
        ("DELETE", STACKS, 405),
        ("PATCH", f"{CLOUD_ACCOUNTS}/{ACCOUNT}", 405),
        ("DELETE", ENROLLMENT, 405),
        ("OPTIONS", "/services/services", 405),
        ("HEAD", "/services/services", 405),
    ],
)
def test_a_call_that_no_service_knows_is_refused(api: Api, method: str, path: str, status: int) -> None:
    reply = api(method, path)
    assert reply.status_code == status
    assert method == "HEAD" or reply.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "fields"),
    [
        ("POST", STACKS, {"providerAccountID": ACCOUNT}, ["awsRegion"]),
        ("POST", STACKS, STACK | {"extra": 1}, ["extra"]),
        ("POST", STACKS, STACK | {"providerAccountID": 12345678901}, ["providerAccountID"]),
        ("POST", STACKS, STACK | {"providerAccountID": "12345678901"}, ["providerAccountID"]),
        ("POST", STACKS, STACK | {"awsRegion": "us-1"}, ["awsRegion"]),
        ("POST", STACKS, [], ["body"]),
        ("POST", CLOUD_ACCOUNTS, {"roleARN": "trend"}, ["roleARN"]),
        ("POST", CLOUD_ACCOUNTS, {"roleArn": ROLE}, ["roleARN", "roleArn"]),
        ("GET", f"{CLOUD_ACCOUNTS}?limits=3", None, ["limits"]),
        ("GET", f"{CLOUD_ACCOUNTS}?limit=0", None, ["limit"]),
        ("GET", f"{CLOUD_ACCOUNTS}?limit=101", None, ["limit"]),
        ("GET", f"{CLOUD_ACCOUNTS}?limit=x", None, ["limit"]),
        ("GET", f"{CLOUD_ACCOUNTS}?cursor=!", None, ["cursor"]),
        ("GET", f"{CLOUD_ACCOUNTS}?cursor=%C3%A9", None, ["cursor"]),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(api: Api, method: str, path: str, body: Any, fields: list[str]) -> None:
    reply = api(method, path, body)
    assert (reply.status_code, sorted(reply.json()["fields"])) == (400, fields)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"workspacesEnabled": "yes"}, "workspacesEnabled"),
        ({"crossAccountRoleArn": "arn:aws:iam::999999999999:role/trend"}, "crossAccountRoleArn"),
        ({"crossAccountRoleArn": "not an arn"}, "crossAccountRoleArn"),
        ({"crossAccountRoleArn": f"arn:aws:iam::{ACCOUNT}:user/trend"}, "crossAccountRoleArn"),
    ],
)
def test_workload_security_names_the_wrong_field_in_its_message_alone(
    api: Api, change: dict[str, Any], named: str
) -> None:
    reply = api("POST", CONNECTORS, CONNECTOR | change)
    assert (reply.status_code, set(reply.json())) == (400, {"message"})
    assert named in reply.json()["message"]


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(api: Api, content_type: str | None) -> None:
    reply = api("POST", STACKS, data=b"{}", headers={"Content-Type": content_type})
    assert reply.status_code == 400
    assert "Content-Type" in reply.json()["message"]


def test_a_body_that_is_not_json_is_refused_without_repeating_it(api: Api) -> None:
    headers = {"Content-Type": "application/json"}
    reply = api("POST", ENROLLMENT, data=b'{"enrollmentToken": "half', headers=headers)
    assert reply.status_code == 400
    assert "half" not in reply.text


def test_no_value_that_a_client_sends_reaches_the_log(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with Simulator(request_log=log) as sim:
        key, token = sim.tenant.full_access_key, sim.tenant.enrollment_tokens[0].value
        api = Api(sim.url, f"ApiKey {key.value}")
        for secret in (key.id, key.secret, key.value, token, base64.b64encode(key.secret.encode()).decode()):
            api("GET", f"/accounts/apikeys/{quote(secret, safe='')}")
            api("GET", f"/accounts/{quote(secret)}?{quote(secret)}={quote(secret)}")
            api("GET", f"/{quote(secret)}")
            api("POST", ENROLLMENT, {"enrollmentToken": secret, secret: [secret]})
        api("POST", CLOUD_ACCOUNTS, CLOUD_ACCOUNT)
        assert sim.tenant.minted_prefix in api("POST", STACKS, STACK).text
        api.session.close()
        logged = sim.control.requests()
        told = log.read_text() + str(logged) + sim.control.state().to_json()
    assert [secret for secret in (key.id, key.secret, token, sim.tenant.minted_prefix) if secret in told] == []
    assert {f"{each.service} {each.action}" for each in logged} == {
        "accounts GET /apikeys/{id}",
        "accounts GET unknown",
        "unknown GET unknown",
        "visionone-connect POST /connectors",
        "cloudaccounts POST /cloudaccounts/aws",
        "cloudtrail POST /stacks",
    }


def test_a_call_is_logged_by_its_template_and_kind(sim: Simulator, api: Api) -> None:
    for method, path in (("POST", "/search"), ("POST", "/1"), ("PUT", "/1"), ("DELETE", "/1"), ("GET", "/x/y")):
        api(method, f"{CONNECTORS}{path}", {})
    assert [(each.action, each.changing) for each in sim.control.requests("workload")] == [
        ("POST /awsconnectors/search", False),
        ("POST /awsconnectors/{ID}", True),
        ("PUT /awsconnectors/{ID}", True),
        ("DELETE /awsconnectors/{ID}", True),
        ("GET unknown", False),
    ]
