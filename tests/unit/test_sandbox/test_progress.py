"""What takes long shows how far it is, and does not flood a log."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from sandbox import progress
from sandbox.progress import CommandFailed, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def noisy(lines: int, code: int = 0) -> list[str]:
    script = f"import sys\nfor n in range({lines}): print('line', n, file=sys.stderr)\nprint('out')\nsys.exit({code})"
    return [sys.executable, "-c", script]


def test_without_a_terminal_a_command_of_many_lines_is_two_lines(tmp_path: Path) -> None:
    stream, seen = io.StringIO(), list[str]()
    with Progress("Building", stream) as building:
        assert building.run(noisy(500), tmp_path, seen.append) == "out\n"
    assert len(seen) == 501
    begin, end = stream.getvalue().splitlines()
    assert begin == "Building"
    assert end.startswith("Building: done, ")


def test_in_a_terminal_one_line_is_redrawn_with_how_far_and_how_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "REDRAWN", 0.01)
    stream = Terminal()
    with Progress("Building", stream) as building:
        building.show("5 of 9 compiled")
        while "5 of 9" not in stream.getvalue():
            pass
    assert "\r\033[KBuilding: 5 of 9 compiled, 0 s" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_a_command_that_fails_says_how_it_ended(tmp_path: Path) -> None:
    stream = io.StringIO()
    with pytest.raises(CommandFailed, match="line 49"), Progress("Building", stream) as building:
        building.run(noisy(50, code=3), tmp_path, building.show)
    assert "Building: failed, " in stream.getvalue()
