"""Taking over a link that something else made, and giving it back as it was."""

from __future__ import annotations

import pytest

from components.resources.base import OnboardingError
from sandbox.trend import SimulatorControl
from tests.lifecycle.adopting import Adopting
from tests.lifecycle.engine import Engine
from tests.lifecycle.scene import (
    CLOUD_ACCOUNT,
    CONNECTOR,
    FOREIGN_ROLE,
    LINK_INPUTS,
    NEW_ROLE,
    OUR_ROLE,
    THIRD_ROLE,
    LinkKind,
)


def test_an_adopted_link_is_ours_and_its_earlier_settings_are_kept(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl
) -> None:
    before = kind.make_foreign(trend)

    stack.up()

    live = kind.only(trend)
    assert live[kind.role_field] == OUR_ROLE
    assert {name: live[name] for name in kind.our_fields} == kind.our_fields
    kept = {kind.trends_name(name): value for name, value in stack.link.outs["original"].items()}
    assert kept == {name: before[name] for name in (kind.role_field, *kind.our_fields)}


def test_an_adopted_connector_is_restored_byte_for_byte(engine: Engine, trend: SimulatorControl) -> None:
    CONNECTOR.make_foreign(trend)
    before = trend.state().to_json()
    stack = Adopting(engine, CONNECTOR)
    stack.up()
    assert trend.state().to_json() != before

    stack.destroy()

    assert trend.state().to_json() == before


def test_an_adopted_link_is_restored_with_one_line(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    stack.up()

    stack.destroy()

    assert kind.settings(trend) == before
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"{kind.provider.step}: restored the earlier settings of {kind.noun}")


def test_without_a_link_to_take_over_adopt_changes_nothing(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl
) -> None:
    stack.up()
    assert stack.prior.outs["before"] == {}, "an output that is not there is unknown in every preview"
    assert "original" not in stack.link.outs
    stack.destroy()
    assert kind.live(trend) == []


def test_a_record_is_kept_while_the_live_link_is_ours(stack: Adopting, kind: LinkKind, trend: SimulatorControl) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    stack.up()

    recorded = stack.prior.outs["before"]

    stack.prior.refresh()
    stack.link.refresh()
    stack.up(roleArn=NEW_ROLE)
    assert stack.prior.outs["before"] == recorded
    assert kind.only(trend)[kind.role_field] == NEW_ROLE

    stack.destroy()
    assert kind.settings(trend) == before


def test_drift_put_right_keeps_the_original_settings(stack: Adopting, kind: LinkKind, trend: SimulatorControl) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    stack.up()
    kind.change(trend, **{kind.role_field: THIRD_ROLE, kind.name_field: "changed by hand"})
    stack.link.refresh()

    stack.up()
    assert kind.only(trend)[kind.role_field] == OUR_ROLE

    stack.destroy()
    assert kind.settings(trend) == before


def test_a_link_that_became_somebody_elses_again_is_not_restored(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.make_foreign(trend)
    stack.up()
    kind.change(trend, **{kind.role_field: THIRD_ROLE})
    theirs = kind.only(trend)

    stack.destroy()

    assert kind.only(trend) == theirs


def test_a_link_that_its_owner_restored_is_left_as_it_is_without_a_word(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    stack.up()
    kind.change(trend, **{kind.role_field: FOREIGN_ROLE}, **kind.foreign_fields)

    stack.destroy()

    assert kind.settings(trend) == before
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", [CONNECTOR, CLOUD_ACCOUNT], ids=lambda kind: kind.name)
def test_a_replacement_gives_back_what_was_adopted_and_adopts_again(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    stack.up()
    trend.clear_requests()

    # Every region answers in the simulator, so that the new link meets what the old one gave back.
    assert stack.link.preview({**kind.inputs, "adopt": True, "region": "de-1"}) == "replace"
    stack.up(region="de-1")

    assert kind.only(trend)[kind.role_field] == OUR_ROLE
    original = {kind.trends_name(name): value for name, value in stack.link.outs["original"].items()}
    assert original.items() <= before.items()
    stack.destroy()
    assert kind.settings(trend) == before


def test_adopt_taken_out_of_the_settings_keeps_the_promise(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    stack.up()

    assert stack.link.up(kind.inputs) == "update"
    stack.prior.destroy()
    assert kind.only(trend)[kind.role_field] == OUR_ROLE

    stack.link.destroy()
    assert kind.settings(trend) == before


def test_the_record_of_an_own_link_is_empty(stack: Adopting, kind: LinkKind, trend: SimulatorControl) -> None:
    stack.link.up(kind.inputs)  # made before `adopt` was set
    stack.up()
    assert stack.prior.outs["before"] == {}
    assert "original" not in stack.link.outs
    stack.destroy()
    assert kind.live(trend) == []


def test_the_record_changes_nothing_at_trend(stack: Adopting, kind: LinkKind, trend: SimulatorControl) -> None:
    kind.make_foreign(trend)
    stack.prior.up(LINK_INPUTS)
    stack.prior.refresh()
    stack.prior.up({**LINK_INPUTS, "roleArn": NEW_ROLE})
    stack.prior.destroy()
    assert not trend.requests(changing=True)


def test_a_connector_with_keys_in_place_of_a_role_is_not_adopted(engine: Engine, trend: SimulatorControl) -> None:
    before = CONNECTOR.make_foreign(trend, "")

    with pytest.raises(OnboardingError, match="has no role but credentials of its own") as refusal:
        Adopting(engine, CONNECTOR).up()

    assert "adopt true" not in str(refusal.value)
    assert CONNECTOR.only(trend) == before


def test_an_adopted_link_deleted_by_hand_can_be_destroyed(
    stack: Adopting, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.make_foreign(trend)
    before = kind.settings(trend)
    stack.up()
    kind.delete(trend)

    stack.destroy()

    # A cloud account that is gone may be one whose return died half-way, so it is registered again.
    assert kind.live(trend) == [] if kind.provider.changes_in_place else kind.settings(trend) == before
