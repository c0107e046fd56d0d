"""Vision One's Cloud Account Management: what it answers, and what it refuses."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.gate.faults import Fault
from sandbox.trend import Simulator
from tests.unit.test_trend_simulator.conftest import ACCOUNT, ACCOUNTS, ROLE, Api

ONE = f"{ACCOUNTS}/{ACCOUNT}"
LINKS = f"{ACCOUNTS}/generateCfnTemplateLinks"
NEW = {"roleArn": ROLE, "name": "dev"}
FULL = NEW | {
    "description": "of the team",
    "features": [{"id": "container-security", "regions": ["us-east-1", "eu-central-1"]}, {"id": "cloud-response"}],
    "connectedSecurityServices": [{"name": "workload", "instanceIds": ["w-1"], "regions": ["us-east-1"]}],
    "customTags": [{"key": "team", "value": "dev"}],
}


def read_account(vision_one: Api) -> dict[str, Any]:
    body: dict[str, Any] = vision_one("GET", ONE).json()
    return body


def change(vision_one: Api, **body: Any) -> int:
    etag = vision_one("GET", ONE).headers["ETag"]
    return vision_one("PATCH", ONE, body, headers={"If-Match": etag}).status_code


def test_an_account_is_created_without_a_body_and_its_location_ends_with_its_id(
    sim: Simulator, vision_one: Api
) -> None:
    created = vision_one("POST", ACCOUNTS, FULL)
    assert (created.status_code, created.content) == (201, b"")
    assert created.headers["Location"] == f"{sim.url}{ONE}"
    account = read_account(vision_one)
    assert (account["id"], account["roleArn"], account["name"]) == (ACCOUNT, ROLE, "dev")
    assert (account["state"], account["sources"]) == ("managed", ["api"])
    assert account["features"] == [
        {
            "id": "container-security",
            "regions": ["us-east-1", "eu-central-1"],
            "missingAwsPermissions": [],
            "templateVersion": "3.0.1",
        },
        {"id": "cloud-response", "regions": [], "missingAwsPermissions": [], "templateVersion": "3.0.1"},
    ]
    assert [account[key] for key in ("description", "connectedSecurityServices", "customTags")] == [
        FULL["description"],
        FULL["connectedSecurityServices"],
        FULL["customTags"],
    ]
    assert account["lastSyncedDateTime"].endswith("Z")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"roleArn": None}, "roleArn"),
        ({"roleArn": "arn:aws:iam::1:role/trend"}, "roleArn"),
        ({"roleArn": f"arn:aws:iam::{ACCOUNT}:user/trend"}, "roleArn"),
        ({"name": ""}, "name"),
        ({"alias": "dev"}, "alias"),
        ({"description": None}, "description"),
        ({"features": [{"id": "sold-elsewhere"}]}, "sold-elsewhere"),
        ({"features": ["cloud-response"]}, "features.0"),
        ({"features": [{"id": "cloud-response", "regions": ["us-1"]}]}, "features.0.regions.0"),
        ({"features": [{"id": "cloud-response", "region": "us-east-1"}]}, "features.0.region"),
        ({"customTags": [{"key": f"k{number}", "value": ""} for number in range(4)]}, "customTags"),
        ({"customTags": [{"key": "team"}]}, "customTags.0.value"),
        ({"connectedSecurityServices": [{"name": "conformity", "instanceIds": ["1"]}]}, "connectedSecurityServices.0"),
        ({"connectedSecurityServices": [{"name": "workload", "instanceIds": []}]}, "instanceIds"),
        ({"connectedSecurityServices": [{"name": "workload", "instanceIds": ["1", "2"]}]}, "instanceIds"),
    ],
)
def test_a_wrong_field_of_an_account_is_named_in_the_refusal(
    sim: Simulator, vision_one: Api, wrong: dict[str, Any], named: str
) -> None:
    reply = vision_one("POST", ACCOUNTS, FULL | wrong)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "BadRequest")
    assert named in reply.json()["error"]["message"]
    assert reply.headers["x-trace-id"]
    assert sim.control.state().vision_one_accounts == ()


@pytest.mark.parametrize("missing", ["roleArn", "name"])
def test_role_and_name_are_required(vision_one: Api, missing: str) -> None:
    reply = vision_one("POST", ACCOUNTS, {key: value for key, value in NEW.items() if key != missing})
    assert (reply.status_code, missing in reply.text) == (400, True)


@pytest.mark.parametrize("status", [400, 409])
def test_a_second_account_and_a_second_name_are_refused_as_the_tenant_says(
    sim: Simulator, vision_one: Api, status: int
) -> None:
    sim.control.behave(duplicate_account_status=status)
    sim.control.add_vision_one_account("999999999999", ROLE.replace(ACCOUNT, "999999999999"), name="taken")
    assert vision_one("POST", ACCOUNTS, NEW | {"name": "taken"}).status_code == status
    assert vision_one("POST", ACCOUNTS, NEW).status_code == 201
    again = vision_one("POST", ACCOUNTS, NEW | {"name": "other"})
    assert (again.status_code, ACCOUNT in again.json()["error"]["message"]) == (status, True)
    assert change(vision_one, name="taken") == status
    assert change(vision_one, name="dev") == 204


def test_a_change_replaces_what_it_names_and_leaves_the_rest(vision_one: Api) -> None:
    vision_one("POST", ACCOUNTS, FULL)
    before = read_account(vision_one)
    assert change(vision_one, features=[{"id": "file-storage-security"}], roleArn=f"{ROLE}2") == 204
    after = read_account(vision_one)
    assert [feature["id"] for feature in after["features"]] == ["file-storage-security"]
    assert after["roleArn"] == f"{ROLE}2"
    kept = {"name", "description", "connectedSecurityServices", "customTags", "createdDateTime", "sources"}
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    assert change(vision_one, features=[], customTags=[], description="") == 204
    assert [read_account(vision_one)[key] for key in ("features", "customTags", "description")] == [[], [], ""]


@pytest.mark.parametrize(
    "wrong",
    [
        {"roleArn": ROLE.replace(ACCOUNT, "999999999999")},
        {"roleArn": None},
        {"name": ""},
        {"id": "999999999999"},
        {"features": [{"id": "sold-elsewhere"}]},
    ],
)
def test_a_change_that_is_not_valid_changes_nothing(sim: Simulator, vision_one: Api, wrong: dict[str, Any]) -> None:
    vision_one("POST", ACCOUNTS, FULL)
    before = sim.control.state()
    assert change(vision_one, description="other", **wrong) == 400
    assert sim.control.state() == before


def test_a_change_of_an_older_version_is_refused(sim: Simulator, vision_one: Api) -> None:
    vision_one("POST", ACCOUNTS, NEW)
    etag = vision_one("GET", ONE).headers["ETag"]
    assert vision_one("GET", ONE).headers["ETag"] == etag
    sim.control.change_vision_one_account(ACCOUNT, description="by hand")
    reply = vision_one("PATCH", ONE, {"name": "other"}, headers={"If-Match": etag})
    assert (reply.status_code, reply.json()["error"]["code"]) == (412, "PreconditionFailed")
    assert (read_account(vision_one)["name"], read_account(vision_one)["description"]) == ("dev", "by hand")


def test_a_change_without_a_version_passes_only_where_the_tenant_lets_it(sim: Simulator, vision_one: Api) -> None:
    vision_one("POST", ACCOUNTS, NEW)
    assert vision_one("PATCH", ONE, {"name": "other"}).status_code == 400
    sim.control.behave(if_match_required=False)
    assert vision_one("PATCH", ONE, {"name": "other"}).status_code == 204
    assert vision_one("PATCH", ONE, {"name": "third"}, headers={"If-Match": "old"}).status_code == 412


def test_a_deleted_account_is_gone(sim: Simulator, vision_one: Api) -> None:
    vision_one("POST", ACCOUNTS, NEW)
    deleted = vision_one("DELETE", ONE)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for reply in (vision_one("DELETE", ONE), vision_one("GET", ONE), vision_one("PATCH", ONE, {})):
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "NotFound")
    assert sim.control.state().vision_one_accounts == ()


@pytest.mark.parametrize(
    ("form", "wrap"),
    [
        ("objects", lambda ids: [{"id": each} for each in ids]),
        ("ids", lambda ids: ids),
        ("items", lambda ids: {"items": [{"id": each} for each in ids]}),
    ],
)
def test_the_features_are_listed_in_the_form_that_the_tenant_speaks(
    sim: Simulator, vision_one: Api, form: str, wrap: Callable[[list[str]], Any]
) -> None:
    sim.control.behave(features_form=form)
    ids = [feature.id for feature in sim.tenant.business.features]
    assert vision_one("GET", f"{ACCOUNTS}/features").json() == wrap(ids)


def seed(sim: Simulator, count: int) -> list[str]:
    ids = [f"{number:012}" for number in range(1, count + 1)]
    for account in ids:
        state = "failed" if account.endswith("7") else "managed"
        role = f"arn:aws:iam::{account}:role/trend"
        features = [{"id": "cloud-response"}] if account.endswith("0") else []
        sim.control.add_vision_one_account(account, role, name=f"o'{account}", state=state, features=features)
    return ids


def test_the_list_comes_in_pages_that_lead_to_each_other(sim: Simulator, vision_one: Api) -> None:
    ids = seed(sim, 60)
    found, url = [], f"{ACCOUNTS}?top=25"
    counts = []
    while url:
        page = vision_one("GET", url).json()
        found += [item["id"] for item in page["items"]]
        counts.append((page["count"], page["totalCount"]))
        url = page.get("nextLink", "").removeprefix(sim.url)
    assert found == ids
    assert counts == [(25, 60), (25, 60), (10, 60)]
    assert vision_one("GET", ACCOUNTS).json()["count"] == 25
    assert "nextLink" not in vision_one("GET", f"{ACCOUNTS}?top=100").json()
    assert "features" not in page["items"][0]


@pytest.mark.parametrize("query", ["top=10", "top=x", "limit=25", "nextBatchToken=!", "nextBatchToken=bm8="])
def test_a_page_that_does_not_exist_is_refused(vision_one: Api, query: str) -> None:
    assert vision_one("GET", f"{ACCOUNTS}?{query}").status_code == 400


def test_a_page_is_only_for_the_filter_that_it_was_made_for(sim: Simulator, vision_one: Api) -> None:
    seed(sim, 60)
    headers = {"TMV1-Filter": "state eq 'managed'"}
    next_link = vision_one("GET", ACCOUNTS, headers=headers).json()["nextLink"].removeprefix(sim.url)
    assert vision_one("GET", next_link).status_code == 400
    assert vision_one("GET", next_link, headers=headers).json()["totalCount"] == 54


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id eq '000000000003'", ["3"]),
        ("name eq 'o''000000000004'", ["4"]),
        ("state eq 'failed'", ["7"]),
        ("featureId eq 'cloud-response'", ["10"]),
        ("id eq '000000000001' and state eq 'failed'", []),
        ("id eq '000000000001' or id eq '000000000002' and state eq 'failed'", ["1"]),
        ("(id eq '000000000001' or id eq '000000000007') and state eq 'failed'", ["7"]),
        ("not state eq 'managed'", ["7"]),
        ("contains(id, '01') and not (state eq 'failed')", ["1", "10"]),
        ("id  eq'000000000003'", ["3"]),
    ],
)
def test_a_filter_narrows_the_list_down(sim: Simulator, vision_one: Api, text: str, found: list[str]) -> None:
    seed(sim, 10)
    page = vision_one("GET", ACCOUNTS, headers={"TMV1-Filter": text}).json()
    assert [item["id"].lstrip("0") for item in page["items"]] == found


@pytest.mark.parametrize(
    "text",
    [
        "roleArn eq 'x'",
        "id = 'x'",
        "id eq x",
        "id eq 'x",
        "id eq 'x' and",
        "id eq 'x' id eq 'y'",
        "(id eq 'x'",
        "id ne 'x'",
        "contains(id 'x')",
        "id eq 'x'; state eq 'y'",
        f"id eq '{'x' * 247}'",
    ],
)
def test_what_is_not_a_filter_is_refused_even_without_accounts(vision_one: Api, text: str) -> None:
    reply = vision_one("GET", ACCOUNTS, headers={"TMV1-Filter": text})
    assert (reply.status_code, "TMV1-Filter" in reply.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize(
    ("name", "read", "link", "created"),
    [
        ("FullAccess", 200, 200, 201),
        ("Opaque", 200, 200, 201),
        ("ReadOnly", 200, 200, 403),
        ("Disabled", 401, 401, 401),
        ("Expired", 401, 401, 401),
    ],
)
def test_a_key_of_vision_one_may_do_what_its_role_says(
    sim: Simulator, api_as: Callable[[str], Api], name: str, read: int, link: int, created: int
) -> None:
    api = api_as(f"Bearer {sim.tenant.business.key(name).value}")
    assert api("GET", "/visionone/v3.0/healthcheck/connectivity").status_code == read
    assert api("GET", ACCOUNTS).status_code == read
    assert api("POST", LINKS, {"awsRegion": "us-east-1"}).status_code == link
    assert api("POST", ACCOUNTS, NEW).status_code == created
    gone = {201: 204}.get(created, created)
    assert api("PATCH", ONE, {}, headers={"If-Match": "x"}).status_code == {204: 412}.get(gone, gone)
    assert api("DELETE", ONE).status_code == gone


def test_a_key_of_cloud_one_is_unknown_to_vision_one(api: Api, api_as: Callable[[str], Api], sim: Simulator) -> None:
    for other in (api, api_as(f"Bearer {sim.tenant.full_access_key.value}"), api_as("Bearer "), api_as("")):
        reply = other("GET", ACCOUNTS)
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "Unauthorized")


def test_the_default_key_tells_its_business_and_its_end_and_the_opaque_one_tells_nothing(sim: Simulator) -> None:
    business = sim.tenant.business
    _, claims, signature = business.full_access_key.value.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert (told["cid"], told["et"]) == (business.id, business.full_access_key.expires.timestamp())
    assert "Sandbox" in signature
    assert "." not in business.key("Opaque").value
    assert {key.value for key in business.api_keys} <= set(sim.tenant.secrets())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", ONE, 405),
        ("PUT", ACCOUNTS, 405),
        ("GET", f"{ONE}/features", 404),
        ("DELETE", f"{ACCOUNTS}/features", 404),
    ],
)
def test_a_call_that_vision_one_does_not_know_is_refused(vision_one: Api, method: str, path: str, status: int) -> None:
    assert vision_one(method, path).status_code == status


def test_a_body_that_is_too_large_is_refused(vision_one: Api) -> None:
    reply = vision_one("POST", ACCOUNTS, NEW | {"description": "x" * 100_000})
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "RequestEntityTooLarge")


def test_faults_rate_and_log_hold_for_vision_one(sim: Simulator, vision_one: Api) -> None:
    sim.control.add_fault(Fault(service="visionone", action="POST */awsAccounts", status=503, when="after"))
    sim.control.add_fault(Fault(service="visionone", action="GET */awsAccounts/{id}", status=504))
    assert vision_one("POST", ACCOUNTS, NEW).json()["error"]["code"] == "ServiceUnavailable"
    assert vision_one("GET", ONE).json()["error"]["code"] == "GatewayTimeout"
    assert read_account(vision_one)["name"] == "dev"
    assert vision_one("POST", LINKS, {"awsRegion": "us-east-1"}).ok
    assert [(each.action, each.changing) for each in sim.control.requests("visionone")] == [
        ("POST /v3.0/cam/awsAccounts", True),
        ("GET /v3.0/cam/awsAccounts/{id}", False),
        ("GET /v3.0/cam/awsAccounts/{id}", False),
        ("POST /v3.0/cam/awsAccounts/generateCfnTemplateLinks", False),
    ]
    sim.control.limit_rate(1, 60)
    vision_one("GET", ONE)
    limited = vision_one("GET", ONE)
    assert (limited.status_code, limited.json()["error"]["code"]) == (429, "TooManyRequests")
    assert int(limited.headers["Retry-After"]) > 0
