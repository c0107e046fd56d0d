"""The end of a link: removed and proven when it is ours, left alone when it is not ours any more."""

from __future__ import annotations

import pytest

from components.resources.base import OnboardingError
from sandbox.trend import Simulator, SimulatorControl
from tests.lifecycle.engine import EngineResource
from tests.lifecycle.scene import NEW_ROLE, OUR_ROLE, THIRD_ROLE, LinkKind


def test_ours_is_removed_and_its_absence_proven(made: EngineResource, kind: LinkKind, trend: SimulatorControl) -> None:
    made.destroy()

    assert kind.live(trend) == []
    calls = [(call.action.split()[0], call.status) for call in trend.requests(kind.service)]
    assert calls == [("GET", 200), ("DELETE", 204), ("GET", 404)]


def test_a_removal_that_was_confirmed_and_not_done_is_an_error(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    trend.add_fault(kind.fault("empty", "DELETE", status=204))

    with pytest.raises(OnboardingError, match="is still there after its deletion was confirmed"):
        made.destroy()

    assert made.state is not None
    made.destroy()
    assert kind.live(trend) == []


def test_a_link_that_is_gone_already_is_done(made: EngineResource, kind: LinkKind, trend: SimulatorControl) -> None:
    kind.delete(trend)
    made.destroy()
    assert not trend.requests(changing=True)


def test_a_link_that_goes_at_the_same_moment_is_done(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    trend.add_fault(kind.fault("status", "DELETE", status=404, when="after"))
    made.destroy()
    assert kind.live(trend) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_reply_to_the_removal_does_no_harm(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl, when: str
) -> None:
    trend.add_fault(kind.fault("drop", "DELETE", when=when))
    made.destroy()
    assert kind.live(trend) == []


def test_a_removal_that_is_never_answered_but_carried_out_is_done(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    trend.add_fault(kind.fault("drop", "DELETE", when="after", count=None))
    made.destroy()
    assert made.state is None
    assert kind.live(trend) == []


@pytest.mark.parametrize("status", [400, 401, 403, 409, 500, 503])
def test_a_removal_that_is_refused_keeps_the_state(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl, status: int
) -> None:
    trend.add_fault(kind.fault("status", "DELETE", status=status, count=None))

    with pytest.raises(OnboardingError, match=rf"DELETE {kind.service} .*HTTP {status}"):
        made.destroy()
    assert made.state is not None

    trend.clear_faults()
    made.destroy()
    assert kind.live(trend) == []


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_link_that_cannot_be_read_is_not_taken_for_gone(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl, status: int
) -> None:
    trend.add_fault(kind.fault("status", "GET", status=status, count=None))

    with pytest.raises(OnboardingError, match=f"HTTP {status}"):
        made.destroy()

    assert made.state is not None
    assert not trend.requests(changing=True)


def test_trend_out_of_reach_keeps_the_state(made: EngineResource, simulator: Simulator) -> None:
    simulator.stop()
    try:
        with pytest.raises(OnboardingError, match="refused the connection"):
            made.destroy()
    finally:
        simulator.start()
    assert made.state is not None


@pytest.mark.parametrize("refreshed", [False, True], ids=["unnoticed", "after a refresh"])
def test_a_link_that_points_elsewhere_by_now_is_left_alone_and_named(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl, refreshed: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    kind.change(trend, **{kind.role_field: THIRD_ROLE})
    theirs = kind.only(trend)
    if refreshed:
        # The refresh writes the live role into `roleArn`: it must not pass for one that we wrote.
        made.refresh()

    made.destroy()

    assert made.state is None
    assert kind.only(trend) == theirs
    assert not trend.requests(changing=True)
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"{kind.provider.step}: left {kind.noun} '{kind.inputs[kind.name_input]}'")
    assert f"it points at {THIRD_ROLE} now" in line


def test_a_link_without_a_role_by_now_is_left_alone(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    kind.change(trend, **{kind.role_field: ""})
    made.destroy()
    assert len(kind.live(trend)) == 1
    assert "it points at no role now" in capfd.readouterr().err


def test_a_link_renamed_by_hand_is_still_ours(made: EngineResource, kind: LinkKind, trend: SimulatorControl) -> None:
    kind.change(trend, **{kind.name_field: "renamed by hand"})
    made.refresh()
    made.destroy()
    assert kind.live(trend) == []


def test_ours_is_the_role_that_was_written_last(made: EngineResource, kind: LinkKind, trend: SimulatorControl) -> None:
    made.up({**kind.inputs, "roleArn": NEW_ROLE})
    kind.change(trend, **{kind.role_field: OUR_ROLE})
    theirs = kind.only(trend)

    made.destroy()

    assert kind.only(trend) == theirs
