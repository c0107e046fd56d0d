"""The fleet's books: what is noted, where, and that no password is repeated."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fleet.database import VARIABLE, connect, database_url
from fleet.outcome import Cause, Do, Outcome, RunState
from fleet.plan.ledger import Ledger
from operate.console import OperateError

SETTINGS = {"scope": "account", "tags": '{"a": "b"}'}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.delenv(VARIABLE, raising=False)
    return Ledger(connect(database_url(tmp_path)))


def outcome(do: Do = Do.UP, state: RunState = RunState.DONE, stack: str = "aws-1") -> Outcome:
    cause = Cause.TREND if state is RunState.FAILED else None
    return Outcome("111111111111", stack, do, state, cause, changes={"create": 27})


def test_an_update_that_succeeded_is_noted_with_its_settings_and_the_program(ledger: Ledger) -> None:
    ledger.note(outcome(), SETTINGS, "1.0.0")
    ledger.note(outcome(state=RunState.UNCHANGED, stack="aws-2"), {}, "1.0.0")
    record = ledger.records()["aws-1"]
    assert record.deployed is not None
    assert (record.account_id, record.deployed.settings, record.deployed.version) == ("111111111111", SETTINGS, "1.0.0")
    assert record.last == outcome()
    assert record.ended_at == record.deployed.at
    assert set(ledger.records()) == {"aws-1", "aws-2"}


def test_one_that_failed_leaves_what_was_deployed_before_it(ledger: Ledger) -> None:
    ledger.note(outcome(), SETTINGS, "1.0.0")
    ledger.note(outcome(state=RunState.FAILED), {"scope": "other"}, "2.0.0")
    record = ledger.records()["aws-1"]
    assert record.deployed is not None
    assert (record.deployed.settings, record.deployed.version) == (SETTINGS, "1.0.0")
    assert record.last.state is RunState.FAILED


def test_one_that_never_succeeded_is_noted_as_nothing_deployed(ledger: Ledger) -> None:
    ledger.note(outcome(state=RunState.UNREACHABLE), SETTINGS, "1.0.0")
    assert ledger.records()["aws-1"].deployed is None


def test_what_was_removed_is_forgotten_and_what_was_not_is_not(ledger: Ledger) -> None:
    ledger.note(outcome(), SETTINGS, "1.0.0")
    ledger.note(outcome(Do.DESTROY, RunState.FAILED), {}, "1.0.0")
    assert ledger.records()["aws-1"].last.do is Do.DESTROY
    ledger.note(outcome(Do.DESTROY), {}, "1.0.0")
    assert ledger.records() == {}


@pytest.mark.parametrize("do", [Do.PREVIEW, Do.DRIFT])
def test_a_look_leaves_no_note(ledger: Ledger, do: Do) -> None:
    ledger.note(outcome(do), SETTINGS, "1.0.0")
    assert ledger.records() == {}


def test_the_books_are_in_a_folder_of_the_project_for_its_owner_alone(tmp_path: Path, ledger: Ledger) -> None:
    assert (tmp_path / ".fleet" / "fleet.db").is_file()
    assert stat.S_IMODE((tmp_path / ".fleet").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("address", "driver"),
    [
        ("postgresql://user:secret@host/fleet", "postgresql+psycopg"),
        ("postgres://user:secret@host/fleet", "postgresql+psycopg"),
        ("postgresql+psycopg2://user:secret@host/fleet", "postgresql+psycopg"),
        ("sqlite:////tmp/x.db", "sqlite"),
    ],
)
def test_a_database_is_spoken_to_by_the_driver_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, driver: str
) -> None:
    monkeypatch.setenv(VARIABLE, address)
    assert database_url(tmp_path).drivername == driver
    assert not (tmp_path / ".fleet").exists()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("mysql://user:SENTINEL@host/fleet", "names neither PostgreSQL nor SQLite"),
        ("SENTINEL", "is not a database URL"),
        ("postgresql://user:SENTINEL@host:port/fleet", "is not a database URL"),
        ("postgresql://user:SENTINEL@127.0.0.1:1/fleet", "the fleet's database .*: connection failed"),
        ("sqlite:////nowhere/at/all/SENTINELfree.db", "the fleet's database .*: unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, reason: str
) -> None:
    monkeypatch.setenv(VARIABLE, address)
    with pytest.raises(OperateError, match=reason) as caught:
        Ledger(connect(database_url(tmp_path)))
    assert "SENTINEL" not in str(caught.value)
    assert "\n" not in str(caught.value)
