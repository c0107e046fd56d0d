"""Each call of each service: what is sent, and what is read out of the reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from components.aws.context import AwsContext
from components.aws.names import role_template_url
from components.redaction import Redactor
from components.settings.credentials import ApiKey
from components.settings.endpoints import Endpoints
from components.trend.client import Trend
from components.trend.cloud_accounts import CloudAccountReply
from components.trend.errors import Conflict, NotFound, ServiceFailed, TrendError, Unauthenticated, UnusableReply
from components.trend.workload import ConnectorReply
from tests.unit.conftest import KEY
from tests.unit.scripted_vendor import Answer, Vendor

ACCOUNT = "012345678901"
LIST = "/cloudaccounts/cloudaccounts/aws"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trend"
URN = "urn:cloudone:identity:de-1:012345678901:apikey/tmc"

CALLS: list[tuple[Callable[[Trend], Any], str, Any]] = [
    (lambda trend: trend.workload("us-1").external_id(), "GET /workload/awsconnectorsettings", None),
    (lambda trend: trend.workload("us-1").get_connector("7"), "GET /workload/awsconnectors/7", None),
    (lambda trend: trend.workload("us-1").delete_connector("7"), "DELETE /workload/awsconnectors/7", None),
    (
        lambda trend: trend.workload("us-1").create_connector(account_id=ACCOUNT, display_name="AWS", role_arn=ROLE),
        "POST /workload/awsconnectors",
        {"displayName": "AWS", "accountId": ACCOUNT, "crossAccountRoleArn": ROLE},
    ),
    (
        lambda trend: trend.workload("us-1").modify_connector("7", display_name="AWS", role_arn=ROLE),
        "POST /workload/awsconnectors/7",
        {"displayName": "AWS", "crossAccountRoleArn": ROLE},
    ),
    (
        lambda trend: trend.workload("us-1").find_connectors(ACCOUNT),
        "POST /workload/awsconnectors/search",
        {
            "maxItems": 10,
            "searchCriteria": [
                {"fieldName": "accountId", "stringTest": "equal", "stringValue": ACCOUNT, "stringWildcards": False}
            ],
        },
    ),
    (lambda trend: trend.cloud_accounts("us-1").find(ACCOUNT), f"GET {LIST}?limit=100", None),
    (
        lambda trend: trend.cloud_accounts("us-1").delete(ACCOUNT),
        f"DELETE /cloudaccounts/cloudaccounts/aws/{ACCOUNT}",
        None,
    ),
    (
        lambda trend: trend.cloud_accounts("us-1").create(role_arn=ROLE, alias="AWS", description=""),
        "POST /cloudaccounts/cloudaccounts/aws",
        {"roleARN": ROLE, "alias": "AWS"},
    ),
    (lambda trend: trend.vision_one_connect("us-1").status(), "GET /visionone-connect/connectors", None),
    (
        lambda trend: trend.vision_one_connect("us-1").enroll("a-token"),
        "POST /visionone-connect/connectors",
        {"enrollmentToken": "a-token"},
    ),
]


@pytest.mark.parametrize(("call", "line", "body"), CALLS, ids=[line for _, line, _ in CALLS])
def test_a_call_asks_for_its_path_with_its_body(
    vendor: Vendor, trend: Trend, call: Callable[[Trend], Any], line: str, body: Any
) -> None:
    vendor.otherwise = Answer(200, {"ID": 7, "id": ACCOUNT, "awsConnectors": [], "cloudAccounts": []})
    call(trend)
    assert vendor.calls == [line]
    assert vendor.asked[0].body == body


def test_a_connector_is_read_with_its_number_as_text(vendor: Vendor, trend: Trend) -> None:
    live = {
        "ID": 7, "displayName": "AWS", "accountId": ACCOUNT, "accountAlias": None, "crossAccountRoleArn": ROLE,
        "lastSyncTime": 1, "syncedRegions": [], "workspacesEnabled": True, "somethingNew": {"a": 1},
    }  # fmt: skip
    vendor.otherwise = Answer(200, live)
    connector = trend.workload("us-1").get_connector("7")
    assert connector is not None
    assert msgspec.structs.asdict(connector) == {
        "id": "7", "display_name": "AWS", "account_id": ACCOUNT, "cross_account_role_arn": ROLE,
        "workspaces_enabled": True,
    }  # fmt: skip


def test_fields_that_are_null_or_missing_are_empty(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(200, {"ID": 7, "displayName": None, "crossAccountRoleArn": None, "workspacesEnabled": None}))
    connector = trend.workload("us-1").get_connector("7")
    assert connector == ConnectorReply(id="7")
    vendor.will(Answer(200, {"cloudAccounts": [{"id": ACCOUNT, "alias": None, "description": None, "state": None}]}))
    assert trend.cloud_accounts("us-1").find(ACCOUNT) == CloudAccountReply(id=ACCOUNT)
    for hidden in ({}, {"externalId": None}, {"externalId": ""}):
        vendor.will(Answer(200, hidden))
        assert trend.workload("us-1").external_id() == ""


def test_a_search_that_finds_too_much_finds_this_account_alone(vendor: Vendor, trend: Trend) -> None:
    found = [{"ID": 1, "accountId": "112345678901"}, {"ID": 2, "accountId": ACCOUNT}, {"ID": 3}]
    vendor.will(Answer(200, {"awsConnectors": found}))
    assert [connector.id for connector in trend.workload("us-1").find_connectors(ACCOUNT)] == ["2"]


def test_a_search_whose_reply_lists_nothing_is_not_taken_for_none_found(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(200, {}))
    with pytest.raises(UnusableReply, match="missing required field `awsConnectors`"):
        trend.workload("us-1").find_connectors(ACCOUNT)


@pytest.mark.parametrize("body", [b"", b"\n", b"{}"])
@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_deletion_needs_no_body(vendor: Vendor, trend: Trend, status: int, body: bytes) -> None:
    vendor.will(Answer(status, b"" if status == 204 else body))
    trend.workload("us-1").delete_connector("7")
    assert vendor.calls == ["DELETE /workload/awsconnectors/7"]


def test_a_deletion_that_a_sign_in_page_answers_is_no_deletion(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(200, b"<html>", {"Content-Type": "text/html"}))
    with pytest.raises(UnusableReply):
        trend.cloud_accounts("us-1").delete(ACCOUNT)


def test_deleting_what_is_gone_says_so(vendor: Vendor, trend: Trend) -> None:
    vendor.otherwise = Answer(404)
    with pytest.raises(NotFound):
        trend.workload("us-1").delete_connector("7")
    with pytest.raises(NotFound):
        trend.cloud_accounts("us-1").delete(ACCOUNT)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"registration": {"status": "registered"}}, "registered"),
        ([{"registration": {"status": "pending"}}], "pending"),
        ({"next": None, "connectors": [{"registration": {"status": "pending"}}]}, "pending"),
        ([{"id": "1"}], "registered"),
        ({"connectors": [{"id": "1"}]}, "registered"),
        ([], ""),
        ({"connectors": []}, ""),
        ({}, ""),
        ({"registration": {}}, ""),
        ({"registration": None}, ""),
    ],
)
def test_the_registration_with_vision_one_is_read_in_each_form_that_it_may_have(
    vendor: Vendor, trend: Trend, answer: Any, status: str
) -> None:
    vendor.will(Answer(200, answer))
    assert trend.vision_one_connect("us-1").status() == status


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_a_registration_that_cannot_be_asked_for_is_unknown(vendor: Vendor, trend: Trend, status: int) -> None:
    vendor.will(Answer(status))
    assert trend.vision_one_connect("us-1").status() == ""


def test_a_failing_service_is_not_taken_for_an_unknown_registration(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(500))
    with pytest.raises(ServiceFailed):
        trend.vision_one_connect("us-1").status()


def test_a_second_enrollment_is_a_conflict(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(409, {"message": "already registered"}))
    with pytest.raises(Conflict, match="already registered"):
        trend.vision_one_connect("us-1").enroll("a-token")


def test_the_keys_account_and_region_are_read_from_its_urn(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(200, {"urn": URN, "alias": "ci", "roleID": "full-access", "enabled": False, "allowedIPs": None}))
    key = trend.key_details()
    assert vendor.calls == [f"GET /accounts/apikeys/{KEY.id}"]
    assert (key.account_id, key.region, key.alias, key.role_id, key.enabled) == (
        "012345678901", "de-1", "ci", "full-access", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "urn",
    ["", "urn:cloudone:identity:us-1", "urn:cloudone:identity::0123:apikey/x", "urn:cloudone:identity:us-1::apikey/x"],
)
def test_a_urn_without_account_or_region_is_refused(vendor: Vendor, trend: Trend, urn: str) -> None:
    vendor.will(Answer(200, {"urn": urn}))
    with pytest.raises(UnusableReply, match="does not name an account"):
        trend.key_details()


def test_an_id_with_strange_characters_reaches_no_other_path(vendor: Vendor) -> None:
    vendor.will(Answer(404))
    key = ApiKey("../accounts?x#", "secret")
    with pytest.raises(TrendError):
        Trend(key, Endpoints(base=vendor.url), Redactor([])).key_details()
    assert vendor.calls == ["GET /accounts/apikeys/..%2Faccounts%3Fx%23"]


def test_the_management_roles_template_is_at_trends_fixed_address() -> None:
    where = AwsContext("123456789012", "eu-central-1", "aws", "amazonaws.com")
    assert role_template_url(None, where) == (
        "https://cloud-one-cloud-accounts-eu-central-1.s3.eu-central-1.amazonaws.com"
        "/templates/aws/cloud-account-management-role.template"
    )


def test_an_unknown_key_is_not_taken_for_a_registration_that_cannot_be_asked_for(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(401, {"message": "no"}))
    with pytest.raises(Unauthenticated):
        trend.vision_one_connect("us-1").status()


def test_a_key_that_is_not_found_is_unknown_and_nothing_is_said_to_be_gone(vendor: Vendor, trend: Trend) -> None:
    vendor.otherwise = Answer(404, {"message": "not found"}, {"x-trace-id": "t-1"})
    with pytest.raises(Unauthenticated) as refusal:
        trend.key_details()
    message = str(refusal.value)
    assert message.startswith(
        "GET accounts /apikeys/{id}: HTTP 404: not found (trace id t-1); the API key is unknown here"
    )
    assert "gone" not in message
