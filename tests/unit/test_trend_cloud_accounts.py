"""How a cloud account is looked up: the inferred GET, behind it the documented list, and what is remembered of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from components.trend.client import Trend
from components.trend.cloud_accounts import CloudAccountReply, CloudAccountsClient
from components.trend.errors import NotFound, TrendError
from tests.unit.scripted_vendor import Answer, Vendor

ACCOUNT = "012345678901"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trend"
LIST = "GET /cloudaccounts/cloudaccounts/aws?limit=100"
ONE = "GET /cloudaccounts/cloudaccounts/aws/{}"
FOUND = Answer(200, {"id": ACCOUNT})
NOT_FOUND = Answer(404)


def page(*ids: str, following: str = "") -> Answer:
    return Answer(200, {"cloudAccounts": [{"id": each} for each in ids], "next": following})


@pytest.fixture
def client(trend: Trend) -> CloudAccountsClient:
    return trend.cloud_accounts("us-1")


def test_a_cloud_account_is_read_with_its_role(vendor: Vendor, client: CloudAccountsClient) -> None:
    live = {"id": ACCOUNT, "roleARN": ROLE, "alias": "AWS", "description": "by us", "state": "managed", "created": "x"}
    expected = {"id": ACCOUNT, "role_arn": ROLE, "alias": "AWS", "description": "by us", "state": "managed"}
    vendor.will(Answer(200, live), Answer(200, live))
    for look in (client.get, client.find):
        account = look(ACCOUNT)
        assert account is not None
        assert msgspec.structs.asdict(account) == expected


def test_a_get_that_has_found_one_is_believed_when_it_finds_none(vendor: Vendor, client: CloudAccountsClient) -> None:
    vendor.will(FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND)
    assert client.get(ACCOUNT) is not None
    assert client.get(ACCOUNT) is None
    assert client.find(ACCOUNT) is None
    assert not client.still_exists(ACCOUNT)
    assert vendor.calls == [ONE.format(ACCOUNT)] * 4


@pytest.mark.parametrize("status", [403, 404, 405])
def test_where_there_is_no_such_get_the_list_decides_and_the_get_is_not_tried_again(
    vendor: Vendor, client: CloudAccountsClient, status: int
) -> None:
    vendor.will(Answer(status), page("000000000001", following="two/3="), page(ACCOUNT))
    assert client.get(ACCOUNT) == CloudAccountReply(id=ACCOUNT)
    assert vendor.calls == [ONE.format(ACCOUNT), LIST, f"{LIST}&cursor=two%2F3%3D"]
    vendor.will(Answer(204), page())
    client.delete(ACCOUNT)
    assert not client.still_exists(ACCOUNT)
    assert vendor.calls[4:] == [f"{LIST}&cursor=two%2F3%3D"], "the page that held it tells"


def test_a_refused_get_that_worked_before_is_an_error(vendor: Vendor, client: CloudAccountsClient) -> None:
    vendor.will(FOUND, Answer(403))
    client.get(ACCOUNT)
    with pytest.raises(TrendError):
        client.get(ACCOUNT)


def test_neither_get_nor_list_is_taken_for_gone_when_it_fails(vendor: Vendor, client: CloudAccountsClient) -> None:
    for answers in ([Answer(401)], [NOT_FOUND, Answer(403)], [NOT_FOUND, NOT_FOUND], [NOT_FOUND, Answer(200, {})]):
        vendor.will(*answers)
        with pytest.raises(TrendError):
            client.get(ACCOUNT)


def test_in_a_tenant_of_one_page_absence_takes_one_call(vendor: Vendor, client: CloudAccountsClient) -> None:
    vendor.will(page("000000000001"))
    assert client.find(ACCOUNT) is None
    assert vendor.calls == [LIST]


def test_in_a_larger_tenant_a_get_of_another_account_shows_whether_absence_can_be_asked_for(
    vendor: Vendor, client: CloudAccountsClient
) -> None:
    vendor.will(page("000000000001", following="b"), Answer(200, {"id": "000000000001"}), NOT_FOUND)
    assert client.find(ACCOUNT) is None
    assert vendor.calls == [LIST, ONE.format("000000000001"), ONE.format(ACCOUNT)]


def test_a_larger_tenant_without_the_get_is_read_to_its_end(vendor: Vendor, client: CloudAccountsClient) -> None:
    pages = page("000000000002", following="c"), page("000000000003")
    vendor.will(page("000000000001", following="b"), NOT_FOUND, *pages)
    assert client.find(ACCOUNT) is None
    assert vendor.calls == [LIST, ONE.format("000000000001"), f"{LIST}&cursor=b", f"{LIST}&cursor=c"]


def test_a_size_of_page_that_is_refused_is_left_to_the_service(vendor: Vendor, client: CloudAccountsClient) -> None:
    vendor.will(Answer(400), page(ACCOUNT))
    assert client.find(ACCOUNT) is not None
    assert vendor.calls == [LIST, LIST.partition("?")[0]]


@pytest.mark.parametrize("following", [["again"] * 9, ["a", "b"] * 5])
def test_a_list_that_leads_in_circles_ends(vendor: Vendor, client: CloudAccountsClient, following: list[str]) -> None:
    vendor.will(*(page(following=each) for each in following))
    assert client.find(ACCOUNT) is None
    assert len(vendor.calls) == 1 + len(set(following))


def test_what_the_list_said_is_remembered_for_a_moment(
    vendor: Vendor, client: CloudAccountsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.otherwise = page()
    client.find(ACCOUNT)
    client.find(ACCOUNT)
    assert len(vendor.calls) == 1
    client.find("000000000001")
    assert len(vendor.calls) == 2, "each account is looked for"
    later = time.monotonic() + 31
    monkeypatch.setattr(time, "monotonic", lambda: later)
    client.find(ACCOUNT)
    assert len(vendor.calls) == 3


FORGOTTEN: list[tuple[Callable[[CloudAccountsClient], Any], Answer]] = [
    (lambda client: client.create(role_arn=ROLE, alias="", description=""), FOUND),
    (lambda client: client.create(role_arn=ROLE, alias="", description=""), Answer(500)),
    (lambda client: client.create(role_arn=ROLE, alias="", description=""), Answer(409)),
    (lambda client: client.create(role_arn=ROLE, alias="", description=""), Answer(instead="drop")),
    (lambda client: client.delete(ACCOUNT), Answer(204)),
    (lambda client: client.delete(ACCOUNT), NOT_FOUND),
    (lambda client: client.find("000000000001"), Answer(403)),
]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(("act", "answer"), FORGOTTEN)
def test_it_is_forgotten_when_something_changes_or_fails(
    vendor: Vendor, client: CloudAccountsClient, act: Callable[[CloudAccountsClient], Any], answer: Answer
) -> None:
    vendor.will(page(), answer)
    vendor.otherwise = page(ACCOUNT)
    assert client.find(ACCOUNT) is None
    with contextlib.suppress(TrendError):
        act(client)
    assert client.find(ACCOUNT) is not None


def test_an_answer_that_a_change_overtook_is_not_remembered(
    vendor: Vendor, client: CloudAccountsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = CloudAccountsClient._search

    def overtaken(client: CloudAccountsClient, *arguments: Any, **more: Any) -> Any:
        found = search(client, *arguments, **more)
        client.create(role_arn=ROLE, alias="", description="")  # by another thread, while the pages are read
        return found

    vendor.will(page(), FOUND, page(ACCOUNT))
    monkeypatch.setattr(CloudAccountsClient, "_search", overtaken)
    assert client.find(ACCOUNT) is None
    monkeypatch.undo()
    assert client.find(ACCOUNT) is not None


def test_deleting_what_is_gone_says_so(vendor: Vendor, client: CloudAccountsClient) -> None:
    vendor.will(NOT_FOUND)
    with pytest.raises(NotFound):
        client.delete(ACCOUNT)
