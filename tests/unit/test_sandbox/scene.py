"""What the tests of the sandbox's AWS deploy and look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.sandbox import Sandbox

ACCOUNT = "012345678901"
REGIONS = {
    "us-1": "us-east-1",
    "in-1": "ap-south-1",
    "gb-1": "eu-west-2",
    "au-1": "ap-southeast-2",
    "de-1": "eu-central-1",
    "jp-1": "ap-northeast-1",
    "sg-1": "ap-southeast-1",
    "ca-1": "ca-central-1",
    "ae-1": "me-central-1",
    "trend-us-1": "us-east-2",
}
ISSUER = "cloudaccounts.us-1.cloudone.trendmicro.com"
ROLE_PARAMETERS = {"CloudOneRegion": "us-1", "CloudOneAccountID": "098765432109", "CloudOneOIDCProviderURL": ISSUER}
TRAIL_BUCKET = "sandbox-existing-trail-us-east-1"
CODE_BUCKET = "cloud-trail-client-stack-template-prod-{}"
TRAIL_PARAMETERS = {
    "ExistingCloudtrailBucketName": TRAIL_BUCKET,
    "ServiceToken": "sentinel-service-token",
    "ServiceURL": "https://cloudtrail.us-1.cloudone.trendmicro.com",
    "S3BucketName": CODE_BUCKET.format("us-east-1"),
    "APIVersion": "v1",
}


def role_template(region: str = "us-east-1") -> str:
    bucket = f"cloud-one-cloud-accounts-{region}"
    return f"https://{bucket}.s3.{region}.amazonaws.com/templates/aws/cloud-account-management-role.template"


def trail_template(region: str = "us-east-1") -> str:
    return f"https://{CODE_BUCKET.format(region)}.s3.{region}.amazonaws.com/cloudtrail.yaml"


class Stacks:
    """CloudFormation in one region, without the ceremony."""

    def __init__(self, sandbox: Sandbox, region: str = "us-east-1") -> None:
        self.client = sandbox.aws("cloudformation", region)

    def create(self, name: str, url: str, parameters: Mapping[str, str], *capabilities: str, **more: Any) -> str:
        return str(self.client.create_stack(**self._call(name, url, parameters, capabilities), **more)["StackId"])

    def update(self, name: str, url: str, parameters: Mapping[str, str], *capabilities: str) -> None:
        self.client.update_stack(**self._call(name, url, parameters, capabilities))

    @staticmethod
    def _call(name: str, url: str, parameters: Mapping[str, str], capabilities: tuple[str, ...]) -> dict[str, Any]:
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        return {
            "StackName": name,
            "TemplateURL": url,
            "Parameters": given,
            "Capabilities": list(capabilities or ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]),
        }

    def show(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_stacks(StackName=name)["Stacks"][0]
        return found

    def reasons(self, name: str) -> list[str]:
        events = self.client.describe_stack_events(StackName=name)["StackEvents"]
        return [event["ResourceStatusReason"] for event in events if event["ResourceStatus"].endswith("FAILED")]


def notifications(sandbox: Sandbox, bucket: str = TRAIL_BUCKET) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.aws("s3").get_bucket_notification_configuration(Bucket=bucket)
    found.pop("ResponseMetadata")
    return found


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])
