"""A simulator for each test, and clients that speak to it as Trend's users do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sandbox.trend import Simulator

ACCOUNT = "012345678901"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trend"
CONNECTORS = "/workload/awsconnectors"
CLOUD_ACCOUNTS = "/cloudaccounts/cloudaccounts/aws"
STACKS = "/cloudtrail/stacks"
ACCOUNTS = "/visionone/v3.0/cam/awsAccounts"
ENROLLMENT = "/visionone-connect/connectors"
CONNECTOR = {"displayName": "dev", "accountId": ACCOUNT, "crossAccountRoleArn": ROLE}
CLOUD_ACCOUNT = {"roleARN": ROLE, "alias": "dev"}
STACK = {"providerAccountID": ACCOUNT, "awsRegion": "us-east-1"}


class Api:
    """Calls with one Authorization header, on one session."""

    def __init__(self, url: str, authorization: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers.update({"Authorization": authorization, "api-version": "v1"})

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.session.request(method, self.url + path, json=body, timeout=5, **options)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def api_as(sim: Simulator) -> Iterator[Callable[[str], Api]]:
    made: list[Api] = []

    def make(authorization: str) -> Api:
        made.append(Api(sim.url, authorization))
        return made[-1]

    yield make
    for api in made:
        api.session.close()


@pytest.fixture
def api(sim: Simulator, api_as: Callable[[str], Api]) -> Api:
    """With a key that may do everything."""
    return api_as(f"ApiKey {sim.tenant.full_access_key.value}")


@pytest.fixture
def vision_one(sim: Simulator, api_as: Callable[[str], Api]) -> Api:
    return api_as(f"Bearer {sim.tenant.business.full_access_key.value}")


@pytest.fixture
def key_of(sim: Simulator, api_as: Callable[[str], Api]) -> Callable[[str], tuple[str, Api]]:
    """A key of the default tenant by its purpose: its id, and a client that uses it."""

    def find(purpose: str) -> tuple[str, Api]:
        key = next(key for key in sim.tenant.api_keys if purpose in key.id)
        return key.id, api_as(f"ApiKey {key.value}")

    return find
