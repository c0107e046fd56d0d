"""Links that an interrupted run had begun, rolled back by `operate`: nothing is created in order to go again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from operate.engine.state import DYNAMIC, Resource, State
from operate.recovery.links import roll_back
from sandbox.trend import SimulatorControl
from tests.lifecycle.adopting import Adopting
from tests.lifecycle.engine import PROJECT, Engine
from tests.lifecycle.scene import CLOUD_ACCOUNT, CONNECTOR, VISION_ONE_ACCOUNT, LinkKind

TYPES = {CONNECTOR.name: "Connector", CLOUD_ACCOUNT.name: "CloudAccount", VISION_ONE_ACCOUNT.name: "VisionOneAccount"}


def rolled_back(engine: Engine, kind: LinkKind, **more: Any) -> None:
    """Roll back what a run had begun with the inputs of a kind of link, of which the state knows nothing."""
    engine.restart()  # `operate` is a process of its own
    values = {f"{PROJECT}:{name}": value for name, value in engine.config.items()}
    stack = SimpleNamespace(configure_request=ConfigureRequest(Config(values, PROJECT)))
    pending = Resource("urn:ours", f"{DYNAMIC}{TYPES[kind.name]}", inputs={**kind.inputs, **more})
    roll_back(cast("Any", stack), [pending], State({}, (), (), None))


def test_a_link_that_the_run_had_created_is_removed(engine: Engine, kind: LinkKind, trend: SimulatorControl) -> None:
    kind.make_ours(trend)
    rolled_back(engine, kind)
    assert kind.live(trend) == []


def test_a_link_that_was_not_created_is_not(engine: Engine, kind: LinkKind, trend: SimulatorControl) -> None:
    rolled_back(engine, kind)
    assert not trend.requests(changing=True)


@pytest.mark.parametrize("kind", [CONNECTOR, VISION_ONE_ACCOUNT], ids=lambda kind: kind.name)
def test_a_link_that_is_adopted_in_place_and_is_gone_was_not_taken_away_by_the_run(
    engine: Engine, kind: LinkKind, trend: SimulatorControl
) -> None:
    stack = Adopting(engine, kind)
    kind.make_foreign(trend)
    stack.prior.up({**kind.inputs, "adopt": True})
    kind.delete(trend)
    trend.clear_requests()
    rolled_back(engine, kind, adopt=True, before=stack.prior.outs["before"])
    assert not trend.requests(changing=True)


def test_a_cloud_account_that_was_taken_away_to_be_adopted_comes_back(engine: Engine, trend: SimulatorControl) -> None:
    stack = Adopting(engine, CLOUD_ACCOUNT)
    CLOUD_ACCOUNT.make_foreign(trend)
    before = CLOUD_ACCOUNT.settings(trend)
    stack.prior.up({**CLOUD_ACCOUNT.inputs, "adopt": True})
    CLOUD_ACCOUNT.delete(trend)
    rolled_back(engine, CLOUD_ACCOUNT, adopt=True, before=stack.prior.outs["before"])
    assert CLOUD_ACCOUNT.settings(trend) == before
