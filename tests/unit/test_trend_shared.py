"""Processes of one tenant: they heed the wait that one of them was asked for, and ask once what is the same for all."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from components.redaction import Redactor
from components.settings.endpoints import Endpoints
from components.trend.client import Trend
from components.trend.errors import Forbidden, RateLimited
from components.trend.pacing import PAUSE_VARIABLE, Pacing
from components.trend.shared import SHARED_VARIABLE
from tests.unit.conftest import KEY
from tests.unit.scripted_vendor import Answer, Vendor

URN = "urn:cloudone:identity:us-1:123456789012:apikey/x"
DETAILS = {"id": KEY.id, "urn": URN, "alias": "a", "roleID": "full-access"}
CONNECTOR = {"ID": 7, "accountId": "012345678901"}


def another(vendor: Vendor) -> Trend:
    """Return the client of another process."""
    return Trend(KEY, Endpoints(base=vendor.url), Redactor([]))


def test_nobody_calls_while_one_was_asked_to_wait(
    vendor: Vendor, trend: Trend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PAUSE_VARIABLE, str(tmp_path / "pause"))
    vendor.will(Answer(429, headers={"Retry-After": "1"}), Answer(200, CONNECTOR), Answer(200, CONNECTOR))
    first = threading.Thread(target=lambda: trend.workload("us-1").get_connector("7"))
    first.start()
    pacing = Pacing(tmp_path / "pause")
    while not pacing.remaining():
        time.sleep(0.01)
    until = pacing.until()
    another(vendor).workload("us-1").get_connector("7")
    assert time.time() >= until
    first.join()
    assert len(vendor.asked) == 3


def test_a_wait_is_handed_on_even_by_the_one_who_gives_up(
    vendor: Vendor, trend: Trend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    vendor.otherwise = Answer(429, headers={"Retry-After": "1"})
    monkeypatch.setenv(PAUSE_VARIABLE, str(tmp_path / "pause"))
    with pytest.raises(RateLimited):
        trend.workload("us-1").get_connector("7")
    assert Pacing(tmp_path / "pause").remaining() > 0


def test_a_shorter_wait_does_not_end_a_longer_one(tmp_path: Path) -> None:
    pacing = Pacing(tmp_path / "pause")
    later = time.time() + 60
    pacing.ask_for(later)
    pacing.ask_for(later - 30)
    assert pacing.until() == pytest.approx(later, abs=0.01)


def test_without_the_variable_each_process_minds_its_own_waits(
    vendor: Vendor, trend: Trend, tmp_path: Path, waits: list[float]
) -> None:
    vendor.will(Answer(429, headers={"Retry-After": "20"}), Answer(200, CONNECTOR))
    trend.workload("us-1").get_connector("7")
    assert waits == [20]
    assert list(tmp_path.iterdir()) == []


def test_what_is_the_same_for_the_tenant_is_asked_once_by_all(
    vendor: Vendor, trend: Trend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SHARED_VARIABLE, str(tmp_path))
    vendor.otherwise = Answer(200, DETAILS)
    clients = [trend, *(another(vendor) for _ in range(5))]
    threads = [threading.Thread(target=client.key_details) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(vendor.asked) == 1
    assert {client.key_details().account_id for client in clients} == {"123456789012"}
    kept = "".join(path.read_text() for path in tmp_path.iterdir())
    assert KEY.secret not in kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("*.json"))


def test_a_refusal_is_not_kept(vendor: Vendor, trend: Trend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED_VARIABLE, str(tmp_path))
    vendor.will(Answer(403, {"message": "locked"}), Answer(200, DETAILS))
    with pytest.raises(Forbidden):
        trend.key_details()
    assert trend.key_details().account_id == "123456789012"
