"""What the fleet's commands print for people."""

from __future__ import annotations

import sys

import pytest

from fleet.console import show

LINE = "  next: " + "let arn:aws:iam::123456789012:root assume it, or exclude the account " * 2


def test_a_line_of_a_summary_is_one_line_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    show(LINE)
    assert capsys.readouterr().out == f"{LINE}\n"


def test_a_terminal_breaks_it_between_words_below_its_indentation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show(LINE)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 2
    assert all(line.startswith("  ") and len(line) <= 50 for line in lines)
    assert " ".join(map(str.strip, lines)) == LINE.strip()
