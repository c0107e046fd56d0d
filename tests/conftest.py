"""What all tiers share: the parts of a run, and what is said at its end."""

from __future__ import annotations

import os
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests of one part where the environment names it: PART=2/8."""
    part, _, parts = os.environ.get("PART", "1/1").partition("/")
    items[:] = [item for item in items if zlib.crc32(item.nodeid.encode()) % int(parts) == int(part) % int(parts)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests of each tier passed and failed, and what tests recorded as `tried`.

    A tier is a folder below tests/. What a test prints itself is lost where another process runs it.
    """
    passed, failed = (_by_tier(_called(terminalreporter.stats, outcome)) for outcome in ("passed", "failed"))
    for tier in sorted(passed | failed):
        terminalreporter.write_line(f"{tier}: {passed[tier]} passed, {failed[tier]} failed")
    for report in _called(terminalreporter.stats, "passed", "failed"):
        for text in (value for name, value in report.user_properties if name == "tried"):
            terminalreporter.write_line(f"{Path(report.nodeid).parts[1]}: {text}")


def _called(stats: Mapping[str, list[Any]], *outcomes: str) -> list[pytest.TestReport]:
    return [report for outcome in outcomes for report in stats.get(outcome, []) if report.when == "call"]


def _by_tier(reports: list[pytest.TestReport]) -> Counter[str]:
    return Counter(Path(report.nodeid).parts[1] for report in reports)
