"""The output `health`: short, and read back by the report."""

from __future__ import annotations

from components.checks.findings import Finding
from operate.health import document, findings

FOUND = [
    Finding("connector", "ok", "points at role/a"),
    Finding("trail", "unknown", "nobody may look: AccessDenied"),
    Finding("stack", "failed", "is gone", "make it again"),
]


def test_what_is_fine_takes_a_word_and_what_is_not_a_line() -> None:
    assert document(FOUND) == {
        "verdict": "failed",
        "checks": {
            "connector": "ok",
            "trail": "unknown: nobody may look: AccessDenied",
            "stack": "failed: is gone; make it again",
        },
    }


def test_the_report_reads_the_same_verdicts_back() -> None:
    read = findings(document(FOUND))
    assert [(each.subject, each.verdict) for each in read] == [(each.subject, each.verdict) for each in FOUND]
    assert [str(each) for each in read] == ["", *(str(each) for each in FOUND[1:])]
