"""Whether this may touch real accounts: asked before anything else is, and answered by AWS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from components.aws.clients import AwsClients
from components.aws.identity import AwsSettings
from components.redaction import Redactor
from components.settings.credentials import HOW_TO_SET, KEY_VARIABLE, TOKEN_VARIABLE, ApiKey, InvalidApiKey
from components.settings.endpoints import AWS_REGIONS, ENDPOINT_VARIABLE, EndpointError, Endpoints
from components.trend.client import Trend
from components.trend.errors import TrendError
from operate.console import OperateError

ACCOUNT_VARIABLE = "LIVE_AWS_ACCOUNT"
ENROLL_VARIABLE = "LIVE_ENROLL"
BUCKET_VARIABLE = "LIVE_TRAIL_BUCKET"


@dataclass(frozen=True)
class Accounts:
    """What a life is lived with.

    Attributes:
        aws_account, aws_region: of the stack.
        region: of the Cloud One account.
        endpoints: where Trend is.
        api_key: `<id>:<secret>`.
        enrollment_token: of Vision One; empty where nothing is to be enrolled.
        trail_bucket: of an existing trail; empty where the stack makes one of its own.
    """

    aws_account: str
    aws_region: str
    region: str
    endpoints: Endpoints
    api_key: str = field(repr=False)
    enrollment_token: str = field(default="", repr=False)
    trail_bucket: str = ""

    def redactor(self) -> Redactor:
        """Return what takes the secrets out of texts."""
        return Redactor([self.api_key, *self.api_key.split(":", 1), self.enrollment_token])


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
    key = environment.get(KEY_VARIABLE, "").strip()
    region = _cloud_one_region(key, endpoints)
    if region not in AWS_REGIONS:
        raise OperateError(f"the API key is of Cloud One region {region}, and no AWS region is known for it")
    return Accounts(
        aws_account=named,
        aws_region=AWS_REGIONS[region],
        region=region,
        endpoints=endpoints,
        api_key=key,
        enrollment_token=_token(environment),
        trail_bucket=environment.get(BUCKET_VARIABLE, "").strip(),
    )


def _caller() -> str:
    return AwsClients(AwsSettings(region="us-east-1")).caller.account_id


def _endpoints(environment: Mapping[str, str]) -> Endpoints:
    try:
        return Endpoints(base=environment.get(ENDPOINT_VARIABLE, ""))
    except EndpointError as error:
        raise OperateError(str(error)) from None


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
