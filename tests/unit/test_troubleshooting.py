"""docs/troubleshooting.md says of each error what the code says."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import components
from components.trend.errors import TrendError
from components.waiting import Interrupted

PAGE = Path(__file__).resolve().parents[2] / "docs" / "troubleshooting.md"


def kinds(of: type[TrendError] = TrendError) -> Iterator[type[TrendError]]:
    """Return the errors of the product that have a next step of their own."""
    for kind in of.__subclasses__():
        if kind.__module__.startswith("components.") and "hint" in vars(kind):
            yield kind
        yield from kinds(kind)


def rows() -> dict[str, str]:
    text = PAGE.read_text().partition("<!-- errors -->")[2].partition("<!-- /errors -->")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:3] == "| `"]
    return {row[0].strip("`"): row[-1] for row in cells}


def test_the_table_has_each_error_with_the_next_step_that_it_prints() -> None:
    for module in pkgutil.walk_packages(components.__path__, "components."):
        importlib.import_module(module.name)
    of_trend = {kind.__name__: kind.hint for kind in kinds()}
    assert rows() == {**of_trend, Interrupted.__name__: Interrupted.hint}
