"""A whole run in one process: how many calls it takes, on how many connections."""

from __future__ import annotations

import functools
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from components.resources import base
from components.resources.account import AccountProvider
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from components.resources.enrollment import EnrollmentProvider
from components.resources.external_id import ExternalIdProvider
from sandbox.trend import SimulatorControl
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import (
    ACCOUNT_INPUTS,
    CLOUD_ACCOUNT,
    CONNECTOR,
    ENROLLMENT_INPUTS,
    EXTERNAL_ID_INPUTS,
    PARAMETERS_INPUTS,
    add_other_accounts,
)

WORKERS = 4  # the threads of the dynamic provider's process


class FirstStack:
    """The resources of a stack; those that do not depend on each other are dealt with side by side, as the engine does.

    Args:
        engine: runs the providers.
    """

    def __init__(self, engine: Engine) -> None:
        self.account = engine.resource(AccountProvider)
        self.external_id = engine.resource(ExternalIdProvider)
        self.enrollment = engine.resource(EnrollmentProvider)
        self.connector = engine.resource(CONNECTOR.provider)
        self.cloud_account = engine.resource(CLOUD_ACCOUNT.provider)
        self.parameters = engine.resource(CloudTrailParametersProvider)
        self.resources = (
            self.account,
            self.external_id,
            self.enrollment,
            self.connector,
            self.cloud_account,
            self.parameters,
        )

    def refresh(self) -> None:
        """Read each resource."""
        for each in self.resources:
            each.refresh()

    def destroy(self) -> None:
        """Delete each resource, the last one first."""
        for each in reversed(self.resources):
            each.destroy()

    def up(self, pool: ThreadPoolExecutor) -> list[str]:
        """Run the program once, and return what was done with each resource."""
        done = [self.account.up(ACCOUNT_INPUTS), self.external_id.up(EXTERNAL_ID_INPUTS)]
        links = [
            (self.enrollment, ENROLLMENT_INPUTS),
            (self.connector, CONNECTOR.inputs),
            (self.cloud_account, CLOUD_ACCOUNT.inputs),
        ]
        done += pool.map(lambda link: link[0].up(link[1]), links)
        return [*done, self.parameters.up(PARAMETERS_INPUTS)]


@pytest.fixture
def stack(engine: Engine) -> FirstStack:
    return FirstStack(engine)


@pytest.fixture
def calls(trend: SimulatorControl) -> Callable[[], list[str]]:
    return lambda: [f"{call.service} {call.action}" for call in trend.requests()]


def test_a_first_run_takes_at_most_ten_calls_and_no_call_twice(
    stack: FirstStack, calls: Callable[[], list[str]]
) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        assert stack.up(pool) == ["create"] * 6

    assert len(calls()) <= 10
    assert set(Counter(calls()).values()) == {1}


def test_a_run_that_changes_nothing_takes_none(
    stack: FirstStack, engine: Engine, trend: SimulatorControl, calls: Callable[[], list[str]]
) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        stack.up(pool)
        trend.clear_requests()
        engine.restart()
        assert stack.up(pool) == ["same"] * 6
    assert calls() == []


NO_SUCH_GET = CLOUD_ACCOUNT.fault("status", "GET", status=404, count=None, action="GET /cloudaccounts/aws/{id}")


@pytest.mark.parametrize(
    ("others", "get_exists", "limits"),
    [
        (0, True, (9, 5, 7)),
        (0, False, (9, 6, 8)),
        (1000, True, (11, 5, 7)),
        (1000, False, (8 + 11 + 1, 5 + 11, 7 + 11)),
    ],
)
def test_calls_grow_with_a_tenants_accounts_by_one_look_at_the_list_at_most(
    stack: FirstStack,
    engine: Engine,
    trend: SimulatorControl,
    calls: Callable[[], list[str]],
    others: int,
    get_exists: bool,
    limits: tuple[int, int, int],
) -> None:
    # The ids of all others come first, so that ours is on the last page.
    add_other_accounts(trend, others)
    if not get_exists:
        trend.add_fault(NO_SUCH_GET)
    made = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for act in (lambda: stack.up(pool), stack.refresh, stack.destroy):
            trend.clear_requests()
            engine.restart()
            act()
            made.append(len(calls()))
    assert all(count <= limit for count, limit in zip(made, limits, strict=True)), made
    assert len(CLOUD_ACCOUNT.live(trend)) == others


def all_at_once(resources: tuple[EngineResource, ...], operation: Callable[[EngineResource], None]) -> None:
    """Begin an operation on every resource at the same moment, each from one of the workers."""
    ready = threading.Barrier(WORKERS)

    def work(share: tuple[EngineResource, ...]) -> None:
        ready.wait(timeout=5)
        for resource in share:
            operation(resource)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, [resources[worker::WORKERS] for worker in range(WORKERS)]))


def test_workers_share_the_keys_details_and_have_one_connection_a_service(
    stack: FirstStack, engine: Engine, trend: SimulatorControl
) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        stack.up(pool)

    for _ in range(3):
        trend.clear_requests()
        engine.restart()
        all_at_once(stack.resources, EngineResource.refresh)
        assert len(trend.requests("accounts")) == 1
        for service in ("workload", "cloudaccounts", "visionone-connect"):
            assert trend.connections(service) <= WORKERS


def test_providers_that_are_configured_side_by_side_share_one_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(base.ProviderEnvironment):
        def __init__(self, *given: str) -> None:
            time.sleep(0.1)
            super().__init__(*given)

    monkeypatch.setattr(base, "_environment", functools.lru_cache(Slow))
    providers = [AccountProvider() for _ in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda provider: provider.take_settings(lambda _: None), providers))
    assert len({id(provider._environment) for provider in providers}) == 1


def test_a_worker_keeps_its_connection_to_a_service(stack: FirstStack, trend: SimulatorControl) -> None:
    stack.account.up(ACCOUNT_INPUTS)
    with ThreadPoolExecutor(1) as worker:
        for link, kind in ((stack.connector, CONNECTOR), (stack.cloud_account, CLOUD_ACCOUNT)):
            worker.submit(link.up, kind.inputs).result()
            worker.submit(link.refresh).result()
            worker.submit(link.destroy).result()
    for service in ("workload", "cloudaccounts"):
        assert len(trend.requests(service)) >= 6
        assert trend.connections(service) == 1


def test_four_workers_that_make_links_at_once_make_each_once(engine: Engine, trend: SimulatorControl) -> None:
    kinds = (CONNECTOR, CLOUD_ACCOUNT, CONNECTOR, CLOUD_ACCOUNT)
    links = {engine.resource(kind.provider): kind for kind in kinds}

    all_at_once(tuple(links), lambda link: link.up(links[link].inputs) and None)

    for kind in (CONNECTOR, CLOUD_ACCOUNT):
        assert len(kind.live(trend)) == 1
    for service in ("accounts", "workload", "cloudaccounts"):
        assert trend.connections(service) <= WORKERS
    assert len(trend.requests("accounts")) == 1
