"""Step 7: the token and the parameters with which Trend's CloudTrail stack is deployed."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from components.resources.account import CloudOneAccount
from components.resources.base import TrendProvider, reported
from components.resources.properties import Inputs, OnboardingResource, OutputProperty, Props


@dataclass(frozen=True, kw_only=True)
class CloudTrailParametersInputs(Inputs):
    """What the token is minted for."""

    cloud_one_account_id: str
    region: str
    aws_account_id: str
    aws_region: str


class CloudTrailParametersProvider(TrendProvider):
    """Mints a token, once. No call reads it or takes it back, so what the state holds is all there is to know.

    A run that dies between the reply and the state leaves a token that nobody knows; the next one mints another.
    """

    step = "step 7, CloudTrail parameters"
    identity = ("cloudOneAccountId", "region", "awsAccountId", "awsRegion")

    @reported
    def create(self, props: Props) -> CreateResult:
        """Ask for the parameters, and with them for a new token."""
        inputs = CloudTrailParametersInputs.of(props)
        client = self.trend(inputs.cloud_one_account_id).cloudtrail(inputs.region)
        minted = client.mint_parameters(aws_account_id=inputs.aws_account_id, aws_region=inputs.aws_region)
        outs = {
            **inputs.props(),
            "templateUrl": minted.template_url,
            "serviceToken": minted.service_token,
            "serviceUrl": minted.service_url,
            "apiVersion": minted.api_version,
            "codeBucket": minted.code_bucket,
        }
        return CreateResult(f"{inputs.cloud_one_account_id}/{inputs.aws_account_id}/{inputs.aws_region}", outs)

    def read(self, parameters_id: str, props: Props) -> ReadResult:
        """Return what the state holds."""
        return ReadResult(parameters_id, props, CloudTrailParametersInputs.of(props).props())

    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Keep the token. The engine calls this where nothing but the provider's own pickle differs."""
        return UpdateResult({**olds, **news})


class CloudTrailParameters(OnboardingResource, module="trend", name="CloudTrailParameters"):
    """Parameters of Trend's CloudTrail stack, `trend:CloudTrailParameters`.

    Args:
        name: the resource's name.
        account: the Cloud One account.
        aws_account_id, aws_region: where the stack is going to stand.
    """

    template_url = OutputProperty[str]()
    """Where the stack's template is."""

    service_token = OutputProperty[str]()
    """The stack's credential at Trend, a secret."""

    service_url = OutputProperty[str]()
    """Where the stack sends the trail's events."""

    api_version = OutputProperty[str]()
    """Version of that service's API."""

    code_bucket = OutputProperty[str]()
    """The bucket with the forwarder's code."""

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        aws_account_id: pulumi.Input[str],
        aws_region: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "cloudOneAccountId": account.account_id,
            "region": account.region,
            "awsAccountId": aws_account_id,
            "awsRegion": aws_region,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["serviceToken"])
        super().__init__(CloudTrailParametersProvider(), name, inputs, pulumi.ResourceOptions.merge(secret, opts))
