"""What all tiers share: the count of each tier at the end of a run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests of each tier passed and failed; a tier is a folder below tests/."""
    passed, failed = (_by_tier(terminalreporter.stats.get(outcome, [])) for outcome in ("passed", "failed"))
    for tier in sorted(passed | failed):
        terminalreporter.write_line(f"{tier}: {passed[tier]} passed, {failed[tier]} failed")


def _by_tier(reports: list[pytest.TestReport]) -> Counter[str]:
    return Counter(Path(report.nodeid).parts[1] for report in reports if report.when == "call")
