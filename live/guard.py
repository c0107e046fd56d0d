"""Whether this may touch real accounts: asked before anything else is, and answered by AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from components.aws.clients import AwsClients
from components.aws.identity import AwsSettings
from components.redaction import Redactor
from components.settings.credentials import (
    HOW_TO_SET,
    KEY_VARIABLE,
    TOKEN_VARIABLE,
    VISION_ONE_KEY_VARIABLE,
    ApiKey,
    InvalidApiKey,
)
from components.settings.endpoints import AWS_REGIONS, ENDPOINT_VARIABLE, VISION_ONE_HOSTS, EndpointError, Endpoints
from components.settings.route import Route
from components.trend.client import Trend
from components.trend.errors import TrendError
from components.trend.vision_one_access import VisionOneAccess
from live.sides import CloudOneSide, TrendsSide, VisionOneSide
from operate.console import OperateError

ACCOUNT_VARIABLE = "LIVE_AWS_ACCOUNT"
ENROLL_VARIABLE = "LIVE_ENROLL"
BUCKET_VARIABLE = "LIVE_TRAIL_BUCKET"
ROUTE_VARIABLE, VISION_ONE_REGION_VARIABLE = "LIVE_ROUTE", "LIVE_VISION_ONE_REGION"
_AWS_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


@dataclass(frozen=True)
class Accounts:
    """What a life is lived with.

    Attributes:
        aws_account, aws_region: of the stack.
        endpoints: where Trend is.
        trend: with whom the account is linked.
        trail_bucket: of an existing trail; empty where none is named.
    """

    aws_account: str
    aws_region: str
    endpoints: Endpoints
    trend: TrendsSide
    trail_bucket: str = ""

    def redactor(self) -> Redactor:
        """Return what takes the secrets out of texts."""
        return Redactor(self.trend.secrets)


def allowed(environment: Mapping[str, str]) -> Accounts:
    """Return the accounts that the environment names, once AWS has said that its credentials are of that account.

    Raises:
        OperateError: the account is not named, or is another one; or key or token are missing. Nothing was done.
        AwsError: AWS does not know the credentials.
    """
    named = environment.get(ACCOUNT_VARIABLE, "").strip()
    example = f"`{ACCOUNT_VARIABLE}=123456789012 make live`"
    if not named:
        raise OperateError(
            f"{ACCOUNT_VARIABLE} is not set: name the AWS account in which real resources may be created, {example}"
        )
    if not re.fullmatch(r"\d{12}", named):
        raise OperateError(f"{ACCOUNT_VARIABLE} is not twelve digits: name an AWS account, {example}")
    caller = _caller()
    if caller != named:
        raise OperateError(
            f"the AWS credentials are of account {caller}, and {ACCOUNT_VARIABLE} names {named}: nothing was done"
        )
    endpoints = _endpoints(environment)
    trend, aws_region = _sides[_route(environment)](environment, endpoints)
    return Accounts(named, aws_region, endpoints, trend, _bucket(environment))


def _caller() -> str:
    return AwsClients(AwsSettings(region="us-east-1")).caller.account_id


def _endpoints(environment: Mapping[str, str]) -> Endpoints:
    try:
        return Endpoints(base=environment.get(ENDPOINT_VARIABLE, ""))
    except EndpointError as error:
        raise OperateError(str(error)) from None


def _route(environment: Mapping[str, str]) -> Route:
    asked = environment.get(ROUTE_VARIABLE, "") or Route.CLOUD_ONE
    if asked not in list(Route):
        raise OperateError(f"{ROUTE_VARIABLE} is '{asked}': give {' or '.join(f'`{each}`' for each in Route)}")
    return Route(asked)


def _bucket(environment: Mapping[str, str]) -> str:
    return environment.get(BUCKET_VARIABLE, "").strip()


def _cloud_one(environment: Mapping[str, str], endpoints: Endpoints) -> tuple[TrendsSide, str]:
    key = environment.get(KEY_VARIABLE, "").strip()
    region = _cloud_one_region(key, endpoints)
    if region not in AWS_REGIONS:
        raise OperateError(f"the API key is of Cloud One region {region}, and no AWS region is known for it")
    return CloudOneSide(region, key, _token(environment)), AWS_REGIONS[region]


def _vision_one(environment: Mapping[str, str], endpoints: Endpoints) -> tuple[TrendsSide, str]:
    key = environment.get(VISION_ONE_KEY_VARIABLE, "").strip()
    region = environment.get(VISION_ONE_REGION_VARIABLE, "") or "us"
    if region not in VISION_ONE_HOSTS:
        raise OperateError(f"{VISION_ONE_REGION_VARIABLE} is '{region}': give one of {', '.join(VISION_ONE_HOSTS)}")
    if not key:
        raise OperateError(f"{VISION_ONE_KEY_VARIABLE} is not set: give an API key of Vision One")
    try:
        VisionOneAccess.of_settings(key, region, "", endpoints.base, "", Redactor([key])).cam.features()
    except TrendError as error:
        raise OperateError(str(error)) from None
    named = (environment.get(name, "") for name in _AWS_REGION_VARIABLES)
    side = VisionOneSide(region, key, makes_trail=bool(_bucket(environment)))
    return side, next(filter(None, named), "us-east-1")


_sides: Mapping[Route, Callable[[Mapping[str, str], Endpoints], tuple[TrendsSide, str]]] = {
    Route.CLOUD_ONE: _cloud_one,
    Route.VISION_ONE: _vision_one,
}


def _cloud_one_region(key: str, endpoints: Endpoints) -> str:
    if not key:
        raise OperateError(f"{KEY_VARIABLE} is not set: give the API key of the Cloud One account, `<key id>:<secret>`")
    try:
        return Trend(ApiKey.parse(key), endpoints, Redactor([key, *key.split(":", 1)])).key_details().region
    except InvalidApiKey as error:
        raise OperateError(f"{KEY_VARIABLE}: {error}; {HOW_TO_SET}") from None
    except TrendError as error:
        raise OperateError(str(error)) from None


def _token(environment: Mapping[str, str]) -> str:
    """Return the enrollment token where enrolling was asked for: a token that happens to be there is no reason to."""
    asked = environment.get(ENROLL_VARIABLE, "")
    if asked not in ("", "no", "yes"):
        raise OperateError(f"{ENROLL_VARIABLE} is '{asked}': give `yes` or `no`")
    token = environment.get(TOKEN_VARIABLE, "").strip()
    if asked == "yes" and not token:
        raise OperateError(f"{ENROLL_VARIABLE} is yes, and {TOKEN_VARIABLE} is not set: give an enrollment token")
    return token if asked == "yes" else ""
