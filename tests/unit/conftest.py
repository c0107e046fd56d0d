"""What the unit tests of the Trend client share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components import waiting as patience
from components.redaction import Redactor
from components.settings.credentials import ApiKey
from components.settings.endpoints import Endpoints
from components.trend.client import Trend
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
    """The seconds that the client would have waited between attempts, without the waiting.

    Only the wait is replaced, so that the retry policy itself is the one of the program.
    """
    slept: list[float] = []
    monkeypatch.setattr(patience, "wait", lambda seconds, _reason: slept.append(seconds))
    return slept
