"""What `make bench` makes of what it measured; the measuring itself is only of use on a quiet machine."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from bench import tenants
from bench.release import Release, last_release
from bench.rows import EXCEEDED, LOADED, WITHIN, Row, exit_code, spread

SLOW = Row("preview", 5.0, 4.0, " s", timed=True)
FAST = Row("preview", 3.0, 4.0, " s", timed=True)
CHATTY = Row("calls", 12, 11)
SILENT = Row("calls", 11, 11)
PRINTED = Row("CPU", 12.0, None, " s", "1.0.0: 13.00 s")


@pytest.mark.parametrize(
    ("rows", "quiet", "code"),
    [
        ([FAST, SILENT, PRINTED], True, WITHIN),
        ([SLOW, SILENT], True, EXCEEDED),
        ([FAST, CHATTY], True, EXCEEDED),
        ([FAST, SILENT], False, WITHIN),
        ([SLOW, SILENT], False, LOADED),
        ([SLOW, CHATTY], False, EXCEEDED),
    ],
)
def test_a_limit_that_is_exceeded_ends_it_with_1_but_a_limit_of_time_only_on_a_quiet_machine(
    rows: list[Row], quiet: bool, code: int
) -> None:
    assert exit_code(rows, quiet=quiet) == code


def test_a_row_shows_its_limit_and_how_it_stands() -> None:
    assert SLOW.cells(quiet=True) == ("preview", "5.00 s", "4.00 s", "over")
    assert SLOW.cells(quiet=False)[-1] == "loaded"
    assert CHATTY.cells(quiet=False) == ("calls", "12", "11", "over")
    assert PRINTED.cells(quiet=True) == ("CPU", "12.00 s", "1.0.0: 13.00 s", "")


def test_a_tenants_calls_stand_in_one_line_that_says_which_are_too_many() -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(tenants.table({"1,000 by list": [CHATTY, Row("calls", 0, 0), SILENT, SILENT]}))
    output = " ".join(console.export_text().split())
    assert output.endswith("1,000 by list 12 of 11 over 0 of 0 11 of 11 11 of 11")


def test_a_machine_is_known_by_how_much_runs_of_one_thing_differ() -> None:
    assert spread([4.0, 4.2, 3.8, 4.0, 4.1]) == pytest.approx(0.1)
    assert spread([4.0, 4.2, 3.8, 4.0, 7.8]) == pytest.approx(1.0)


def test_a_release_is_compared_as_if_it_had_run_on_this_machine() -> None:
    release = Release("1.0.0", "a faster one", program={"preview": 5.0}, floor={"preview": 4.0})
    assert release.here("preview", floor=6.0) == pytest.approx(7.5)


def test_what_no_release_took_is_not_made_up() -> None:
    assert Release("1.0.0", "", program={}, floor={}).here("preview", floor=6.0) is None
    assert last_release().program.keys() == last_release().floor.keys()
