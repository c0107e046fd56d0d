"""The policy of the caller is what reading takes, each action of it: tried in the sandbox, which enforces it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.aws.errors import AwsError
from fleet import permissions
from fleet.accounts import AccountState
from fleet.file.configuration import Fleet
from fleet.source.reading import accounts_of
from operate.console import OperateError
from sandbox.organization import DEV, ROOT, WORKLOADS, AccountKind, Organization
from sandbox.sandbox import Sandbox
from tests.unit.test_fleet.conftest import fleet

HERE = Path()
UNITS = {"units": [WORKLOADS.id], "tags": {"env": "dev"}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("organization") / "home", accounts=24) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox with an organization, whose caller this process is."""
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    yield running
    running.aws_control.clear_policies()


def of(**organizations: Any) -> Fleet:
    return fleet(source={"organizations": organizations})


def declared(sandbox: Sandbox) -> Organization:
    assert sandbox.organization is not None
    return sandbox.organization


def actions(policy: dict[str, Any]) -> list[str]:
    return [action for statement in policy["Statement"] for action in statement["Action"]]


def test_every_account_of_the_sandbox_is_read_with_its_units_and_state(sandbox: Sandbox) -> None:
    accounts = {account.id: account for account in accounts_of(of(), HERE)}
    assert list(accounts) == sorted(account.id for account in declared(sandbox).accounts)
    for each in declared(sandbox).accounts:
        assert accounts[each.id].units == tuple(unit.id for unit in each.unit.path)
        suspended = each.kind is AccountKind.SUSPENDED
        assert accounts[each.id].state is (AccountState.SUSPENDED if suspended else AccountState.ACTIVE)


def test_a_unit_and_a_tag_choose_the_accounts_that_have_both(sandbox: Sandbox) -> None:
    chosen = {account.id for account in accounts_of(of(**UNITS), HERE)}
    assert chosen == {account.id for account in declared(sandbox).accounts if account.unit == DEV}


@pytest.mark.parametrize("organizations", [{}, UNITS], ids=["whole", "units and tags"])
def test_the_callers_policy_suffices_and_each_of_its_actions_is_needed(
    sandbox: Sandbox, organizations: dict[str, Any]
) -> None:
    caller = sandbox.environment()["AWS_ACCESS_KEY_ID"]
    wanted = of(**organizations)
    policy = permissions.of_caller(wanted, "aws")
    sandbox.aws_control.enforce(caller, policy)
    assert accounts_of(wanted, HERE)
    reading = [action for action in actions(policy) if action.startswith("organizations:")]
    assert len(reading) >= 3
    for action in reading:
        less = copy.deepcopy(policy)
        for statement in less["Statement"]:
            statement["Action"] = [each for each in statement["Action"] if each != action] or ["sts:GetSessionToken"]
        sandbox.aws_control.enforce(caller, less)
        with pytest.raises(AwsError, match=f"allow the deploying identity {action}, with credentials of the managem"):
            accounts_of(wanted, HERE)


def test_the_caller_may_assume_the_role_of_an_account_and_no_other(sandbox: Sandbox) -> None:
    account = declared(sandbox).plain[0]
    sandbox.aws_control.enforce(sandbox.environment()["AWS_ACCESS_KEY_ID"], permissions.of_caller(of(), "aws"))
    sts = sandbox.aws("sts")
    sts.assume_role(RoleArn=account.role_arn, RoleSessionName="test")
    with pytest.raises(Exception, match="AccessDenied"):
        sts.assume_role(RoleArn=account.role_arn.replace("Organization", "Other"), RoleSessionName="test")


def test_a_role_that_reads_the_organization_has_the_reading_and_the_caller_the_role() -> None:
    wanted = of(roleArn="arn:aws:iam::111111111111:role/reads", units=[ROOT.id], nested=False)
    assert actions(permissions.of_caller(wanted, "aws")) == ["sts:AssumeRole", "sts:AssumeRole"]
    assert "arn:aws:iam::111111111111:role/reads" in json.dumps(permissions.of_caller(wanted, "aws"))
    assert actions(permissions.of_reader(wanted)) == [
        "organizations:ListAccountsForParent",
        "organizations:ListParents",
    ]
    with pytest.raises(OperateError, match="the caller reads the organization itself"):
        permissions.of_reader(of())


def test_a_fleet_from_a_file_reads_no_organization() -> None:
    assert actions(permissions.of_caller(fleet(source={"file": "accounts.yaml"}), "aws-cn")) == ["sts:AssumeRole"]
