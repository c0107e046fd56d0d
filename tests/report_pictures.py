"""The pictures of docs/report.md: `make pictures` takes them anew of the page of the sandbox's stack."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser import browser

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 1200


def take(page: Path) -> None:
    """Take a picture of a page in each color scheme: down to the first role, the whole is three times as long."""
    with browser() as running:
        for scheme in ("light", "dark"):
            tab = running.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme=scheme)
            tab.goto(page.resolve().as_uri())
            end = tab.locator(".role").first.evaluate("(role) => role.getBoundingClientRect().bottom + 12")
            tab.screenshot(
                path=ROOT / "docs" / f"report-{scheme}.png",
                full_page=True,
                clip={"x": 0, "y": 0, "width": WIDTH, "height": end},
            )


if __name__ == "__main__":
    take(Path(sys.argv[1]))
