"""A role that IAM is still spreading: Trend says no for a while, and only that no is asked again, for so long."""

from __future__ import annotations

import time

import pytest

from components.resources import connector
from components.resources.base import OnboardingError
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import CLOUD_ACCOUNT, CONNECTOR, NEW_ROLE, OUR_ROLE

WAITING = f"Trend cannot assume {OUR_ROLE} yet; asking again for up to 90 s"


@pytest.fixture
def connection(engine: Engine) -> EngineResource:
    return engine.resource(CONNECTOR.provider)


def refusal(message: str, count: int | None = None) -> Fault:
    return CONNECTOR.fault("json", status=400, body={"message": message}, count=count)


def test_a_role_that_has_not_spread_is_asked_for_again_with_one_line(
    connection: EngineResource, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    trend.behave(propagation_seconds=0.4)

    connection.up(CONNECTOR.inputs)

    assert CONNECTOR.posts(trend) > 2
    assert CONNECTOR.only(trend)["crossAccountRoleArn"] == OUR_ROLE
    assert capfd.readouterr().err.splitlines() == [f"{CONNECTOR.provider.step}: {WAITING}"]


def test_a_role_that_adoption_or_an_update_brings_may_take_its_time_too(
    connection: EngineResource, trend: SimulatorControl
) -> None:
    CONNECTOR.make_foreign(trend)
    trend.behave(propagation_seconds=0.3)

    connection.up({**CONNECTOR.inputs, "adopt": True})
    assert CONNECTOR.only(trend)["crossAccountRoleArn"] == OUR_ROLE

    connection.up({**CONNECTOR.inputs, "adopt": True, "roleArn": NEW_ROLE})
    assert CONNECTOR.only(trend)["crossAccountRoleArn"] == NEW_ROLE
    assert CONNECTOR.posts(trend) == 0


@pytest.mark.parametrize(
    "message",
    [
        "The role could not be assumed",
        "Unable to AssumeRole",
        "The credentials are not valid",
        "Wrong external ID",
    ],
)
def test_the_refusal_is_known_by_any_word_for_it(
    connection: EngineResource, trend: SimulatorControl, message: str
) -> None:
    trend.add_fault(refusal(message, count=2))
    connection.up(CONNECTOR.inputs)
    assert CONNECTOR.posts(trend) == 3


def test_the_waiting_ends(connection: EngineResource, trend: SimulatorControl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "ROLE_SPREADS_WITHIN", 0.5)
    trend.add_fault(refusal("The role could not be assumed", count=30))
    started = time.monotonic()

    with pytest.raises(OnboardingError, match="HTTP 400: The role could not be assumed"):
        connection.up(CONNECTOR.inputs)

    assert time.monotonic() - started < 2
    assert 2 <= CONNECTOR.posts(trend) <= 8


def test_any_other_refusal_ends_it_at_once(connection: EngineResource, trend: SimulatorControl) -> None:
    trend.add_fault(refusal("The role could not be assumed", count=1))
    trend.add_fault(refusal("displayName is too long", count=30))

    with pytest.raises(OnboardingError, match="displayName is too long"):
        connection.up(CONNECTOR.inputs)

    assert CONNECTOR.posts(trend) == 2


def test_a_link_that_appears_meanwhile_is_not_overlooked(connection: EngineResource, trend: SimulatorControl) -> None:
    trend.add_fault(refusal("The role could not be assumed"))
    # The POST of a run that died arrives while this one waits: two looks miss it, the third does not.
    search = "POST /awsconnectors/search"
    trend.add_fault(Fault(kind="json", body={"awsConnectors": []}, service="workload", action=search, count=2))
    CONNECTOR.make_ours(trend)

    connection.up(CONNECTOR.inputs)

    assert CONNECTOR.posts(trend) == 2
    assert len(CONNECTOR.live(trend)) == 1


def test_a_cloud_accounts_refusal_is_not_asked_again(engine: Engine, trend: SimulatorControl) -> None:
    body = {"message": "The role could not be assumed"}
    trend.add_fault(CLOUD_ACCOUNT.fault("json", status=400, body=body, count=None))
    with pytest.raises(OnboardingError):
        engine.resource(CLOUD_ACCOUNT.provider).up(CLOUD_ACCOUNT.inputs)
    assert CLOUD_ACCOUNT.posts(trend) == 1
