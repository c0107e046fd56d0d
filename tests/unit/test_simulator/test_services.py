"""What the services do: accounts, Workload Security, cloud accounts, CloudTrail, both halves of Vision One."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.simulator import Simulator, default_tenant

ACCOUNT = "012345678901"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trend"
CONNECTORS = "/workload/awsconnectors"
CLOUD_ACCOUNTS = "/cloudaccounts/cloudaccounts/aws"


def test_a_key_reads_itself_and_its_urn_names_region_and_account(sim, api):
    key = sim.tenant.full_access_key
    shown = api("GET", f"/accounts/apikeys/{key.id}").json()
    assert set(shown) == {"id", "alias", "roleID", "enabled", "created", "lastActivity", "allowedIPs", "urn"}
    assert (shown["id"], shown["roleID"], shown["enabled"]) == (key.id, "full-access", True)
    assert shown["urn"].split(":")[3:] == ["us-1", "098765432109", f"apikey/{key.id}"]
    assert key.secret not in str(shown)


def test_a_key_without_full_access_does_not_read_another(sim, key_of):
    _, api = key_of("ReadOnly")
    assert api("GET", f"/accounts/apikeys/{sim.tenant.full_access_key.id}").status_code == 403


def test_an_unknown_key_id_is_404(api):
    assert api("GET", "/accounts/apikeys/nobody").status_code == 404


def test_the_account_is_shown_and_no_other(api):
    shown = api("GET", "/accounts/accounts/098765432109").json()
    assert (shown["id"], shown["region"]) == ("098765432109", "us-1")
    assert api("GET", "/accounts/accounts/098765432100").status_code == 404


def test_services_are_listed_with_their_end(api):
    services = {entry["name"]: entry for entry in api("GET", "/services/services").json()["services"]}
    assert services["workload"] == {"name": "workload", "expired": False, "expires": None}
    assert services["container"]["expired"] is True


def test_the_external_id_is_the_tenants_unless_it_is_hidden(sim, api):
    path = "/workload/awsconnectorsettings"
    assert api("GET", path).json() == {"externalId": sim.tenant.external_id}
    sim.control.behave(external_id="empty")
    assert api("GET", path).json() == {"externalId": ""}
    sim.control.behave(external_id="refused")
    assert api("GET", path).status_code == 403


def test_a_connector_is_made_read_listed_and_deleted(api, connector):
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


def test_the_id_of_a_deleted_connector_is_not_used_again(api, connector):
    first = api("POST", CONNECTORS, connector).json()["ID"]
    api("DELETE", f"{CONNECTORS}/{first}")
    assert api("POST", CONNECTORS, connector).json()["ID"] != first


@pytest.mark.parametrize("status", [400, 409])
def test_a_second_connector_for_an_account_is_refused(sim, api, connector, status):
    sim.control.behave(duplicate_connector_status=status)
    api("POST", CONNECTORS, connector)
    assert api("POST", CONNECTORS, connector | {"displayName": "again"}).status_code == status
    assert len(sim.control.state().connectors) == 1


def test_the_role_must_be_in_the_connectors_account(api, connector):
    for role_arn in ("arn:aws:iam::999999999999:role/trend", "not an arn", "arn:aws:iam::012345678901:user/trend"):
        assert api("POST", CONNECTORS, connector | {"crossAccountRoleArn": role_arn}).status_code == 400


def test_modifying_leaves_unset_fields_alone(api, connector):
    made = api("POST", CONNECTORS, connector | {"workspacesEnabled": True}).json()
    changed = api("POST", f"{CONNECTORS}/{made['ID']}", {"displayName": "new"}).json()
    assert changed == made | {"displayName": "new"}


def test_a_connector_synchronises_when_asked_to(sim, api):
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
def test_a_search_takes_percent_and_underscore_for_wildcards_unless_told_not_to(sim, api, value, wildcards, found):
    for number, name in enumerate(["one_two", "one-two", "one"]):
        sim.control.add_connector(f"{number:012}", f"arn:aws:iam::{number:012}:role/r", displayName=name)
    criterion = {"fieldName": "displayName", "stringTest": "equal", "stringValue": value}
    if wildcards is not None:
        criterion["stringWildcards"] = wildcards
    reply = api("POST", f"{CONNECTORS}/search", {"searchCriteria": [criterion]})
    assert [known["displayName"] for known in reply.json()["awsConnectors"]] == found


def test_a_search_returns_no_more_than_asked_for(sim, api):
    for number in range(3):
        sim.control.add_connector(f"{number:012}", f"arn:aws:iam::{number:012}:role/r")
    assert len(api("POST", f"{CONNECTORS}/search", {"maxItems": 2}).json()["awsConnectors"]) == 2


def test_a_cloud_account_takes_its_id_from_the_role(api, cloud_account):
    reply = api("POST", CLOUD_ACCOUNTS, cloud_account)
    made = reply.json()
    assert made["id"] == ACCOUNT
    assert (made["state"], made["alias"], made["description"]) == ("managed", "dev", "")
    assert made["created"] == made["lastModified"]
    assert api("GET", f"{CLOUD_ACCOUNTS}/{ACCOUNT}").json() == made
    assert api("POST", CLOUD_ACCOUNTS, cloud_account).status_code == 409
    assert api("DELETE", f"{CLOUD_ACCOUNTS}/{ACCOUNT}").status_code == 204
    assert api("GET", f"{CLOUD_ACCOUNTS}/{ACCOUNT}").status_code == 404


def test_the_role_of_a_cloud_account_must_be_an_arn_spelt_with_capitals(api):
    assert api("POST", CLOUD_ACCOUNTS, {"roleARN": "trend"}).json()["fields"] == {
        "roleARN": "must be the ARN of a role"
    }
    assert set(api("POST", CLOUD_ACCOUNTS, {"roleArn": ROLE}).json()["fields"]) == {"roleARN", "roleArn"}


def test_cloud_accounts_come_in_pages(sim, api):
    ids = [f"{number:012}" for number in range(5)]
    for account_id in reversed(ids):
        sim.control.add_cloud_account(account_id, f"arn:aws:iam::{account_id}:role/r")
    pages, query = [], {"limit": "2"}
    while query:
        reply = api("GET", CLOUD_ACCOUNTS, params=query).json()
        pages.append([account["id"] for account in reply["cloudAccounts"]])
        query = {"limit": "2", "cursor": reply["next"]} if "next" in reply else {}
    assert pages == [ids[0:2], ids[2:4], ids[4:]]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=101", "cursor=!", "cursor=%C3%A9"])
def test_a_page_that_cannot_be_is_refused(api, query):
    assert api("GET", f"{CLOUD_ACCOUNTS}?{query}").status_code == 400


def test_a_cloud_account_can_be_changed_where_the_tenant_offers_the_verb(sim, api, cloud_account):
    api("POST", CLOUD_ACCOUNTS, cloud_account)
    assert api("PATCH", f"{CLOUD_ACCOUNTS}/{ACCOUNT}", {"alias": "new"}).status_code == 405
    sim.control.behave(cloud_account_update=True)
    changed = api("PATCH", f"{CLOUD_ACCOUNTS}/{ACCOUNT}", {"roleARN": f"{ROLE}2"}).json()
    assert (changed["roleARN"], changed["alias"]) == (f"{ROLE}2", "dev")
    elsewhere = {"roleARN": "arn:aws:iam::999999999999:role/trend"}
    assert api("PATCH", f"{CLOUD_ACCOUNTS}/{ACCOUNT}", elsewhere).status_code == 400


@pytest.mark.parametrize("region", ["us-1", "gb-1", "trend-us-1", "xx-9"])
def test_the_template_is_told_for_any_region(region):
    with Simulator(default_tenant(region)) as sim:
        from tests.unit.test_simulator.conftest import Api

        api = Api(sim.url, f"ApiKey {sim.tenant.full_access_key.value}")
        reply = api("GET", f"{CLOUD_ACCOUNTS}/templates?awsRegion=eu-west-2").json()
        api.session.close()
    assert set(reply) == {"templateURL", "parameters", "createStackURL"}
    assert reply["templateURL"].startswith("https://cloud-one-cloud-accounts-eu-west-2.s3.eu-west-2.amazonaws.com/")
    assert reply["parameters"]["CloudOneOIDCProviderURL"] == f"cloudaccounts.{region}.cloudone.trendmicro.com"


def deployment_pairs(api):
    reply = api("POST", "/cloudtrail/stacks", {"providerAccountID": ACCOUNT, "awsRegion": "us-east-1"})
    fragment = urlsplit(reply.json()["deploymentURL"]).fragment
    return {name: values[0] for name, values in parse_qs(fragment.partition("?")[2], strict_parsing=True).items()}


def test_a_stack_gets_encoded_pairs_in_the_fragment_and_a_token_of_its_own(sim, api, cloud_account):
    api("POST", CLOUD_ACCOUNTS, cloud_account)
    first, second = deployment_pairs(api), deployment_pairs(api)
    documented = {"templateUrl", "stackName"} | {
        f"param_{name}" for name in ("S3BucketKey", "S3BucketName", "ServiceToken", "ServiceURL", "APIVersion")
    }
    assert set(first) > documented
    assert first["param_ServiceToken"].startswith(sim.tenant.minted_prefix)
    assert first["param_ServiceToken"].endswith("+/==")
    assert first["param_ServiceToken"] != second["param_ServiceToken"]
    assert len(sim.control.state().service_tokens) == 2


def test_the_order_of_the_pairs_varies(api, cloud_account):
    api("POST", CLOUD_ACCOUNTS, cloud_account)
    assert len({tuple(deployment_pairs(api)) for _ in range(8)}) > 1


def test_a_pair_can_be_left_out(sim, api, cloud_account):
    api("POST", CLOUD_ACCOUNTS, cloud_account)
    sim.control.behave(dropped_stack_parameter="param_ServiceURL")
    assert "param_ServiceURL" not in deployment_pairs(api)


def test_no_token_is_minted_for_an_account_that_is_not_registered(sim, api):
    reply = api("POST", "/cloudtrail/stacks", {"providerAccountID": ACCOUNT, "awsRegion": "us-east-1"})
    assert (reply.status_code, list(reply.json()["fields"])) == (400, ["providerAccountID"])
    assert sim.control.state().service_tokens == ()


def test_a_registration_happens_once_and_can_be_read(sim, api):
    token = sim.tenant.enrolment_tokens[0].value
    assert api("GET", "/visionone-connect/connectors").status_code == 404
    made = api("POST", "/visionone-connect/connectors", {"enrollmentToken": token})
    assert made.json() == {"registration": {"status": "registered"}}
    assert api("GET", "/visionone-connect/connectors").json() == made.json()
    assert api("POST", "/visionone-connect/connectors", {"enrollmentToken": token}).status_code == 409
    sim.control.behave(registration_read=False)
    assert api("GET", "/visionone-connect/connectors").status_code == 405


@pytest.mark.parametrize(("which", "reason"), [(1, "has been used"), (2, "has expired"), (None, "is unknown")])
def test_an_enrolment_token_must_be_known_fresh_and_unused(sim, api, which, reason):
    token = "nobody's" if which is None else sim.tenant.enrolment_tokens[which].value
    reply = api("POST", "/visionone-connect/connectors", {"enrollmentToken": token})
    assert (reply.status_code, reply.json()["fields"]) == (400, {"enrollmentToken": reason})
    assert token not in reply.text


def test_a_token_stays_used_after_the_registration_is_undone(sim, api):
    sim.control.behave(registration_delete=True)
    body = {"enrollmentToken": sim.tenant.enrolment_tokens[0].value}
    api("POST", "/visionone-connect/connectors", body)
    assert api("DELETE", "/visionone-connect/connectors").status_code == 204
    assert api("POST", "/visionone-connect/connectors", body).json()["fields"] == {"enrollmentToken": "has been used"}


def test_a_token_minted_by_vision_one_registers_cloud_one(api, vision_one):
    enrolment = vision_one("POST", "/visionone/v1.0/preview/uic/instances/enrollment", {"productId": "scc"}).json()
    assert set(enrolment) == {"token", "connectorId", "tokenExpireTime"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", enrolment["tokenExpireTime"])
    assert api("POST", "/visionone-connect/connectors", {"enrollmentToken": enrolment["token"]}).status_code == 200
    path = f"/visionone/v2.0/xdr/portal/connectors/onpremise/{enrolment['connectorId']}"
    assert (vision_one("DELETE", path).content, vision_one("DELETE", path).status_code) == (b"", 404)


def test_vision_one_enrols_no_other_product(vision_one):
    reply = vision_one("POST", "/visionone/v1.0/preview/uic/instances/enrollment", {"productId": "other"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "BadRequest")
