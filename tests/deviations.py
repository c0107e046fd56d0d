"""Five ways in which a simulated tenant differs from the documented services, and how a comparison has to name each."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from live.comparison import Difference
from sandbox.trend import Dialect

_READ_CONNECTOR = "GET workload /awsconnectors/{id}"


@dataclass(frozen=True)
class Deviation:
    """One way to differ.

    Attributes:
        dialect: makes a simulator do so.
        named: a difference that must be among those found.
        about: what every difference that comes of it is about: a part of `where`, or a status for a call's answers.
    """

    dialect: Dialect
    named: Difference
    about: str


DEVIATIONS = {
    "another status": Deviation(
        Dialect(statuses={"workload POST /awsconnectors": 201}),
        Difference("status", "POST workload /awsconnectors in up", "201", "200"),
        "POST workload /awsconnectors in up",
    ),
    "a missing field": Deviation(
        Dialect(absent_fields=("syncedRegions",)),
        Difference("field", f"{_READ_CONNECTOR}, success: syncedRegions", "absent", "array"),
        "syncedRegions",
    ),
    "another type": Deviation(
        Dialect(retyped_fields=("ID",)),
        Difference("type", f"{_READ_CONNECTOR}, success: ID", "string (digits)", "integer"),
        "ID",
    ),
    "another error": Deviation(
        Dialect(nested_errors=("workload",)),
        Difference("field", f"{_READ_CONNECTOR}, 404: error", "object", "absent"),
        ", 4",
    ),
    "another trace header": Deviation(
        Dialect(trace_header="x-correlation-id"),
        Difference("header", "GET visionone /v3.0/healthcheck/connectivity, 401", "x-correlation-id", "x-trace-id"),
        "visionone",
    ),
}


def together() -> Dialect:
    """Return all five in one dialect."""
    plain = Dialect()
    parts = [
        {name: value for name, value in vars(each.dialect).items() if value != getattr(plain, name)}
        for each in DEVIATIONS.values()
    ]
    return dataclasses.replace(plain, **{name: value for part in parts for name, value in part.items()})
