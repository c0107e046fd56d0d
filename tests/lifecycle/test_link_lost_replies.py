"""A call whose fate is unknown: next comes a look, never another POST; and whatever happened, one link stands."""

from __future__ import annotations

from typing import Any

import pytest

from components.resources.base import OnboardingError
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from tests.lifecycle.adopting import Adopting
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import CONNECTOR, NEW_ROLE, OUR_ROLE, LinkKind

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


def change_fault(link: LinkKind, **fault: Any) -> Fault:
    """Let every call that changes a link go wrong; of a cloud account, the second half of the change."""
    return link.fault(count=None, action=link.change_action, **fault)


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_a_post_that_was_carried_out_but_not_answered_is_taken_up(
    resource: EngineResource, kind: LinkKind, trend: SimulatorControl, fault: dict[str, Any]
) -> None:
    trend.add_fault(kind.fault(when="after", **fault))

    resource.up(kind.inputs)

    assert kind.posts(trend) == 1
    assert kind.only(trend)[kind.role_field] == OUR_ROLE
    assert resource.id == str(kind.only(trend).get("ID", kind.only(trend).get("id")))


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_a_post_that_was_not_carried_out_fails_once_and_the_next_run_makes_one_link(
    resource: EngineResource, engine: Engine, kind: LinkKind, trend: SimulatorControl, fault: dict[str, Any]
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
    resource: EngineResource, engine: Engine, kind: LinkKind, trend: SimulatorControl, when: str
) -> None:
    # Neither the POST nor anything that asks about it gets an answer: all that the run can do is fail.
    trend.add_fault(kind.fault("drop", when=when))
    lookup = "POST /awsconnectors/search" if kind is CONNECTOR else f"GET {kind.looked_at}"
    trend.add_fault(kind.fault("drop", count=None, nth=2, action=lookup))
    with pytest.raises(OnboardingError, match="broke before the reply came"):
        resource.up(kind.inputs)
    trend.clear_faults()

    engine.restart()
    resource.up(kind.inputs)

    assert kind.posts(trend) == (2 if when == "before" else 1)
    assert kind.only(trend)[kind.role_field] == OUR_ROLE
    resource.destroy()
    assert kind.live(trend) == []


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
@pytest.mark.parametrize("adopted", [True, False], ids=["adoption", "update"])
def test_a_change_that_was_carried_out_but_not_answered_is_done(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl, fault: dict[str, Any], adopted: bool
) -> None:
    if adopted:
        kind.make_foreign(trend)
        before = [kind.settings(trend)]
    else:
        stack.up()
        before = []
    trend.add_fault(change_fault(kind, when="after", **fault))

    stack.up(roleArn=NEW_ROLE)

    assert kind.only(trend)[kind.role_field] == NEW_ROLE
    stack.destroy()
    assert [kind.settings(trend) for _ in kind.live(trend)] == before


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_a_change_that_was_not_carried_out_fails_and_leaves_the_earlier_settings(
    engine: Engine, trend: SimulatorControl, fault: dict[str, Any]
) -> None:
    CONNECTOR.make_foreign(trend)
    before = CONNECTOR.settings(trend)
    trend.add_fault(change_fault(CONNECTOR, when="before", **fault))

    with pytest.raises(OnboardingError, match=CONNECTOR.provider.step):
        Adopting(engine, CONNECTOR).up()

    assert CONNECTOR.settings(trend) == before


def test_a_look_up_that_fails_makes_nothing(resource: EngineResource, kind: LinkKind, trend: SimulatorControl) -> None:
    for status in (401, 403, 500):
        body = {"message": "no"}
        trend.add_fault(kind.fault("json", status=status, body=body, count=None, action="*"))
        with pytest.raises(OnboardingError, match=f"HTTP {status}"):
            resource.up(kind.inputs)
        assert kind.posts(trend) == 0
        trend.clear_faults()
