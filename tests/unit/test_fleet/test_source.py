"""Where the accounts come from: an organization as moto has it, or a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.hooks import HierarchicalEmitter
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.organizations.models import OrganizationsBackend, organizations_backends

from components.aws.errors import AwsError
from fleet.accounts import AccountState
from fleet.file.configuration import Fleet
from fleet.file.document import FileRefused
from fleet.source.reading import accounts_of
from tests.unit.test_fleet.conftest import fleet

HERE = Path()


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS without an organization, in this process."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


class SmallOrganization:
    """An organization: 25 accounts in the root, two in a unit, one in a unit within it, one of them suspended."""

    def __init__(self) -> None:
        self.client = boto3.client("organizations", "us-east-1")
        self.client.create_organization(FeatureSet="ALL")
        self.root = self.client.list_roots()["Roots"][0]["Id"]
        self.unit = self._unit(self.root, "workloads")
        self.inner = self._unit(self.unit, "production")
        self.top = [self._account(f"top {number}", self.root) for number in range(25)]
        self.first, self.closed = self._account("first", self.unit), self._account("closed", self.unit)
        self.within = self._account("within", self.inner, env="prod", trend="on")
        organizations_backends[DEFAULT_ACCOUNT_ID]["aws"].get_account_by_id(self.closed).state = "PENDING_CLOSURE"

    def _unit(self, parent: str, name: str) -> str:
        return str(self.client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"])

    def _account(self, name: str, unit: str, **tags: str) -> str:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        made = self.client.create_account(AccountName=name, Email=f"{name.replace(' ', '')}@example.com", Tags=listed)
        account_id = str(made["CreateAccountStatus"]["AccountId"])
        self.client.move_account(AccountId=account_id, SourceParentId=self.root, DestinationParentId=unit)
        return account_id


@pytest.fixture
def organization(moto: None) -> SmallOrganization:
    return SmallOrganization()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each operation was asked of AWS."""
    counted: Counter[str] = Counter()
    emit = HierarchicalEmitter.emit_until_response

    def counting(emitter: Any, event: str, **arguments: Any) -> Any:
        if event.startswith("before-call."):
            counted[event.rpartition(".")[2]] += 1
        return emit(emitter, event, **arguments)

    monkeypatch.setattr(HierarchicalEmitter, "emit_until_response", counting)
    return counted


def of(**organizations: Any) -> Fleet:
    return fleet(source={"organizations": organizations})


def test_the_whole_organization_is_read_page_by_page_with_the_units_of_each(
    organization: SmallOrganization, asked: Counter[str]
) -> None:
    accounts = {account.id: account for account in accounts_of(of(), HERE)}
    assert len(accounts) == 29, "the management account is an ordinary one"
    assert list(accounts) == sorted(accounts)
    assert accounts[organization.top[0]].units == (organization.root,)
    assert accounts[organization.within].units == (organization.root, organization.unit, organization.inner)
    assert accounts[organization.within].name == "within"
    assert asked == {
        "GetCallerIdentity": 1,
        "ListRoots": 1,
        "ListAccountsForParent": 4,  # two pages of the root
        "ListOrganizationalUnitsForParent": 3,
    }


def test_an_account_that_closes_is_there_and_marked(organization: SmallOrganization) -> None:
    states = {account.id: account.state for account in accounts_of(of(units=[organization.unit]), HERE)}
    assert states == {
        organization.first: AccountState.ACTIVE,
        organization.closed: AccountState.PENDING_CLOSURE,
        organization.within: AccountState.ACTIVE,
    }


def test_units_count_with_what_is_within_unless_told_otherwise_and_each_account_once(
    organization: SmallOrganization,
) -> None:
    def read(*units: str, nested: bool = True) -> dict[str, tuple[str, ...]]:
        return {account.id: account.units for account in accounts_of(of(units=list(units), nested=nested), HERE)}

    assert set(read(organization.unit, nested=False)) == {organization.first, organization.closed}
    assert len(read(organization.root)) == 29
    both = read(organization.inner, organization.unit)
    assert set(both) == {organization.first, organization.closed, organization.within}
    assert both[organization.within] == (organization.root, organization.unit, organization.inner)


