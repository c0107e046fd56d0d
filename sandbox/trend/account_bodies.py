"""What Vision One's calls on AWS accounts are sent. The names are those of Trend's public sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sandbox.trend.cloud_accounts import AWS_REGION
from sandbox.trend.errors import ErrorReply
from sandbox.trend.records import ROLE_ARN
from sandbox.trend.service import Body

AwsRegion = Annotated[str, Field(pattern=f"^{AWS_REGION.pattern}$")]
Name = Annotated[str, Field(min_length=1)]


class ChosenFeature(Body):
    """A feature, and where."""

    id: Name
    regions: tuple[AwsRegion, ...] = ()


class ChosenService(Body):
    """A security service that the account is connected to; one instance is the limit."""

    name: Literal["workload"]
    instance_ids: Annotated[tuple[Name, ...], Field(min_length=1, max_length=1)]
    regions: tuple[AwsRegion, ...] = ()


class ChosenTag(Body):
    """A tag for what Vision One makes."""

    key: Name
    value: str


class AccountChoices(Body):
    """What a new account and a template have in common."""

    features: tuple[ChosenFeature, ...] = ()
    connected_security_services: tuple[ChosenService, ...] = ()
    custom_tags: Annotated[tuple[ChosenTag, ...], Field(max_length=3)] = ()


class AccountChanges(AccountChoices):
    """Body of PATCH /v3.0/cam/awsAccounts/{id}: what is left out stays as it is."""

    role_arn: str = ""
    name: Name = ""
    description: str = ""


class NewAccount(AccountChanges):
    """Body of POST /v3.0/cam/awsAccounts. The account id comes out of the role's ARN."""

    role_arn: str
    name: Name


class TemplateRequest(AccountChoices):
    """Body of POST /v3.0/cam/awsAccounts/generateCfnTemplateLinks. That the region is required is an inference [I]."""

    aws_region: AwsRegion
    template_account_type: Literal["single", "organization"] = "single"
    aws_account_name: str = ""
    aws_account_description: str = ""


def account_of(role_arn: str) -> str:
    """Return the AWS account of a role.

    Raises:
        ErrorReply: 400, it is not the ARN of a role.
    """
    parts = ROLE_ARN.fullmatch(role_arn)
    if not parts:
        raise ErrorReply(400, "The request body is not valid", {"roleArn": "must be the ARN of a role"})
    return parts.group(1)
