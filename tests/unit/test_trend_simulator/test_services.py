"""What the services do: accounts, Workload Security, cloud accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.trend import Simulator, default_tenant
from tests.unit.test_trend_simulator.conftest import ACCOUNT, ROLE, Api

CONNECTORS = "/workload/awsconnectors"
CLOUD_ACCOUNTS = "/cloudaccounts/cloudaccounts/aws"


def test_a_key_reads_itself_and_its_urn_names_region_and_account(sim: Simulator, api: Api) -> None:
    key = sim.tenant.full_access_key
    shown = api("GET", f"/accounts/apikeys/{key.id}").json()
    assert set(shown) == {"id", "alias", "roleID", "enabled", "created", "lastActivity", "allowedIPs", "urn"}
    assert (shown["id"], shown["roleID"], shown["enabled"]) == (key.id, "full-access", True)
    assert shown["urn"].split(":")[3:] == ["us-1", "098765432109", f"apikey/{key.id}"]
    assert key.secret not in str(shown)


def test_a_key_without_full_access_does_not_read_another(
    sim: Simulator, key_of: Callable[[str], tuple[str, Api]]
) -> None:
    _, api = key_of("ReadOnly")
    assert api("GET", f"/accounts/apikeys/{sim.tenant.full_access_key.id}").status_code == 403


def test_an_unknown_key_id_is_404(api: Api) -> None:
    assert api("GET", "/accounts/apikeys/nobody").status_code == 404


def test_the_account_is_shown_and_no_other(api: Api) -> None:
    shown = api("GET", "/accounts/accounts/098765432109").json()
    assert (shown["id"], shown["region"]) == ("098765432109", "us-1")
    assert api("GET", "/accounts/accounts/098765432100").status_code == 404


def test_services_are_listed_with_their_end(api: Api) -> None:
    services = {entry["name"]: entry for entry in api("GET", "/services/services").json()["services"]}
    assert services["workload"] == {"name": "workload", "expired": False, "expires": None}
    assert services["container"]["expired"] is True


def test_the_external_id_is_the_tenants_unless_it_is_hidden(sim: Simulator, api: Api) -> None:
    path = "/workload/awsconnectorsettings"
    assert api("GET", path).json() == {"externalId": sim.tenant.external_id}
    sim.control.behave(external_id="empty")
    assert api("GET", path).json() == {"externalId": ""}
    sim.control.behave(external_id="refused")
    assert api("GET", path).status_code == 403


def test_a_connector_is_made_read_listed_and_deleted(api: Api, connector: dict[str, Any]) -> None:
    made = api("POST", CONNECTORS, connector).json()
    assert made.items() >= connector.items()
    assert isinstance(made["ID"], int)
    assert made["workspacesEnabled"] is False
    assert {"accountAlias", "lastSyncTime", "syncedRegions"} <= set(made)
    assert api("GET", f"{CONNECTORS}/{made['ID']}").json() == made
    assert api("GET", CONNECTORS).json() == {"awsConnectors": [made]}
    deleted = api("DELETE", f"{CONNECTORS}/{made['ID']}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api("GET", f"{CONNECTORS}/{made['ID']}").status_code == 404
    assert api("DELETE", f"{CONNECTORS}/{made['ID']}").status_code == 404


def test_the_id_of_a_deleted_connector_is_not_used_again(api: Api, connector: dict[str, Any]) -> None:
    first = api("POST", CONNECTORS, connector).json()["ID"]
    api("DELETE", f"{CONNECTORS}/{first}")
    assert api("POST", CONNECTORS, connector).json()["ID"] != first


@pytest.mark.parametrize("status", [400, 409])
def test_a_second_connector_for_an_account_is_refused(
    sim: Simulator, api: Api, connector: dict[str, Any], status: int
) -> None:
    sim.control.behave(duplicate_connector_status=status)
    api("POST", CONNECTORS, connector)
    assert api("POST", CONNECTORS, connector | {"displayName": "again"}).status_code == status
    assert len(sim.control.state().connectors) == 1


def test_the_role_must_be_in_the_connectors_account(api: Api, connector: dict[str, Any]) -> None:
    for role_arn in ("arn:aws:iam::999999999999:role/trend", "not an arn", "arn:aws:iam::012345678901:user/trend"):
        assert api("POST", CONNECTORS, connector | {"crossAccountRoleArn": role_arn}).status_code == 400


def test_modifying_leaves_unset_fields_alone(api: Api, connector: dict[str, Any]) -> None:
    made = api("POST", CONNECTORS, connector | {"workspacesEnabled": True}).json()
    changed = api("POST", f"{CONNECTORS}/{made['ID']}", {"displayName": "new"}).json()
    assert changed == made | {"displayName": "new"}


def test_a_connector_synchronises_when_asked_to(sim: Simulator, api: Api) -> None:
    known = sim.control.add_connector(ACCOUNT, ROLE, lastSyncTime=1)
    path = f"{CONNECTORS}/{known.id}"
    assert api("POST", path, {}).json()["lastSyncTime"] == 1
    assert api("POST", f"{path}?sync=true", {}).json()["lastSyncTime"] > 1
    assert api("POST", f"{path}?sync=maybe", {}).status_code == 400


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
    reply = api("POST", f"{CONNECTORS}/search", {"searchCriteria": [criterion]})
    assert [known["displayName"] for known in reply.json()["awsConnectors"]] == found


def test_a_search_returns_no_more_than_asked_for(sim: Simulator, api: Api) -> None:
    for number in range(3):
        sim.control.add_connector(f"{number:012}", f"arn:aws:iam::{number:012}:role/r")
    assert len(api("POST", f"{CONNECTORS}/search", {"maxItems": 2}).json()["awsConnectors"]) == 2


def test_a_cloud_account_takes_its_id_from_the_role(api: Api, cloud_account: dict[str, Any]) -> None:
    reply = api("POST", CLOUD_ACCOUNTS, cloud_account)
    made = reply.json()
    assert made["id"] == ACCOUNT
    assert (made["state"], made["alias"], made["description"]) == ("managed", "dev", "")
    assert made["created"] == made["lastModified"]
    assert api("GET", f"{CLOUD_ACCOUNTS}/{ACCOUNT}").json() == made
    assert api("POST", CLOUD_ACCOUNTS, cloud_account).status_code == 409
    assert api("DELETE", f"{CLOUD_ACCOUNTS}/{ACCOUNT}").status_code == 204
    assert api("GET", f"{CLOUD_ACCOUNTS}/{ACCOUNT}").status_code == 404


def test_the_role_of_a_cloud_account_must_be_an_arn_spelt_with_capitals(api: Api) -> None:
    assert api("POST", CLOUD_ACCOUNTS, {"roleARN": "trend"}).json()["fields"] == {
        "roleARN": "must be the ARN of a role"
    }
    assert set(api("POST", CLOUD_ACCOUNTS, {"roleArn": ROLE}).json()["fields"]) == {"roleARN", "roleArn"}


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


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=101", "cursor=!", "cursor=%C3%A9"])
def test_a_page_that_cannot_be_is_refused(api: Api, query: str) -> None:
    assert api("GET", f"{CLOUD_ACCOUNTS}?{query}").status_code == 400


def test_a_cloud_account_can_be_changed_where_the_tenant_offers_the_verb(
    sim: Simulator, api: Api, cloud_account: dict[str, Any]
) -> None:
    api("POST", CLOUD_ACCOUNTS, cloud_account)
    assert api("PATCH", f"{CLOUD_ACCOUNTS}/{ACCOUNT}", {"alias": "new"}).status_code == 405
    sim.control.behave(cloud_account_update=True)
    changed = api("PATCH", f"{CLOUD_ACCOUNTS}/{ACCOUNT}", {"roleARN": f"{ROLE}2"}).json()
    assert (changed["roleARN"], changed["alias"]) == (f"{ROLE}2", "dev")
    elsewhere = {"roleARN": "arn:aws:iam::999999999999:role/trend"}
    assert api("PATCH", f"{CLOUD_ACCOUNTS}/{ACCOUNT}", elsewhere).status_code == 400


@pytest.mark.parametrize("region", ["us-1", "gb-1", "trend-us-1", "xx-9"])
def test_the_template_is_told_for_any_region(region: str) -> None:
    with Simulator(default_tenant(region)) as sim:
        api = Api(sim.url, f"ApiKey {sim.tenant.full_access_key.value}")
        reply = api("GET", f"{CLOUD_ACCOUNTS}/templates?awsRegion=eu-west-2").json()
        api.session.close()
    assert set(reply) == {"templateURL", "parameters", "createStackURL"}
    assert reply["templateURL"].startswith("https://cloud-one-cloud-accounts-eu-west-2.s3.eu-west-2.amazonaws.com/")
    assert reply["parameters"]["CloudOneOIDCProviderURL"] == f"cloudaccounts.{region}.cloudone.trendmicro.com"
