"""A real browser without a window, for pages that people look at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "REQUIRE_BROWSER"
"""Environment variable; with it, tests fail where no browser is installed instead of being skipped."""
MISSING = "no browser is installed: `apt-get install chromium`, or Google Chrome"
# As root it refuses its own sandbox, and whatever it wants to fetch for itself is none of the tests' business.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-lcd-text",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def installed() -> str | None:
    """Return the browser's path; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def required() -> bool:
    """Whether tests must not be skipped for want of one."""
    return os.environ.get(REQUIRED) == "1"


@contextmanager
def browser() -> Iterator[Browser]:
    """Run the installed browser.

    Raises:
        RuntimeError: there is none.
    """
    path = installed()
    if path is None:
        raise RuntimeError(MISSING)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, headless=True, args=list(_FLAGS))
        yield running
        running.close()
