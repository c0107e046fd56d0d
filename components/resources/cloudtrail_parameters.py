"""Step 7: the token and the parameters with which the vendor's CloudTrail stack is deployed."""

from __future__ import annotations

from typing import cast

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, Resource, UpdateResult

from components.resources.account import CloudOneAccount
from components.resources.base import Inputs, Props, TrendProvider, reported


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
        inputs = CloudTrailParametersInputs.model_validate(props)
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
        return ReadResult(parameters_id, props, CloudTrailParametersInputs.model_validate(props).props())

    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Keep the token. The engine calls this where nothing but the provider's own pickle differs."""
        return UpdateResult({**olds, **news})


class CloudTrailParameters(Resource, module="trend", name="CloudTrailParameters"):
    """Parameters of the vendor's CloudTrail stack, `trend:CloudTrailParameters`.

    Args:
        name: the resource's name.
        account: the Cloud One account.
        aws_account_id, aws_region: where the stack is going to stand.
    """

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        aws_account_id: pulumi.Input[str],
        aws_region: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {
            "cloudOneAccountId": account.account_id,
            "region": account.region,
            "awsAccountId": aws_account_id,
            "awsRegion": aws_region,
            "templateUrl": None,
            "serviceToken": None,
            "serviceUrl": None,
            "apiVersion": None,
            "codeBucket": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["serviceToken"])
        super().__init__(CloudTrailParametersProvider(), name, props, pulumi.ResourceOptions.merge(secret, opts))

    @property
    def template_url(self) -> pulumi.Output[str]:
        """Where the stack's template is."""
        return cast("pulumi.Output[str]", pulumi.get(self, "templateUrl"))

    @property
    def service_token(self) -> pulumi.Output[str]:
        """The stack's credential at Trend, a secret."""
        return cast("pulumi.Output[str]", pulumi.get(self, "serviceToken"))

    @property
    def service_url(self) -> pulumi.Output[str]:
        """Where the stack sends the trail's events."""
        return cast("pulumi.Output[str]", pulumi.get(self, "serviceUrl"))

    @property
    def api_version(self) -> pulumi.Output[str]:
        """Version of that service's API."""
        return cast("pulumi.Output[str]", pulumi.get(self, "apiVersion"))

    @property
    def code_bucket(self) -> pulumi.Output[str]:
        """The bucket with the forwarder's code."""
        return cast("pulumi.Output[str]", pulumi.get(self, "codeBucket"))
