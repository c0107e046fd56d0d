"""The CloudTrail integration: one call, which mints a token and tells how to deploy Trend's stack."""

from __future__ import annotations

import random
import secrets
from urllib.parse import quote

from pydantic import Field

from sandbox.trend.cloud_accounts import AWS_REGION
from sandbox.trend.cloud_one import CloudOneService
from sandbox.trend.errors import ErrorReply
from sandbox.trend.records import ServiceToken, digest, now_text
from sandbox.trend.service import Body, ServedCall, read_body


class NewStack(Body):
    """Body of POST /stacks."""

    provider_account_id: str = Field(alias="providerAccountID", pattern=r"^\d{12}$")
    aws_region: str = Field(pattern=f"^{AWS_REGION.pattern}$")


class CloudTrailService(CloudOneService):
    """POST /stacks. No way to read, list or delete a stack is known [U], so there is none."""

    name = "cloudtrail"

    def routes(self) -> tuple[ServedCall, ...]:
        """The service's only call."""
        return (ServedCall("POST", "/stacks", self.create),)

    def create(self) -> dict[str, object]:
        """Mint a token for an account. That the account must be registered first is an assumption [I]."""
        body = read_body(NewStack)
        state = self.state
        # Characters that percent-encoding has to save are part of every token.
        token = f"{self.tenant.minted_prefix}.{secrets.token_urlsafe(24)}+/=="
        with state.lock:
            if body.provider_account_id not in state.cloud_accounts:
                raise ErrorReply(
                    400,
                    "The AWS account is not registered",
                    {"providerAccountID": "is not a cloud account of this tenant"},
                )
            state.service_tokens.append(
                ServiceToken(
                    token_digest=digest(token),
                    provider_account_id=body.provider_account_id,
                    aws_region=body.aws_region,
                    created=now_text(),
                )
            )
        return {"deploymentURL": self._deployment_url(body.aws_region, token)}

    def _deployment_url(self, aws_region: str, token: str) -> str:
        """A quick-create URL of the CloudFormation console: the pairs stand in the fragment, in any order [I]."""
        tenant = self.tenant
        bucket = f"cloud-trail-client-stack-template-prod-{aws_region}"
        pairs = {
            "templateUrl": f"https://{bucket}.s3.{aws_region}.amazonaws.com/cloudtrail.yaml",
            "stackName": "TrendMicroCloudTrail",
            "param_S3BucketKey": "lambda/cloudtrail-client.zip",
            "param_S3BucketName": bucket,
            "param_ServiceToken": token,
            "param_ServiceURL": f"https://cloudtrail.{tenant.region}.cloudone.trendmicro.com",
            "param_APIVersion": "v1",
            # Not of the documented set: a client has to pass over what it doesn't know.
            "source": "quick create & review=100%",
        }
        parameters = [
            (name, value) for name, value in pairs.items() if name != tenant.behaviors.dropped_stack_parameter
        ]
        random.shuffle(parameters)
        fragment = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters)
        console = f"https://{aws_region}.console.aws.amazon.com/cloudformation/home?region={aws_region}"
        return f"{console}#/stacks/quickcreate?{fragment}"
