"""What the unit tests of the Trend client share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import urllib3.util.retry

from components.trend import ApiKey, Endpoints, Redactor, Trend
from tests.unit.scripted_vendor import Vendor

KEY = ApiKey("tmcKEYID00000000000000000ab", "SENTINEL/key+secret=" + "Zq7" * 15 + "!")


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """A server that answers as the test says; reached directly, whatever proxy the machine has."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Vendor().running() as running:
        yield running


@pytest.fixture
def trend(vendor: Vendor) -> Trend:
    """A client whose every service is the scripted vendor."""
    return Trend(KEY, Endpoints(base=vendor.url), Redactor([str(KEY), KEY.secret]))


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that urllib3 would have slept between attempts, without sleeping them.

    Only its view of the clock is replaced, so that the retry policy itself is the one of the program.
    """
    slept: list[float] = []
    monkeypatch.setattr(urllib3.util.retry, "time", SimpleNamespace(sleep=slept.append, time=time.time))
    return slept
