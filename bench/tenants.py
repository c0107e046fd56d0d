"""Calls to Trend of a first up, a refresh and a destroy: in tenants with few and many accounts, and by route."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.table import Table

from bench.rows import Row
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from sandbox.trend.records import CloudAccountRecord
from tests.e2e.pulumi_cli import SandboxStack

SIZES = (1, 1_000, 10_000)
"""Cloud accounts of the tenants, this stack's included."""

LIMITS = {"first up": 11, "up without changes": 0, "refresh": 5, "destroy": 7}
"""Calls where the GET of a single account answers. Where it does not, the list is read once besides."""

VISION_ONE_LIMITS = {"first up": 5, "up without changes": 0, "refresh": 2, "destroy": 3}
"""Calls to Vision One on its own route, without a trail: it asks for one account and for no list. A first up's are
features, template link, look, POST, and the check after the last step."""

PROBE = 2
"""More calls of a first up in a tenant of several pages: the GET of an account that the list holds, which shows that
there is such a call and its 404 can be believed, and the GET of this stack's, which then replaces all other pages."""

PAGE = 100
"""Accounts that one call of the list returns."""

NO_SINGLE_GET = Fault(status=404, service="cloudaccounts", action="GET /cloudaccounts/aws/{id}", count=None)


def calls(stack: SandboxStack) -> Iterator[tuple[str, list[Row]]]:
    """Deploy, refresh and destroy in each tenant, once with the GET of a single account and once without.

    Yields:
        What kind of tenant it is, and the calls of each run beside their limit.
    """
    for size in SIZES:
        for answers in (True, False):
            _prepare(stack.sandbox.trend, others=size - 1, single_get=answers)
            limits = {what: limit + _more(what, size, answers) for what, limit in LIMITS.items()}
            yield f"{size:,} {'by GET' if answers else 'by list'}", _rows(stack, limits)
    stack.sandbox.trend.reset()
    stack.environment["VISION_ONE_API_KEY"] = stack.sandbox.tenant.business.full_access_key.value
    stack.configure({"route": "visionOne"})
    yield "route visionOne", _rows(stack, VISION_ONE_LIMITS)


def table(calls: Mapping[str, Sequence[Row]]) -> Table:
    """Return the calls as a table for a terminal of 80 columns, a line for each tenant."""
    grid = Table("calls to Trend, accounts", *LIMITS, box=box.SIMPLE)
    for tenant, rows in calls.items():
        grid.add_row(tenant, *(f"{row.value} of {row.limit}{' over' if row.exceeded else ''}" for row in rows))
    return grid


def _more(what: str, size: int, answers: bool) -> int:
    """Return how many calls a tenant of several pages may take besides.

    Without the GET of a single account a first up reads the list twice: before it registers the account, and in the
    check after the last step, a process of its own that believes nothing it was told.
    """
    pages = math.ceil(size / PAGE)
    if what == "first up":
        return (PROBE if pages > 1 else 0) if answers else (1 if pages == 1 else 2 * pages)
    return 0 if answers or not LIMITS[what] else pages


def _prepare(trend: SimulatorControl, *, others: int, single_get: bool) -> None:
    """Give the tenant registrations of other AWS accounts, whose ids come before this one's."""
    trend.reset()
    written = {"created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z"}
    ids = [f"{number:012}" for number in range(1, others + 1)]
    accounts = [
        CloudAccountRecord.model_validate({"id": each, "roleARN": f"arn:aws:iam::{each}:role/theirs", **written})
        for each in ids
    ]
    trend.restore(trend.state().model_copy(update={"cloud_accounts": tuple(accounts)}))
    if not single_get:
        trend.add_fault(NO_SINGLE_GET)


def _rows(stack: SandboxStack, limits: Mapping[str, int]) -> list[Row]:
    rows = []
    acts = {
        "first up": stack.up,
        "up without changes": stack.up,
        "refresh": lambda: stack.succeed("refresh", "--yes", "--skip-preview"),
        "destroy": stack.destroy,
    }
    for what, act in acts.items():
        stack.sandbox.trend.clear_requests()
        act()
        rows.append(Row(what, len(stack.sandbox.trend.requests()), limits[what]))
    return rows
