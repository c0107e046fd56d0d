"""The trial of a cross-account role, as far as it is Trend's; what a trust must say is up to the sandbox's AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from sandbox.trend import Simulator
from sandbox.trend.role_trial import RoleTrial, TriedRole
from tests.unit.test_trend_simulator.conftest import CONNECTOR, CONNECTORS, Api

NOBODY = "http://127.0.0.1:9"


class SlowTrial(RoleTrial):
    """Accepts every role, once two trials are under way."""

    def __init__(self) -> None:
        super().__init__(NOBODY)
        self._both = threading.Barrier(2)

    def check(self, _role_arn: str, _presented: Mapping[str, object]) -> TriedRole:
        self._both.wait(timeout=5)
        return TriedRole(0)


def test_two_posts_for_one_account_whose_trials_overlap_create_one_connector(
    sim: Simulator, api_as: Callable[[str], Api]
) -> None:
    sim._simulation.roles = SlowTrial()
    callers = [api_as(f"ApiKey {sim.tenant.full_access_key.value}") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        replies = pool.map(lambda api: api("POST", CONNECTORS, CONNECTOR).status_code, callers)
        assert sorted(replies) == [200, 409]
    assert len(sim.control.state().connectors) == 1


def test_without_any_aws_a_role_spreads_from_its_first_trial_on(sim: Simulator, api: Api) -> None:
    sim.control.behave(propagation_seconds=600)
    assert api("POST", CONNECTORS, CONNECTOR).status_code == 400
    sim.control.behave(propagation_seconds=0.001)
    assert api("POST", CONNECTORS, CONNECTOR).status_code == 200


def test_an_aws_that_does_not_answer_is_no_verdict_on_the_role() -> None:
    with Simulator(aws_url=NOBODY) as sim:
        api = Api(sim.url, f"ApiKey {sim.tenant.full_access_key.value}")
        reply = api("POST", CONNECTORS, CONNECTOR)
        api.session.close()
    assert reply.status_code == 500
    assert "could not be tried" in reply.json()["message"]
