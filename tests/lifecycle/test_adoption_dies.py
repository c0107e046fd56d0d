"""Adoption and its return, cut off in the middle: the settings of the other side are never lost."""

from __future__ import annotations

import pytest

from components.resources.base import OnboardingError
from sandbox.trend import SimulatorControl
from tests.lifecycle.adopting import Adopting
from tests.lifecycle.engine import Engine
from tests.lifecycle.scene import CLOUD_ACCOUNT, CONNECTOR, FOREIGN_ROLE, OUR_ROLE, VISION_ONE_ACCOUNT, LinkKind

LOOKS = {CONNECTOR.name: 0, CLOUD_ACCOUNT.name: 1, VISION_ONE_ACCOUNT.name: 2}
"""How often a link is read by GET before it is adopted: never, since it is searched for; once, since the list is
remembered; for the record and for the link."""


def the_run_dies(kind: LinkKind, trend: SimulatorControl, *, looks: int, done: bool) -> None:
    """Let every call from the change on go without an answer, as if the process had been killed there.

    Args:
        looks: how many times the link is read before the change.
        done: whether Trend carries the change out; of a cloud account, the second half of it.
    """
    when = "after" if done else "before"
    trend.add_fault(kind.fault("drop", when=when, count=None, action=kind.change_action))
    trend.add_fault(kind.fault("drop", "GET", nth=looks + 1, count=None))


def half_way(kind: LinkKind, *, done: bool) -> list[str]:
    """Return the role of what a run that died while it adopted has left: of a cloud account perhaps nothing at all."""
    if done:
        return [OUR_ROLE]
    return [FOREIGN_ROLE] if kind.provider.changes_in_place else []


@pytest.mark.parametrize("done", [True, False], ids=["after the change", "before the change"])
def test_an_adoption_that_died_half_way_keeps_the_original_settings(
    stack: Adopting, engine: Engine, kind: LinkKind, trend: SimulatorControl, done: bool
) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    the_run_dies(kind, trend, looks=LOOKS[kind.name], done=done)
    with pytest.raises(OnboardingError):
        stack.up()
    trend.clear_faults()
    assert stack.link.state is None
    assert [link[kind.role_field] for link in kind.live(trend)] == half_way(kind, done=done)

    engine.restart()
    stack.up()
    assert kind.only(trend)[kind.role_field] == OUR_ROLE

    stack.destroy()
    assert kind.settings(trend) == before


def test_a_cloud_account_whose_new_registration_is_refused_keeps_the_earlier_one(
    engine: Engine, trend: SimulatorControl
) -> None:
    CLOUD_ACCOUNT.make_foreign(trend)
    before = CLOUD_ACCOUNT.settings(trend)
    trend.add_fault(CLOUD_ACCOUNT.fault("json", status=400, body={"message": "the license has run out"}))

    with pytest.raises(OnboardingError, match="the license has run out"):
        Adopting(engine, CLOUD_ACCOUNT).up()

    assert CLOUD_ACCOUNT.settings(trend) == before


def test_a_cloud_account_that_cannot_be_restored_is_named(
    engine: Engine, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    CLOUD_ACCOUNT.make_foreign(trend)
    trend.add_fault(CLOUD_ACCOUNT.fault("status", status=400, count=None))

    with pytest.raises(OnboardingError):
        Adopting(engine, CLOUD_ACCOUNT).up()

    (line,) = capfd.readouterr().err.splitlines()
    assert f"'made by hand' with role {FOREIGN_ROLE} is gone, and not restored" in line


def test_a_return_that_died_half_way_is_finished_by_the_next_destroy(
    stack: Adopting, engine: Engine, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    stack.up()
    for done in (False, True):
        the_run_dies(kind, trend, looks=1, done=done)
        with pytest.raises(OnboardingError):
            stack.destroy()
        trend.clear_faults()
        engine.restart()
        assert stack.link.state is not None

    stack.destroy()
    assert kind.settings(trend) == before


def test_a_cloud_account_that_a_dead_adoption_took_away_comes_back_when_the_stack_goes(
    engine: Engine, trend: SimulatorControl
) -> None:
    stack = Adopting(engine, CLOUD_ACCOUNT)
    CLOUD_ACCOUNT.make_foreign(trend)
    before = CLOUD_ACCOUNT.settings(trend)
    the_run_dies(CLOUD_ACCOUNT, trend, looks=1, done=False)
    with pytest.raises(OnboardingError):
        stack.up()
    trend.clear_faults()
    assert stack.link.state is None
    assert CLOUD_ACCOUNT.live(trend) == []

    engine.restart()
    stack.prior.destroy()

    assert CLOUD_ACCOUNT.settings(trend) == before


def test_a_record_that_goes_while_the_adopted_link_stands_changes_nothing(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.make_foreign(trend)
    stack.up()
    adopted = kind.settings(trend)

    stack.prior.destroy()

    assert kind.settings(trend) == adopted
