"""Where the services are, and which base URLs may be used."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings.endpoints import (
    AWS_REGIONS,
    REGION_CODE,
    EndpointError,
    Endpoints,
    Service,
    check_base_url,
    check_service,
)
from components.spelling import did_you_mean


def test_each_service_is_at_trends_own_address_of_its_region() -> None:
    endpoints = Endpoints()
    regions = {Service.VISION_ONE: "jp"}
    assert {service.value: endpoints.url(service, regions.get(service, "de-1")) for service in Service} == {
        "accounts": "https://accounts.cloudone.trendmicro.com/api",
        "services": "https://services.de-1.cloudone.trendmicro.com/api",
        "workload": "https://workload.de-1.cloudone.trendmicro.com/api",
        "cloudaccounts": "https://cloudaccounts.de-1.cloudone.trendmicro.com/api",
        "cloudtrail": "https://cloudtrail.de-1.cloudone.trendmicro.com/api",
        "visionone-connect": "https://visionone-connect.de-1.cloudone.trendmicro.com/api",
        "visionone": "https://api.xdr.trendmicro.co.jp",
    }
    assert endpoints.url(Service.VISION_ONE) == "https://api.xdr.trendmicro.com"


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_override_replaces_the_address_of_its_service_alone(slash: str) -> None:
    endpoints = Endpoints({"workload": f"https://proxy.example/trend/workload{slash}"})
    assert endpoints.url(Service.WORKLOAD, "us-1") == "https://proxy.example/trend/workload"
    assert endpoints.url(Service.CLOUDTRAIL, "us-1") == "https://cloudtrail.us-1.cloudone.trendmicro.com/api"


@pytest.mark.parametrize("slash", ["", "/"])
def test_one_base_for_all_wins_over_overrides(slash: str) -> None:
    endpoints = Endpoints({"workload": "https://proxy.example/trend"}, f"http://127.0.0.1:8080/trend{slash}")
    for service in Service:
        assert endpoints.url(service, "us-1") == f"http://127.0.0.1:8080/trend/{service.value}"


GOOD = [
    "https://proxy.example",
    "https://proxy.example:8443/a/path/",
    "HTTPS://proxy.example",
    "https://10.0.0.1",
    "http://localhost:8080",
    "http://LOCALHOST",
    "http://127.0.0.1:5000/trend",
    "http://127.8.9.1",
    "http://[::1]:8080",
]


@pytest.mark.parametrize("url", GOOD)
def test_https_and_http_to_this_machine_may_be_used(url: str) -> None:
    assert check_base_url(url) == url


BAD = [
    ("http://proxy.example", "unencrypted"),
    ("http://10.0.0.1", "unencrypted"),
    ("http://0.0.0.0", "unencrypted"),
    ("http://[::2]", "unencrypted"),
    ("http://127.0.0.1.proxy.example", "unencrypted"),
    ("http://localhost.proxy.example", "unencrypted"),
    ("ftp://proxy.example", "not an http(s) URL"),
    ("proxy.example", "not an http(s) URL"),
    ("//proxy.example", "not an http(s) URL"),
    ("https://", "not an http(s) URL"),
    ("https:proxy.example", "not an http(s) URL"),
    ("https:///path", "not an http(s) URL"),
    ("https://proxy example", "not an http(s) URL"),
    (" https://proxy.example", "not an http(s) URL"),
    ("https://proxy.example\n", "not an http(s) URL"),
    ("", "not an http(s) URL"),
    ("https://[::1", "an invalid host or port"),
    ("https://proxy.example:http", "an invalid host or port"),
    ("https://proxy.example:99999", "an invalid host or port"),
    ("https://user:SENTINEL@proxy.example", "neither user, password"),
    ("ftp://user:SENTINEL@proxy.example", "neither user, password"),
    ("user:SENTINEL@proxy.example", "neither user, password"),
    ("https://@proxy.example", "neither user, password"),
    ("https://proxy.example/?token=SENTINEL", "query"),
    ("https://proxy.example/?", "query"),
    ("https://proxy.example/#SENTINEL", "fragment"),
    ("http://127.0.0.1@proxy.example", "neither user, password"),
    ("https://user:SENTINEL", "an invalid host or port"),
]


@pytest.mark.parametrize(("url", "text"), BAD)
def test_any_other_base_url_is_refused_and_no_password_in_it_is_shown(url: str, text: str) -> None:
    with pytest.raises(EndpointError, match=re.escape(text)) as caught:
        check_base_url(url)
    assert "SENTINEL" not in str(caught.value)


@given(url=st.text())
def test_no_text_at_all_breaks_the_check(url: str) -> None:
    try:
        assert check_base_url(url).lower().startswith(("https://", "http://"))
    except EndpointError:
        return


@pytest.mark.parametrize(("url", "text"), [case for case in BAD if case[0]])
def test_there_are_no_endpoints_with_such_a_base_url_so_that_no_client_can_be_built(url: str, text: str) -> None:
    with pytest.raises(EndpointError, match=re.escape(text)) as caught:
        Endpoints({"workload": url})
    assert str(caught.value).startswith("endpoints.workload: ")
    with pytest.raises(EndpointError, match=re.escape(text)) as caught:
        Endpoints(base=url)
    assert str(caught.value).startswith("TREND_ENDPOINT_URL: ")


FOREIGN = {
    "https://workload.us-1.cloudone.trendmicro.com/api": "",
    "https://API.XDR.trendmicro.com:8443": "",
    "https://api.xdr.trendmicro.co.jp": "",
    "https://localhost:1": "",
    "http://127.0.0.1": "",
    "https://[::1]/x": "",
    "https://trendmicro.com": "trendmicro.com",
    "https://cloudone.trendmicro.com": "",
    "https://evilcloudone.trendmicro.com": "evilcloudone.trendmicro.com",
    "https://cloudone.trendmicro.com.example": "cloudone.trendmicro.com.example",
    "https://Proxy.example:8443/trend": "proxy.example",
    "https://10.0.0.1": "10.0.0.1",
    "https://[2001:db8::1]": "2001:db8::1",
}


@pytest.mark.parametrize("url", FOREIGN)
def test_a_host_is_trends_this_machine_or_another(url: str) -> None:
    host = FOREIGN[url]
    assert Endpoints({"workload": url}).foreign_hosts() == ({host: ["endpoints.workload"]} if host else {})
    assert Endpoints(base=url).foreign_hosts() == ({host: ["TREND_ENDPOINT_URL"]} if host else {})


def test_a_host_is_named_with_all_that_names_it_also_where_another_base_wins_here() -> None:
    endpoints = Endpoints({"workload": "https://a.example", "cloudtrail": "https://a.example/x"}, "http://127.0.0.1")
    assert endpoints.foreign_hosts() == {"a.example": ["endpoints.workload", "endpoints.cloudtrail"]}


def test_a_mistyped_service_is_answered_with_the_nearest_and_all() -> None:
    for service in Service:
        assert check_service(service.value) == service.value
    with pytest.raises(EndpointError) as caught:
        check_service("worklod")
    assert "did you mean workload?" in str(caught.value)
    for service in Service:
        assert service.value in str(caught.value)


def test_a_word_near_to_nothing_gets_no_guess() -> None:
    assert did_you_mean("gb1", ["gb-1", "us-1"]) == "; did you mean gb-1?"
    assert did_you_mean("qqqqq", ["gb-1", "us-1"]) == ""


def test_the_table_of_regions_holds_those_that_are_known() -> None:
    assert AWS_REGIONS == {
        "us-1": "us-east-1", "in-1": "ap-south-1", "gb-1": "eu-west-2", "au-1": "ap-southeast-2",
        "de-1": "eu-central-1", "jp-1": "ap-northeast-1", "sg-1": "ap-southeast-1", "ca-1": "ca-central-1",
        "ae-1": "me-central-1", "trend-us-1": "us-east-2",
    }  # fmt: skip
    assert all(REGION_CODE.fullmatch(region) for region in AWS_REGIONS)
