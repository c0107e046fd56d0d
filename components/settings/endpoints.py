"""Where Trend's services are, and which AWS region belongs to which Cloud One region."""

from __future__ import annotations

import enum
import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from components.spelling import did_you_mean

ENDPOINT_VARIABLE = "TREND_ENDPOINT_URL"
"""Environment variable with one base URL for all services, `/<service>` appended."""

_TREND_DOMAINS = (".cloudone.trendmicro.com", ".xdr.trendmicro.com", ".xdr.trendmicro.co.jp")

REGION_CODE = re.compile(r"(trend-)?[a-z]{2}-\d+")

AWS_REGIONS: Mapping[str, str] = {
    "us-1": "us-east-1",
    "in-1": "ap-south-1",
    "gb-1": "eu-west-2",
    "au-1": "ap-southeast-2",
    "de-1": "eu-central-1",
    "jp-1": "ap-northeast-1",
    "sg-1": "ap-southeast-1",
    "ca-1": "ca-central-1",
    # These two are inferred, not documented; the `regionMap` setting overrides them.
    "ae-1": "me-central-1",
    "trend-us-1": "us-east-2",
}
"""Cloud One region to the AWS region it integrates CloudTrail from (source: the published CloudFormation solution)."""

VISION_ONE_HOSTS: Mapping[str, str] = {
    "us": "api.xdr.trendmicro.com",
    "eu": "api.eu.xdr.trendmicro.com",
    "jp": "api.xdr.trendmicro.co.jp",
    **{code: f"api.{code}.xdr.trendmicro.com" for code in ("sg", "au", "in", "mea", "uk", "ca", "za", "id", "br")},
    "usgov": "api.usgov.xdr.trendmicro.com",  # inferred, not documented
}
"""Vision One's region code to the host of its API (source: Trend's Automation Center, regional domains)."""


def cloud_one_regions(aws_region: str, additions: Mapping[str, str]) -> list[str]:
    """Return the Cloud One regions that belong to an AWS region.

    Args:
        aws_region: for example `us-east-1`.
        additions: the setting `regionMap`, which wins over the table.
    """
    return [region for region, each in {**AWS_REGIONS, **additions}.items() if each == aws_region]


class Service(enum.StrEnum):
    """The services of Trend that the program can call."""

    ACCOUNTS = "accounts"
    SERVICES = "services"
    WORKLOAD = "workload"
    CLOUD_ACCOUNTS = "cloudaccounts"
    CLOUDTRAIL = "cloudtrail"
    VISION_ONE_CONNECT = "visionone-connect"
    VISION_ONE = "visionone"


class EndpointError(ValueError):
    """A base URL or the name of a service cannot be used; the text says why."""


@dataclass(frozen=True)
class Endpoints:
    """Base URLs of the services; there are none with which the API key would travel in clear.

    Args:
        overrides: base URL by service name.
        base: one base URL for all services, which wins over `overrides`; empty for none.
        confirmed: the hosts that are not Trend's and are meant to get the API key.

    Raises:
        EndpointError: a base URL may not be used.
    """

    overrides: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    confirmed: Collection[str] = ()

    def __post_init__(self) -> None:
        """Judge the base URLs here, so that no way leads to a client around it."""
        for setting, url in self._named().items():
            try:
                check_base_url(url)
            except EndpointError as error:
                raise EndpointError(f"{setting}: {error}") from None

    def url(self, service: Service, region: str = "") -> str:
        """Return the base URL of a service in a region, without a slash at the end.

        Args:
            service: one of Trend's.
            region: Cloud One's code; Vision One's for that, empty where it is not known.

        The accounts service has no region; every other one has a host for each (source: Trend's public API reference).

        Raises:
            EndpointError: Vision One has no such region.
        """
        if self.base:
            return f"{self.base.rstrip('/')}/{service.value}"
        if service.value in self.overrides:
            return self.overrides[service.value].rstrip("/")
        if service is Service.ACCOUNTS:
            return "https://accounts.cloudone.trendmicro.com/api"
        if service is Service.VISION_ONE:
            return f"https://{_vision_one_host(region or 'us')}"
        return f"https://{service.value}.{region}.cloudone.trendmicro.com/api"

    def foreign_hosts(self) -> dict[str, list[str]]:
        """Return the hosts that are neither Trend's nor this machine, each with the settings that name it.

        An override counts although `base` wins here: on another machine it may not.
        """
        hosts: dict[str, list[str]] = {}
        for setting, url in self._named().items():
            host = urlsplit(url).hostname or ""
            if not _is_loopback(host) and not f".{host}".endswith(_TREND_DOMAINS):
                hosts.setdefault(host, []).append(setting)
        return hosts

    def how_to_confirm(self) -> str:
        """Return the next step of an operator who means these endpoints."""
        hosts = ",".join(self.foreign_hosts())
        command = f"pulumi config set endpointsConfirmed {hosts}" if hosts else "pulumi config rm endpointsConfirmed"
        return f"if that is meant, `{command}`; until then `pulumi up` refuses"

    def _named(self) -> dict[str, str]:
        """Return the base URLs that are not the services' own, by what names them."""
        overrides = {f"endpoints.{service}": url for service, url in self.overrides.items()}
        return overrides | ({ENDPOINT_VARIABLE: self.base} if self.base else {})


def check_base_url(url: str) -> str:
    """Return a base URL if it may be used: https, or plain http to this machine.

    Raises:
        EndpointError: it may not, since the API key would travel in the clear, or it is not a URL.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise EndpointError("the base URL has an invalid host or port") from None
    if any(character in url for character in "@?#"):
        # Not shown: what stands before an @ is a password.
        raise EndpointError("the base URL must hold neither user, password, query nor fragment")
    if parts.scheme not in {"http", "https"} or not host or not url.isprintable() or " " in url:
        raise EndpointError(f"'{url}' is not an http(s) URL")
    if parts.scheme == "http" and not _is_loopback(host):
        raise EndpointError(f"'{url}' would send the API key unencrypted; use https (http is for loopback addresses)")
    return url


def check_service(name: str) -> str:
    """Return the name of a service if there is such a one.

    Raises:
        EndpointError: there is none; the text names the nearest and all.
    """
    known = [service.value for service in Service]
    if name not in known:
        raise EndpointError(f"there is no service '{name}'{did_you_mean(name, known)}; known: {', '.join(known)}")
    return name


def _vision_one_host(region: str) -> str:
    if region not in VISION_ONE_HOSTS:
        near = did_you_mean(region, list(VISION_ONE_HOSTS))
        raise EndpointError(f"'{region}' is not a Vision One region{near}; known: {', '.join(VISION_ONE_HOSTS)}")
    return VISION_ONE_HOSTS[region]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
