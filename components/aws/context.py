"""Where a stack is in AWS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AwsContext:
    """The account, region and partition in which a stack works.

    Attributes:
        account_id: twelve digits, perhaps with a leading zero.
        region: for example `us-east-1`.
        partition: `aws`, `aws-us-gov` or `aws-cn`.
        url_suffix: of the partition's hosts, for example `amazonaws.com`.
    """

    account_id: str
    region: str
    partition: str
    url_suffix: str

    def arn(self, service: str, name: str) -> str:
        """Return the ARN of something in the region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{name}"

    def iam(self, name: str) -> str:
        """Return the ARN of something in IAM, which knows no regions."""
        return f"arn:{self.partition}:iam::{self.account_id}:{name}"

    def s3(self, name: str) -> str:
        """Return the ARN of a bucket or an object."""
        return f"arn:{self.partition}:s3:::{name}"
