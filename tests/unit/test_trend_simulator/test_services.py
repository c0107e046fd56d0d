"""What the services do, beyond what the tiers that link an account with them prove every day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.trend import Simulator
from tests.unit.test_trend_simulator.conftest import (
    ACCOUNT,
    CLOUD_ACCOUNT,
    CLOUD_ACCOUNTS,
    CONNECTOR,
    CONNECTORS,
    ENROLLMENT,
    STACK,
    STACKS,
    Api,
)


def test_a_key_reads_itself_and_no_other_and_its_urn_names_region_and_account(sim: Simulator, api: Api) -> None:
    key = sim.tenant.full_access_key
    body = api("GET", f"/accounts/apikeys/{key.id}").json()
    assert set(body) == {"id", "alias", "roleID", "enabled", "created", "lastActivity", "allowedIPs", "urn"}
    assert body["urn"].split(":")[3:] == ["us-1", "098765432109", f"apikey/{key.id}"]
    assert key.secret not in str(body)
    assert api("GET", f"/accounts/apikeys/{sim.tenant.api_keys[1].id}").status_code == 403


def test_services_are_listed_with_their_end(api: Api) -> None:
    services = {entry["name"]: entry for entry in api("GET", "/services/services").json()["services"]}
    assert services["workload"] == {"name": "workload", "expired": False, "expires": None}
    assert services["container"]["expired"] is True


def test_a_connector_is_created_once_changed_in_part_and_gone_for_good(sim: Simulator, api: Api) -> None:
    created = api("POST", CONNECTORS, CONNECTOR | {"workspacesEnabled": True}).json()
    path = f"{CONNECTORS}/{created['ID']}"
    assert created.items() >= CONNECTOR.items()
    assert isinstance(created["ID"], int)
    assert {"accountAlias", "lastSyncTime", "syncedRegions"} <= set(created)
    for status in (400, 409):
        sim.control.behave(duplicate_connector_status=status)
        assert api("POST", CONNECTORS, CONNECTOR).status_code == status
    changed = api("POST", path, {"displayName": "new"}).json()
    assert changed == created | {"displayName": "new"}
    assert api("GET", path).json() == changed
    assert api("GET", CONNECTORS).json() == {"awsConnectors": [changed]}
    deleted = api("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [api(method, path).status_code for method in ("GET", "DELETE")] == [404, 404]
    assert api("POST", CONNECTORS, CONNECTOR).json()["ID"] != created["ID"]


def test_posts_for_one_account_at_the_same_time_create_one_connector(
    sim: Simulator, api_as: Callable[[str], Api]
) -> None:
    callers = [api_as(f"ApiKey {sim.tenant.full_access_key.value}") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda api: api("POST", CONNECTORS, CONNECTOR).status_code, callers)
        assert sorted(replies) == [200] + [409] * 7
    assert len(sim.control.state().connectors) == 1


@pytest.mark.parametrize(
    ("value", "wildcards", "found"),
    [
        ("one_two", None, ["one_two", "one-two"]),
        ("one%", None, ["one_two", "one-two", "one"]),
        ("one_two", False, ["one_two"]),
        ("one%", False, []),
        ("on", None, []),
        ("o.e", None, []),
    ],
)
def test_a_search_takes_percent_and_underscore_for_wildcards_unless_told_not_to(
    sim: Simulator, api: Api, value: str, wildcards: bool | None, found: list[str]
) -> None:
    for number, name in enumerate(["one_two", "one-two", "one"]):
        sim.control.add_connector(f"{number:012}", f"arn:aws:iam::{number:012}:role/r", displayName=name)
    criterion: dict[str, Any] = {"fieldName": "displayName", "stringTest": "equal", "stringValue": value}
    if wildcards is not None:
        criterion["stringWildcards"] = wildcards
    for limit in (2, 10):
        reply = api("POST", f"{CONNECTORS}/search", {"searchCriteria": [criterion], "maxItems": limit})
        assert [known["displayName"] for known in reply.json()["awsConnectors"]] == found[:limit]


def test_a_cloud_account_takes_its_id_from_the_role_and_is_registered_once(api: Api) -> None:
    registered = api("POST", CLOUD_ACCOUNTS, CLOUD_ACCOUNT)
    account, path = registered.json(), f"{CLOUD_ACCOUNTS}/{ACCOUNT}"
    assert (registered.status_code, account["id"], account["state"]) == (201, ACCOUNT, "managed")
    assert account["created"] == account["lastModified"]
    assert api("GET", path).json() == account
    assert api("POST", CLOUD_ACCOUNTS, CLOUD_ACCOUNT).status_code == 409
    assert [api(method, path).status_code for method in ("DELETE", "GET", "DELETE")] == [204, 404, 404]


def test_cloud_accounts_come_in_pages(sim: Simulator, api: Api) -> None:
    ids = [f"{number:012}" for number in range(5)]
    for account_id in reversed(ids):
        sim.control.add_cloud_account(account_id, f"arn:aws:iam::{account_id}:role/r")
    pages, query = [], {"limit": "2"}
    while query:
        reply = api("GET", CLOUD_ACCOUNTS, params=query).json()
        pages.append([account["id"] for account in reply["cloudAccounts"]])
        query = {"limit": "2", "cursor": reply["next"]} if "next" in reply else {}
    assert pages == [ids[0:2], ids[2:4], ids[4:]]
    assert "next" not in api("GET", CLOUD_ACCOUNTS, params={"limit": "5"}).json()


def test_a_stack_gets_encoded_pairs_in_any_order_and_a_token_of_its_own(sim: Simulator, api: Api) -> None:
    refused = api("POST", STACKS, STACK)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["providerAccountID"])
    api("POST", CLOUD_ACCOUNTS, CLOUD_ACCOUNT)
    sim.control.behave(dropped_stack_parameter="param_ServiceURL")
    urls = [api("POST", STACKS, STACK).json()["deploymentURL"] for _ in range(8)]
    pairs = [parse_qs(urlsplit(url).fragment.partition("?")[2], strict_parsing=True) for url in urls]
    documented = {f"param_{name}" for name in ("S3BucketKey", "S3BucketName", "ServiceToken", "APIVersion")}
    assert all(set(each) > documented | {"templateUrl", "stackName"} for each in pairs)
    assert all("param_ServiceURL" not in each for each in pairs)
    tokens = {each["param_ServiceToken"][0] for each in pairs}
    assert len(tokens) == len(sim.control.state().service_tokens) == 8
    assert all(token.startswith(sim.tenant.minted_prefix) and token.endswith("+/==") for token in tokens)
    assert len({tuple(each) for each in pairs}) > 1


def test_an_enrollment_happens_once_and_can_be_read_where_the_tenant_lets_it(sim: Simulator, api: Api) -> None:
    body = {"enrollmentToken": sim.tenant.enrollment_tokens[0].value}
    assert api("GET", ENROLLMENT).status_code == 404
    enrolled = api("POST", ENROLLMENT, body)
    assert enrolled.json() == {"registration": {"status": "registered"}}
    assert api("GET", ENROLLMENT).json() == enrolled.json()
    assert api("POST", ENROLLMENT, body).status_code == 409
    sim.control.behave(registration_read=False)
    assert api("GET", ENROLLMENT).status_code == 405


@pytest.mark.parametrize(("which", "reason"), [(1, "has been used"), (2, "has expired"), (None, "is unknown")])
def test_an_enrollment_token_must_be_known_fresh_and_unused(
    sim: Simulator, api: Api, which: int | None, reason: str
) -> None:
    token = "nobody's" if which is None else sim.tenant.enrollment_tokens[which].value
    reply = api("POST", ENROLLMENT, {"enrollmentToken": token})
    assert (reply.status_code, reply.json()["fields"]) == (400, {"enrollmentToken": reason})
    assert token not in reply.text