def test_tags_are_read_where_something_asks_for_them_and_nowhere_else(
    organization: SmallOrganization, asked: Counter[str]
) -> None:
    (account,) = accounts_of(of(units=[organization.unit], tags={"trend": "on"}), HERE)
    assert (account.id, account.tags) == (organization.within, {"env": "prod", "trend": "on"})
    assert asked["ListTagsForResource"] == 3
    for parts in ({"exclude": {"tags": {"a": "b"}}}, {"overrides": [{"tags": {"a": "b"}, "settings": {}}]}):
        asked.clear()
        accounts_of(fleet(source={"organizations": {"units": [organization.unit]}}, **parts), HERE)
        assert asked["ListTagsForResource"] == 3


def test_a_role_is_assumed_first_where_one_is_named(organization: SmallOrganization, asked: Counter[str]) -> None:
    arn = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/reads-the-organization"
    assert len(accounts_of(of(roleArn=arn), HERE)) == 29
    assert asked["AssumeRole"] == 1


def test_a_throttled_reader_goes_on_asking(
    organization: SmallOrganization, monkeypatch: pytest.MonkeyPatch, asked: Counter[str]
) -> None:
    from moto.core.exceptions import JsonRESTError

    answer, refused = OrganizationsBackend.list_roots, iter(range(7))

    def throttle(backend: OrganizationsBackend) -> Any:
        if next(refused, None) is not None:
            raise JsonRESTError("TooManyRequestsException", "You have sent too many requests in too short a period.")
        return answer(backend)

    monkeypatch.setattr(OrganizationsBackend, "list_roots", throttle)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    assert len(accounts_of(of(), HERE)) == 29
    assert next(refused, None) is None


def test_an_account_in_no_organization_is_told_what_to_do(moto: None) -> None:
    with pytest.raises(AwsError, match="is in no organization; use credentials of the management"):
        accounts_of(of(), HERE)


def test_a_unit_that_is_not_there_is_named(organization: SmallOrganization) -> None:
    with pytest.raises(AwsError, match="ListParents ou-ab12-11111111: the organization has no such unit; correct"):
        accounts_of(of(units=["ou-ab12-11111111"]), HERE)


def test_a_refusal_names_the_permission_and_where_it_is_to_be_had(
    organization: SmallOrganization, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.core.exceptions import JsonRESTError

    def refuse(*_: object, **__: object) -> None:
        raise JsonRESTError("AccessDeniedException", "You don't have permissions to access this resource.")

    monkeypatch.setattr("moto.organizations.models.OrganizationsBackend.list_roots", refuse)
    with pytest.raises(AwsError) as caught:
        accounts_of(of(), HERE)
    assert "allow the deploying identity organizations:ListRoots, with credentials of the management account" in str(
        caught.value
    )


def test_a_file_lists_accounts_with_names_and_tags_in_its_order(tmp_path: Path) -> None:
    text = '- {id: "222222222222", name: two, tags: {env: prod}}\n- {id: "111111111111", name: one}\n'
    (tmp_path / "accounts.yaml").write_text(text)
    two, one = accounts_of(fleet(source={"file": "accounts.yaml"}), tmp_path)
    assert (two.id, two.name, two.tags, two.state) == ("222222222222", "two", {"env": "prod"}, AccountState.ACTIVE)
    assert (one.id, one.units) == ("111111111111", ())


def test_every_mistake_of_a_file_of_accounts_has_its_line(tmp_path: Path) -> None:
    text = """\
- {id: "111111111111", name: one}
- {id: 222222222222, name: two}
- {id: "3333", nmae: three}
- {id: "444444444444", name: four, tags: {env: on}}
- {id: "111111111111", name: again}
- five
"""
    (tmp_path / "accounts.yaml").write_text(text)
    with pytest.raises(FileRefused) as caught:
        accounts_of(fleet(source={"file": "accounts.yaml"}), tmp_path)
    assert [problem.split(" ")[0] for problem in caught.value.problems] == [
        f"accounts.yaml:{line}:" for line in (2, 3, 3, 3, 4, 5, 6)
    ]
    assert "accounts.yaml:5: account 111111111111 duplicates line 1: keep one" in caught.value.problems
    assert any(problem.endswith("did you mean name?") for problem in caught.value.problems)


def test_a_file_of_accounts_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be read: No such file"):
        accounts_of(fleet(source={"file": "accounts.yaml"}), tmp_path)
