"""Who is deployed, in which wave, and why not: from file, accounts and ledger alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fleet.accounts import Account, AccountState
from fleet.file.configuration import Fleet
from fleet.file.document import FileRefused
from fleet.outcome import Cause, Do, Outcome, RunState
from fleet.plan.ledger import Deployed, StackRecord
from fleet.plan.planning import plan_of
from fleet.plan.stacks import Plan, PlannedStack, StackStatus
from tests.unit.test_fleet.conftest import fleet

VERSION = "1.0.0"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def account(number: int, **more: Any) -> Account:
    return Account(f"{number:012}", f"account {number}", **more)


def accounts(count: int) -> list[Account]:
    return [account(number) for number in range(1, count + 1)]


def planned(of: Fleet, *those: Account, records: tuple[StackRecord, ...] = ()) -> Plan:
    return plan_of(of, those, {record.stack: record for record in records}, VERSION)


def record(
    entry: PlannedStack, *, version: str = VERSION, last: RunState = RunState.DONE, **settings: str
) -> StackRecord:
    """What the ledger has of an entry whose update succeeded, with other settings where a test is about them."""
    outcome = outcome_of(entry, last)
    return StackRecord(entry.stack, outcome.account_id, Deployed(entry.told | settings, version, NOW), outcome, NOW)


def outcome_of(entry: PlannedStack, state: RunState) -> Outcome:
    cause = Cause.TREND if state is RunState.FAILED else None
    account_id = entry.account.id if entry.account else ""
    return Outcome(account_id, entry.stack, Do.UP, state, cause, "no such key" if cause else "")


def statuses(plan: Plan) -> list[StackStatus]:
    return [entry.status for entry in plan.accounts]


def test_without_a_ledger_everything_is_new_the_tenants_stack_first() -> None:
    plan = planned(fleet(), *accounts(2))
    assert [entry.stack for entry in plan.to_deploy] == ["tenant", "aws-000000000001", "aws-000000000002"]
    assert {entry.status for entry in plan.to_deploy} == {StackStatus.NEW}
    assert [entry.wave for entry in plan.to_deploy] == ["", "rest", "rest"]


def test_what_was_deployed_the_same_way_is_not_deployed_again() -> None:
    of = fleet()
    before = planned(of, *accounts(2))
    again = planned(of, *accounts(2), records=tuple(record(entry) for entry in before.to_deploy))
    assert again.to_deploy == []
    assert {entry.status for entry in (again.tenant, *again.accounts)} == {StackStatus.AS_DEPLOYED}


def test_what_changed_since_is_named() -> None:
    (entry,) = planned(fleet(settings={"createNewTrail": True, "adopt": True}), account(1)).accounts
    earlier = record(entry, version="0.9.0", adopt="false", rolePath="/x/")
    (changed,) = planned(
        fleet(settings={"createNewTrail": True, "adopt": True}), account(1), records=(earlier,)
    ).accounts
    assert changed.status is StackStatus.CHANGED
    assert list(changed.changed) == ["adopt", "rolePath", "program 0.9.0"]


def test_a_tenant_that_is_to_be_enrolled_now_has_changed() -> None:
    before = record(planned(fleet()).tenant)
    after = planned(fleet(tenant={"enroll": True}), records=(before,)).tenant
    assert (after.status, list(after.changed), after.enroll) == (StackStatus.CHANGED, ["tenant.enroll"], True)


def test_an_account_that_failed_is_deployed_again_and_says_what_it_failed_for() -> None:
    (entry,) = planned(fleet(), account(1)).accounts
    never = StackRecord(
        entry.stack, entry.account.id if entry.account else "", None, outcome_of(entry, RunState.FAILED), NOW
    )
    for known, status in ((never, StackStatus.NEW), (record(entry, last=RunState.FAILED), StackStatus.FAILED)):
        (again,) = planned(fleet(), account(1), records=(known,)).accounts
        assert (again.status, again.reason, again.wave) == (status, "the last up failed: no such key", "rest")


@pytest.mark.parametrize("state", [state for state in AccountState if state is not AccountState.ACTIVE])
def test_an_account_that_is_not_active_is_skipped_and_named(state: AccountState) -> None:
    (entry,) = planned(fleet(), account(1, state=state)).accounts
    assert (entry.status, entry.reason, entry.wave) == (StackStatus.SKIPPED, state.value.lower().replace("_", " "), "")


@pytest.mark.parametrize(
    ("exclude", "reason"),
    [
        ({"accounts": ["000000000001"]}, "excluded by id"),
        ({"units": ["ou-ab12-11111111"]}, "excluded by unit ou-ab12-11111111"),
        ({"units": ["r-ab12"]}, "excluded by unit r-ab12"),
        ({"tags": {"env": "dev", "team": "a"}}, "excluded by tag env=dev, team=a"),
    ],
)
def test_an_account_is_left_out_by_id_unit_however_deep_and_tag(exclude: dict[str, Any], reason: str) -> None:
    units = ("r-ab12", "ou-ab12-11111111", "ou-ab12-22222222")
    those = account(1, units=units, tags={"env": "dev", "team": "a"}), account(2, tags={"env": "dev"})
    left_out, other = planned(fleet(exclude=exclude), *those).accounts
    assert (left_out.status, left_out.reason) == (StackStatus.SKIPPED, reason)
    assert other.status is StackStatus.NEW


def test_the_last_override_that_fits_wins_setting_by_setting() -> None:
    overrides = [
        {"tags": {"env": "prod"}, "settings": {"stackName": "Prod", "rolePath": "/{id}/"}},
        {"units": ["ou-ab12-11111111"], "tags": {"env": "prod"}, "settings": {"stackName": "Both"}},
        {"accounts": ["000000000009"], "settings": {"stackName": "Other"}},
    ]
    prod = account(1, tags={"env": "prod"}, units=("r-ab12", "ou-ab12-11111111", "ou-ab12-22222222"))
    only_prod, plain = account(2, tags={"env": "prod"}), account(3)
    settings = [entry.settings for entry in planned(fleet(overrides=overrides), prod, only_prod, plain).accounts]
    assert [each.get("stackName") for each in settings] == ["Both", "Prod", None]
    assert [each.get("rolePath") for each in settings] == ["/000000000001/", "/000000000002/", None]


def test_placeholders_are_filled_wherever_a_text_is() -> None:
    of = fleet(settings={"createNewTrail": True, "rolePath": "/{{x}}/", "tags": {"owner": "{name} of {id}"}})
    settings = planned(of, account(1)).accounts[0].settings
    assert settings["rolePath"] == "/{x}/"
    assert settings["tags"] == '{"owner": "account 1 of 000000000001"}'


def test_an_account_that_left_is_orphaned_and_not_deployed() -> None:
    before = planned(fleet(), *accounts(2))
    after = planned(fleet(), account(1), records=tuple(record(entry) for entry in before.to_deploy))
    assert statuses(after) == [StackStatus.AS_DEPLOYED, StackStatus.ORPHANED]
    assert [entry.stack for entry in after.orphaned] == ["aws-000000000002"]
    assert after.to_deploy == []


def test_one_that_is_left_out_now_is_skipped_and_not_orphaned() -> None:
    before = planned(fleet(), account(1))
    of = fleet(exclude={"accounts": ["000000000001"]})
    assert statuses(planned(of, account(1), records=(record(before.accounts[0]),))) == [StackStatus.SKIPPED]


def test_the_tenants_stack_is_given_what_has_an_effect_there_and_names_no_account() -> None:
    settings = {
        "createNewTrail": True,
        "adopt": True,
        "regionMap": {"zz-1": "us-west-2"},
        "endpointsConfirmed": "host.{id}",
    }
    assert planned(fleet(settings=settings)).tenant.settings == {
        "regionMap": '{"zz-1": "us-west-2"}',
        "scope": "tenant",
    }


def test_an_account_without_a_trail_is_not_given_the_settings_of_one() -> None:
    settings = {"existingCloudtrailBucketName": "bucket", "adopt": True}
    for false in (False, "False"):
        of = fleet(settings=settings, overrides=[{"accounts": ["000000000001"], "settings": {"cloudTrail": false}}])
        without, other = (entry.settings for entry in planned(of, *accounts(2)).accounts)
        assert {**without, "cloudTrail": ""} == {"adopt": "true", "cloudTrail": "", "scope": "account"}
        assert other == {"adopt": "true", "existingCloudtrailBucketName": "bucket", "scope": "account"}


def test_a_tenants_stack_with_another_name_is_a_warning_and_the_earlier_one_no_orphan() -> None:
    before = planned(fleet(), account(1))
    records = tuple(record(entry) for entry in before.to_deploy)
    after = planned(fleet(tenant={"stack": "other"}), account(1), records=records)
    assert after.orphaned == []
    assert after.warnings == ["tenant.stack: 'tenant' was the tenant's stack before, and stays as it is"]


WAVES = [{"name": "canary", "count": 3}, {"name": "tenth", "percent": 10}, {"name": "rest"}]


@pytest.mark.parametrize(
    ("due", "sizes"),
    [(0, (0, 0, 0)), (2, (2, 0, 0)), (4, (3, 1, 0)), (21, (3, 3, 15)), (100, (3, 10, 87)), (101, (3, 11, 87))],
)
def test_waves_take_a_number_a_part_of_all_rounded_up_and_the_rest(due: int, sizes: tuple[int, ...]) -> None:
    waves = [entry.wave for entry in planned(fleet(waves=WAVES), *accounts(due)).accounts]
    assert tuple(waves.count(name) for name in ("canary", "tenth", "rest")) == sizes
    assert waves == sorted(waves, key=["canary", "tenth", "rest"].index), "the order is that of the source"


def test_what_is_not_deployed_takes_no_place_in_a_wave() -> None:
    of = fleet(waves=WAVES, exclude={"accounts": ["000000000001"]})
    done = record(planned(of, *accounts(2)).accounts[1])
    waves = [entry.wave for entry in planned(of, *accounts(6), records=(done,)).accounts]
    assert waves == ["", "", "canary", "canary", "canary", "tenth"]


def test_names_of_stacks_that_cannot_be_are_refused_with_the_accounts() -> None:
    of = fleet(stack="{name}")
    with pytest.raises(FileRefused) as caught:
        planned(of, *[Account(f"{number:012}", "same") for number in (1, 2)], Account("000000000003", "two words"))
    assert caught.value.problems == (
        "fleet.yaml: 000000000002: stack: 'same' is the name of 000000000001, too: add {id}",
        "fleet.yaml: 000000000003: stack: 'two words' is not a stack's name (1 to 100 letters, digits, _ . -); "
        "use {id}",
    )
    with pytest.raises(FileRefused, match="'tenant' is the name of the tenant's stack, too"):
        planned(of, Account("000000000001", "tenant"))


def test_another_template_of_names_does_not_deploy_an_account_a_second_time() -> None:
    before = planned(fleet(), *accounts(5))
    with pytest.raises(FileRefused) as caught:
        planned(fleet(stack="x-{id}"), *accounts(5), records=tuple(record(entry) for entry in before.accounts))
    (problem,) = caught.value.problems
    assert problem.startswith("fleet.yaml: 000000000001, 000000000002, 000000000003 and 2 more: stack: deployed under")


def test_a_stack_is_not_deployed_for_another_account_that_took_its_name() -> None:
    of = fleet(stack="{name}")
    before = planned(of, Account("000000000001", "shop"))
    with pytest.raises(FileRefused, match="000000000002: stack: 'shop' is deployed for account 000000000001"):
        planned(of, Account("000000000002", "shop"), records=(record(before.accounts[0]),))


def test_settings_that_do_not_go_together_are_refused_with_the_accounts_they_meet_in() -> None:
    of = fleet(overrides=[{"accounts": ["000000000002"], "settings": {"existingCloudtrailBucketName": "bucket"}}])
    with pytest.raises(FileRefused) as caught:
        planned(of, *accounts(2))
    (problem,) = caught.value.problems
    assert problem.startswith("fleet.yaml: 000000000002: settings: existingCloudtrailBucketName: 'bucket' is given")


def test_what_fits_no_account_is_a_warning() -> None:
    overrides = [{"tags": {"env": name}, "settings": {}} for name in ("prod", "prdo")]
    exclude = {"accounts": ["000000000001", "000000000009"], "units": ["r-ab12"], "tags": {"a": "b"}}
    plan = planned(fleet(overrides=overrides, exclude=exclude), account(1, tags={"env": "prod"}))
    assert plan.warnings == [
        "overrides[1] matches no account of the source",
        "exclude.accounts 000000000009 matches no account of the source",
        "exclude.units r-ab12 matches no account of the source",
        "exclude.tags matches no account of the source",
    ]
