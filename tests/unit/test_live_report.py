"""The report says what differs, what became of each fact, and which phase failed."""

from __future__ import annotations

from live.comparison import Difference
from live.facts import FACTS
from live.record import Record
from live.report import Report

DIFFERENCE = Difference("status", "GET workload /x in up", "404", "200 | 201")


def report(*differences: Difference, vendor: Record | None = None) -> Report:
    return Report(vendor or Record("Trend", "us-1", ended={"up": 0}), Record("simulator", "us-1"), differences)


def test_each_difference_and_each_fact_has_a_row() -> None:
    page = report(DIFFERENCE).markdown()
    assert "| status | GET workload /x in up | 404 | 200 \\| 201 |" in page
    for fact in FACTS:
        assert f"| {fact.id} | {fact.statement} | {fact.source} | not seen |" in page


def test_a_phase_that_failed_or_was_not_run_is_told() -> None:
    lived = Record("Trend", "us-1", ended={"preview": 0, "up": 255})
    assert not lived.completed
    page = report(vendor=lived).markdown()
    assert "| preview | ok | not run |" in page
    assert "| up | exit code 255 | not run |" in page


def test_it_is_clean_where_nothing_differs_and_no_fact_is_refuted() -> None:
    refuting = Record("Trend", "us-1", aws={"forwarder-kms": False})
    assert report().clean
    assert not report(DIFFERENCE).clean
    assert not report(vendor=refuting).clean
    assert f"of {len(FACTS)} facts 0 confirmed, 1 refuted" in report(vendor=refuting).summary()
