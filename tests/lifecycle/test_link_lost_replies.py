"""A POST whose fate is unknown: next comes a look, never another POST; and whatever happened, one link stands."""

from __future__ import annotations

from typing import Any

import pytest

from components.providers.base import OnboardingError
from sandbox.simulator import SimulatorControl
from tests.lifecycle.engine import Engine, Resource
from tests.lifecycle.scene import OUR_ROLE, Kind

FAULTS: list[dict[str, Any]] = [
    {"kind": "drop"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 502},
    {"kind": "html"},
    {"kind": "empty"},
    {"kind": "truncate"},
    {"kind": "json", "body": {}},
    {"kind": "json", "body": []},
]
NAMES = ["-".join(str(part) for part in fault.values()) for fault in FAULTS]


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_a_post_that_was_carried_out_but_not_answered_is_taken_up(
    resource: Resource, kind: Kind, trend: SimulatorControl, fault: dict[str, Any]
) -> None:
    trend.add_fault(kind.fault(when="after", **fault))

    resource.up(kind.inputs)

    assert kind.posts(trend) == 1
    assert kind.only(trend)[kind.role_field] == OUR_ROLE
    assert resource.id == str(kind.only(trend).get("ID", kind.only(trend).get("id")))


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_a_post_that_was_not_carried_out_fails_once_and_the_next_run_makes_one_link(
    resource: Resource, engine: Engine, kind: Kind, trend: SimulatorControl, fault: dict[str, Any]
) -> None:
    trend.add_fault(kind.fault(when="before", **fault))

    with pytest.raises(OnboardingError, match=kind.provider.step):
        resource.up(kind.inputs)
    assert kind.posts(trend) == 1
    assert kind.live(trend) == []

    engine.restart()
    resource.up(kind.inputs)
    assert kind.only(trend)[kind.role_field] == OUR_ROLE


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_died_in_the_post_is_taken_up_by_the_next(
    resource: Resource, engine: Engine, kind: Kind, trend: SimulatorControl, when: str
) -> None:
    # Neither the POST nor anything that asks about it gets an answer: all that the run can do is fail.
    trend.add_fault(kind.fault("drop", when=when))
    lookup = "/awsconnectors/search" if kind.service == "workload" else kind.looked_at
    method = "POST" if kind.service == "workload" else "GET"
    trend.add_fault(kind.fault("drop", count=None, nth=2).model_copy(update={"path": lookup, "method": method}))
    with pytest.raises(OnboardingError, match="broke before the reply came"):
        resource.up(kind.inputs)
    trend.clear_faults()

    engine.restart()
    resource.up(kind.inputs)

    assert kind.posts(trend) == (2 if when == "before" else 1)
    assert kind.only(trend)[kind.role_field] == OUR_ROLE
    resource.destroy()
    assert kind.live(trend) == []


def test_a_look_up_that_fails_makes_nothing(resource: Resource, kind: Kind, trend: SimulatorControl) -> None:
    for status in (401, 403, 500):
        body = {"message": "no"}
        trend.add_fault(
            kind.fault("json", status=status, body=body, count=None).model_copy(
                update={"path": None, "path_regex": ".*", "method": None}
            )
        )
        with pytest.raises(OnboardingError, match=f"HTTP {status}"):
            resource.up(kind.inputs)
        assert kind.posts(trend) == 0
        trend.clear_faults()
