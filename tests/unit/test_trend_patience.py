"""Waits end when the operator ends the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from components import waiting as patience
from components.trend.client import Trend
from tests.unit.scripted_vendor import Answer, Vendor


@pytest.fixture(autouse=True)
def _uninterrupted() -> Iterator[None]:
    """The switch is the process's; put it back for the next test."""
    yield
    patience._interrupted.clear()


def test_a_wait_lasts_as_long_as_it_was_told_to() -> None:
    started = time.monotonic()
    patience.wait(0.1, "a test")
    assert time.monotonic() - started >= 0.1


def test_an_interruption_ends_a_wait_that_is_going_on_with_the_reason_and_the_next_step() -> None:
    threading.Timer(0.1, patience.interrupt).start()
    started = time.monotonic()
    with pytest.raises(patience.Interrupted, match=r"waiting \(a role\).*run the command again"):
        patience.wait(60, "a role")
    assert time.monotonic() - started < 5


def test_an_interruption_ends_every_wait_that_begins_later() -> None:
    patience.interrupt()
    with pytest.raises(patience.Interrupted):
        patience.wait(60, "a role")


def test_a_wait_that_trend_asks_for_is_announced_and_can_be_ended(
    vendor: Vendor, trend: Trend, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.will(Answer(429, headers={"Retry-After": "20"}))
    threading.Timer(0.3, patience.interrupt).start()
    with pytest.raises(patience.Interrupted):
        trend.key_details()
    assert capsys.readouterr().err == "Trend answered 429; asking again in 20 s\n"
