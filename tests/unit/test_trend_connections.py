"""What every call carries, and over which connections it goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from components.redaction import Redactor
from components.settings.endpoints import Endpoints
from components.trend.client import Trend
from components.trend.errors import BadRequest, EndpointRefused
from tests.unit.conftest import KEY
from tests.unit.scripted_vendor import Answer, Vendor


def call_everything(trend: Trend) -> None:
    trend.workload("us-1").external_id()
    trend.cloud_accounts("us-1").find("012345678901")
    trend.vision_one_connect("us-1").status()
    trend.workload("us-1").delete_connector("7")
    trend.workload("us-1").find_connectors("012345678901")


@pytest.fixture
def answering(vendor: Vendor) -> Vendor:
    """A vendor whose one answer suits every call."""
    vendor.otherwise = Answer(200, {"cloudAccounts": [], "awsConnectors": []})
    return vendor


def test_each_call_carries_the_key_and_the_version_of_the_api(answering: Vendor, trend: Trend) -> None:
    call_everything(trend)
    assert len(answering.asked) == 5
    for asked in answering.asked:
        assert asked.headers["Authorization"] == f"ApiKey {KEY}"
        assert asked.headers["api-version"] == "v1"
        assert asked.headers["Accept"] == "application/json"
        assert asked.headers["User-Agent"] == "trend-onboarding"
        assert (asked.headers.get("Content-Type") == "application/json") == (asked.method == "POST")


def test_a_netrc_file_never_takes_the_place_of_the_key(
    answering: Vendor, trend: Trend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    call_everything(trend)
    assert {asked.headers["Authorization"] for asked in answering.asked} == {f"ApiKey {KEY}"}


def test_no_proxy_gets_the_key_in_clear(answering: Vendor, trend: Trend, monkeypatch: pytest.MonkeyPatch) -> None:
    with Vendor().running() as proxy:
        monkeypatch.delenv("no_proxy")
        monkeypatch.setenv("http_proxy", proxy.url)
        call_everything(trend)
        assert proxy.asked == []
    assert len(answering.asked) == 5


@pytest.mark.parametrize("confirmed", [(), ("other.example",)])
def test_no_client_is_built_for_a_host_that_nobody_confirmed(confirmed: tuple[str, ...]) -> None:
    overrides = {"workload": "https://proxy.example", "cloudtrail": "https://other.example"}
    with pytest.raises(EndpointRefused, match=r"would go to proxy\.example") as caught:
        Trend(KEY, Endpoints(overrides, confirmed=confirmed), Redactor([]))
    assert "`pulumi config set endpointsConfirmed proxy.example,other.example`" in caught.value.hint
    Trend(KEY, Endpoints(overrides, confirmed=["proxy.example", "other.example"]), Redactor([])).workload("us-1")


def ports(vendor: Vendor, service: str) -> list[int]:
    return [asked.client_port for asked in vendor.asked if asked.path.startswith(f"/{service}/")]


def test_a_thread_keeps_one_connection_to_each_service(answering: Vendor, trend: Trend) -> None:
    for _ in range(4):
        call_everything(trend)
    assert len(ports(answering, "workload")) == 12
    for service in ("workload", "cloudaccounts", "visionone-connect"):
        assert len(set(ports(answering, service))) == 1, service


def test_the_connection_outlives_refusals(answering: Vendor, trend: Trend) -> None:
    for _ in range(3):
        answering.will(Answer(400, {"message": "no"}))
        with pytest.raises(BadRequest):
            trend.workload("us-1").external_id()
    assert len(set(ports(answering, "workload"))) == 1


def test_the_connection_outlives_a_repeated_call(answering: Vendor, trend: Trend, waits: list[float]) -> None:
    answering.will(Answer(503, b"<html>" + b"x" * 5000), Answer(429))
    trend.workload("us-1").external_id()
    assert len(ports(answering, "workload")) == 3
    assert len(set(ports(answering, "workload"))) == 1


def test_threads_share_no_connection(answering: Vendor, trend: Trend) -> None:
    threads, together = 4, Barrier(4, timeout=5)

    def work() -> None:
        together.wait()
        for _ in range(3):
            trend.workload("us-1").external_id()

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work) for _ in range(threads)]:
            done.result()
    used = ports(answering, "workload")
    assert len(used) == 12
    assert sorted(used.count(port) for port in set(used)) == [3] * threads


def test_the_keys_details_are_asked_for_once_by_all_threads(vendor: Vendor, trend: Trend) -> None:
    vendor.otherwise = Answer(200, {"urn": "urn:cloudone:identity:us-1:012345678901:apikey/tmc"})
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(trend.expect_account, "012345678901") for _ in range(8)]:
            done.result()
    assert vendor.calls == [f"GET /accounts/apikeys/{KEY.id}"]


def test_a_failure_to_tell_whose_key_it_is_is_not_remembered(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(400), Answer(200, {"urn": "urn:cloudone:identity:us-1:012345678901:apikey/tmc"}))
    with pytest.raises(BadRequest):
        trend.key_details()
    assert trend.key_details().account_id == "012345678901"
