"""What the S3 types share."""

from __future__ import annotations

from typing import Any

from sandbox.pulumi.aws.retry import Refusal
from sandbox.pulumi.aws.session import Aws, dns_suffix
from sandbox.pulumi.aws.wire import Props

BUSY: Refusal = ("OperationAborted", "conflicting conditional operation")
"""Refusal of a call while another one on the same bucket is under way: every S3 call is repeated on it."""

_HOSTED_ZONES = {
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ca-central-1": "Z1QDHH18159H29",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
}
"""Route 53 zones of the website endpoints, from AWS's list of S3 endpoints; other regions read as empty."""


def s3_client(aws: Aws, props: Props) -> Any:
    """Return the S3 client of the region that the properties name, or of the provider's."""
    return aws.client("s3", props.get("region"))


def bucket_domain(aws: Aws, bucket: str, region: str = "") -> str:
    """Return the host name of a bucket, with its region or without."""
    place = f"s3.{region}" if region else "s3"
    return f"{bucket}.{place}.{dns_suffix(aws.partition)}"


def hosted_zone(region: str) -> str:
    """Return the id of the region's S3 hosted zone."""
    return _HOSTED_ZONES.get(region, "")
