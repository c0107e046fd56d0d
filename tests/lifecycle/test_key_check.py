"""The API key is asked for before something is deleted; the hook before other changes is tried on the real engine."""

from __future__ import annotations

import pytest
from pulumi.output import Unknown

from components.resources.base import OnboardingError
from components.resources.key_check import KeyCheckProvider
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import KEY_CHECK_INPUTS, TENANT

READ_ONLY = next(key for key in TENANT.api_keys if key.role == "read-only")


@pytest.fixture
def check(engine: Engine, trend: SimulatorControl) -> EngineResource:
    """A check that exists, and that has asked nothing for it."""
    check = engine.resource(KeyCheckProvider)
    check.up(KEY_CHECK_INPUTS)
    check.refresh()
    assert trend.requests() == []
    return check


def test_a_deletion_asks_once_whether_the_key_is_taken(check: EngineResource, trend: SimulatorControl) -> None:
    check.destroy()
    assert [call.action for call in trend.requests()] == ["GET /apikeys/{id}"]


@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_refused_key_ends_the_deletion_and_the_next_run_asks_again(
    check: EngineResource, engine: Engine, trend: SimulatorControl, status: int
) -> None:
    trend.add_fault(Fault(kind="status", status=status, service="accounts", count=None))
    with pytest.raises(OnboardingError, match=f"step 1, Cloud One account: .*HTTP {status}"):
        check.destroy()
    assert check.state is not None
    trend.clear_faults()
    engine.restart()
    check.destroy()
    assert check.state is None


@pytest.mark.parametrize(
    ("key", "text"), [(READ_ONLY.value, "may change nothing"), ("", "there is no Cloud One API key")]
)
def test_a_key_that_changes_nothing_ends_the_deletion(
    check: EngineResource, engine: Engine, key: str, text: str
) -> None:
    engine.restart(cloudOneApiKey=key)
    with pytest.raises(OnboardingError, match=text):
        check.destroy()


def test_a_key_of_another_account_ends_the_deletion(engine: Engine) -> None:
    check = engine.resource(KeyCheckProvider)
    check.up({**KEY_CHECK_INPUTS, "cloudOneAccountId": "111111111111"})
    with pytest.raises(OnboardingError, match="belongs to Cloud One account"):
        check.destroy()


@pytest.mark.parametrize("before", [[Unknown()], Unknown(), ["arn:of-another-stack"]])
def test_the_check_is_replaced_with_what_it_is_for(check: EngineResource, before: object) -> None:
    assert check.preview({**KEY_CHECK_INPUTS, "before": before}) == "replace"
    assert check.preview(KEY_CHECK_INPUTS) == "same"
