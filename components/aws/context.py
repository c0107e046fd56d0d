"""Which AWS account, region and partition the provider works in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pulumi_aws as aws

from components.refusal import Refusal

ResultT = TypeVar("ResultT")


class RequirementError(Refusal):
    """Something outside the stack is not as it must be; found before anything is changed."""


@dataclass(frozen=True)
class AwsContext:
    """Where the stack stands in AWS.

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


def current() -> AwsContext:
    """Ask the AWS provider where it works.

    Raises:
        RequirementError: it has no region or no usable credentials.
    """
    caller = ask("which AWS account this is", aws.get_caller_identity)
    region = ask("which AWS region this is", aws.get_region)
    partition = ask("which AWS partition this is", aws.get_partition)
    return AwsContext(caller.account_id, region.region, partition.partition, partition.dns_suffix)


def ask(what: str, invoke: Callable[[], ResultT]) -> ResultT:
    """Ask the AWS provider something that a preview may ask too.

    Args:
        what: is asked, for the error.
        invoke: asks it.

    Raises:
        RequirementError: the provider had no answer; its own words are in the text.
    """
    try:
        return invoke()
    except Exception as error:
        if type(error) is not Exception:  # what the SDK raises for an invoke that failed is a plain Exception
            raise
        raise RequirementError(f"AWS did not say {what}: {error}") from None
