"""A simulator of Trend's services for the tier, emptied for each test, and an engine that speaks to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from components.aws import bucket as trail_bucket
from components.resources import base, role_refusals
from components.resources.notification_snapshot import NotificationSnapshotProvider
from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE
from components.settings.endpoints import ENDPOINT_VARIABLE
from components.trend import transport
from sandbox.sandbox import Sandbox
from sandbox.trend import Simulator, SimulatorControl
from tests.lifecycle.adopting import Adopting
from tests.lifecycle.aws_scene import AwsScene
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.notified_bucket import EXISTING, NotifiedBucket, NotifiedDeployment, begin_anew
from tests.lifecycle.scene import CLOUD_ACCOUNT, CONNECTOR, TENANT, VISION_ONE_ACCOUNT, LinkKind


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with Simulator(TENANT) as simulator:
        yield simulator


@pytest.fixture
def trend(simulator: Simulator) -> SimulatorControl:
    """Trend, with nothing linked and nothing asked."""
    simulator.control.set_tenant(TENANT)
    simulator.control.reset()
    return simulator.control


@pytest.fixture(autouse=True)
def _a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take away what a provider's process keeps, and what this one's environment would tell it."""
    for variable in (KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE, ENDPOINT_VARIABLE, base.DEBUG_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)  # `configure` sets it; undone after the test
    base._environment.cache_clear()
    yield
    base._environment.cache_clear()


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as often as ever, for a moment each."""
    monkeypatch.setattr(role_refusals, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(role_refusals, "LONGEST_PAUSE", 0.1)
    for name in ("REPEATABLE", "ONCE"):
        policy = getattr(transport, name)
        monkeypatch.setattr(transport, name, policy.new(backoff_factor=0, backoff_jitter=0))


@pytest.fixture
def engine(trend: SimulatorControl, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine with the full-access key in the configuration and the simulator as Trend."""
    monkeypatch.setenv(ENDPOINT_VARIABLE, trend.url)
    return Engine(
        {
            "cloudOneApiKey": TENANT.full_access_key.value,
            "visionOneServiceToken": TENANT.enrollment_tokens[0].value,
            "visionOneApiKey": TENANT.business.full_access_key.value,
        }
    )


@pytest.fixture(scope="session")
def running_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def aws(running_aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AwsScene:
    """AWS right after the sandbox's start, and the credentials for it in the environment."""
    running_aws.reset()
    for name, value in running_aws.endpoints().items():
        monkeypatch.setenv(name, value)
    return AwsScene(running_aws)


@pytest.fixture(params=[CONNECTOR, CLOUD_ACCOUNT, VISION_ONE_ACCOUNT], ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def resource(engine: Engine, kind: LinkKind) -> EngineResource:
    """The link, not made yet."""
    return engine.resource(kind.provider)


@pytest.fixture
def made(resource: EngineResource, kind: LinkKind, trend: SimulatorControl) -> EngineResource:
    """The link, made by this stack; the calls that it took are forgotten."""
    resource.up(kind.inputs)
    trend.clear_requests()
    return resource


@pytest.fixture
def stack(engine: Engine, kind: LinkKind) -> Adopting:
    """The link of a stack with `adopt`, and the record of what was before."""
    return Adopting(engine, kind)


@pytest.fixture
def bucket(running_aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> NotifiedBucket:
    """A bucket with a notification of each kind, and the credentials for it in the environment."""
    running_aws.reset()
    for name, value in running_aws.endpoints().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(trail_bucket, "PAUSES", (0.01, 0.01))
    begin_anew()
    bucket = NotifiedBucket(running_aws)
    bucket.put(EXISTING)
    bucket.puts()
    return bucket


@pytest.fixture
def snapshot(bucket: NotifiedBucket) -> EngineResource:
    """What the bucket holds before Trend's stack, not taken yet."""
    return Engine({}).resource(NotificationSnapshotProvider)


@pytest.fixture
def deployment(bucket: NotifiedBucket, snapshot: EngineResource) -> NotifiedDeployment:
    """Snapshot, stack and merge, deployed."""
    made = NotifiedDeployment(bucket, snapshot)
    made.up()
    return made
