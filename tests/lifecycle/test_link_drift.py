"""What somebody else does to a link: a refresh shows it, the next `up` puts it right, no error passes for "gone"."""

from __future__ import annotations

from typing import Any

import pytest

from components.resources.base import OnboardingError
from sandbox.trend import Simulator, SimulatorControl
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import CLOUD_ACCOUNT, CONNECTOR, FOREIGN_ROLE, NEW_ROLE, THIRD_ROLE, LinkKind

SETTINGS = [
    (kind, setting, value)
    for kind in (CONNECTOR, CLOUD_ACCOUNT)
    for setting, value in [("roleArn", THIRD_ROLE), *((name, "changed by hand") for name in kind.own_settings)]
]


@pytest.mark.parametrize(
    ("kind", "setting", "value"), SETTINGS, ids=[f"{kind.name}-{setting}" for kind, setting, _ in SETTINGS]
)
def test_each_setting_changed_by_hand_shows_and_is_put_right(
    engine: Engine, trend: SimulatorControl, kind: LinkKind, setting: str, value: str
) -> None:
    resource = engine.resource(kind.provider)
    resource.up(kind.inputs)
    before = kind.settings(trend)
    kind.change(trend, **{kind.trends_name(setting): value})

    assert resource.preview(kind.inputs) == "same"  # the engine reads only when it refreshes
    resource.refresh()
    assert resource.outs[setting] == value
    assert resource.inputs[setting] == value

    assert resource.up(kind.inputs) == "update"
    assert kind.settings(trend) == before
    assert resource.outs[setting] == kind.inputs[setting]
    assert resource.preview(kind.inputs) == "same"


@pytest.mark.parametrize("setting", ["alias", "description"])
def test_a_text_emptied_by_hand_is_drift_too(engine: Engine, trend: SimulatorControl, setting: str) -> None:
    resource = engine.resource(CLOUD_ACCOUNT.provider)
    resource.up(CLOUD_ACCOUNT.inputs)
    CLOUD_ACCOUNT.change(trend, **{setting: ""})

    resource.refresh()
    assert resource.inputs[setting] == ""
    assert resource.up(CLOUD_ACCOUNT.inputs) == "update"
    assert CLOUD_ACCOUNT.only(trend)[setting] == CLOUD_ACCOUNT.inputs[setting]


def test_settings_that_we_do_not_write_are_no_drift(engine: Engine, trend: SimulatorControl) -> None:
    resource = engine.resource(CONNECTOR.provider)
    resource.up(CONNECTOR.inputs)
    CONNECTOR.change(trend, workspacesEnabled=True, accountAlias="production")
    before = resource.state

    resource.refresh()

    assert resource.state == before
    assert CONNECTOR.only(trend)["workspacesEnabled"] is True


def test_a_state_that_trend_changes_reaches_the_outputs(engine: Engine, trend: SimulatorControl) -> None:
    resource = engine.resource(CLOUD_ACCOUNT.provider)
    resource.up(CLOUD_ACCOUNT.inputs)
    assert resource.outs["state"] == "managed"
    CLOUD_ACCOUNT.change(trend, state="failed")

    resource.refresh()

    assert resource.outs["state"] == "failed"
    assert resource.preview(CLOUD_ACCOUNT.inputs) == "same"


@pytest.mark.parametrize("status", [400, 401, 403, 405, 409, 429, 500, 502, 503])
def test_no_status_but_404_means_gone(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl, status: int
) -> None:
    before = made.state
    trend.add_fault(kind.fault("status", "GET", status=status, count=None))

    with pytest.raises(OnboardingError, match=rf"GET {kind.service} .*HTTP {status}"):
        made.refresh()

    assert made.state == before


@pytest.mark.parametrize("fault", ["drop", "html", "empty", "truncate"])
def test_a_reply_that_tells_nothing_does_not_mean_gone(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl, fault: str
) -> None:
    before = made.state
    trend.add_fault(kind.fault(fault, "GET", count=None))

    with pytest.raises(OnboardingError, match=kind.provider.step):
        made.refresh()

    assert made.state == before


def test_trend_out_of_reach_does_not_mean_gone(made: EngineResource, kind: LinkKind, simulator: Simulator) -> None:
    before = made.state
    simulator.stop()
    try:
        with pytest.raises(OnboardingError, match="refused the connection"):
            made.refresh()
    finally:
        simulator.start()
    assert made.state == before


@pytest.mark.parametrize("changed", [{"roleArn": NEW_ROLE}, {"name": "renamed"}], ids=["role", "name"])
def test_a_changed_setting_is_written_in_place(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl, changed: dict[str, str]
) -> None:
    news = {kind.name_input if name == "name" else name: value for name, value in changed.items()}

    assert made.up({**kind.inputs, **news}) == "update"

    assert made.outs.items() >= news.items()
    live = kind.only(trend)
    assert {name: live[kind.trends_name(name)] for name in news} == news
    assert made.outs["writtenRoleArn"] == made.outs["roleArn"]
    made.destroy()
    assert kind.live(trend) == []


def test_a_connector_keeps_its_number_when_it_is_changed(engine: Engine, trend: SimulatorControl) -> None:
    resource = engine.resource(CONNECTOR.provider)
    resource.up(CONNECTOR.inputs)
    resource.up({**CONNECTOR.inputs, "displayName": "renamed"})
    assert str(CONNECTOR.only(trend)["ID"]) == resource.id


def test_an_update_that_finds_its_link_gone_makes_it(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.delete(trend)

    assert made.up({**kind.inputs, kind.name_input: "renamed"}) == "update"

    assert kind.only(trend)[kind.name_field] == "renamed"


def test_a_link_that_an_update_recreated_is_not_lost(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.delete(trend)
    renamed: dict[str, Any] = {**kind.inputs, kind.name_input: "renamed"}
    made.up(renamed)

    made.up({**renamed, kind.name_input: "renamed again"})
    assert kind.only(trend)[kind.name_field] == "renamed again"

    made.destroy()
    assert kind.live(trend) == []


def test_a_refresh_tells_the_state_the_number_of_a_recreated_link(
    made: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.delete(trend)
    made.up({**kind.inputs, kind.name_input: "renamed"})

    made.refresh()

    live = kind.only(trend)
    assert made.id == str(live.get("ID", live.get("id")))


def test_an_update_does_not_take_what_somebody_else_made_instead(engine: Engine, trend: SimulatorControl) -> None:
    # Of a cloud account that cannot be told: it has no id but the AWS account's, and a changed role alone is drift.
    resource = engine.resource(CONNECTOR.provider)
    resource.up(CONNECTOR.inputs)
    CONNECTOR.delete(trend)
    theirs = CONNECTOR.make_foreign(trend)

    with pytest.raises(OnboardingError, match=FOREIGN_ROLE):
        resource.up({**CONNECTOR.inputs, "displayName": "renamed"})

    assert CONNECTOR.only(trend) == theirs


def test_an_update_that_fails_is_done_by_the_next_run(
    made: EngineResource, engine: Engine, kind: LinkKind, trend: SimulatorControl
) -> None:
    renamed: dict[str, Any] = {**kind.inputs, kind.name_input: "renamed"}
    before = kind.settings(trend)
    trend.add_fault(kind.fault("status", count=None, action=kind.change_action))
    with pytest.raises(OnboardingError, match="HTTP 500"):
        made.up(renamed)
    trend.clear_faults()

    engine.restart()
    assert made.up(renamed) == "update"

    assert kind.settings(trend) == {**before, kind.name_field: "renamed"}
