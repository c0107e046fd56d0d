"""What the AWS provider of the program's run says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pulumi
import pulumi_aws as aws

from components.aws.clients import clients
from components.aws.context import AwsContext
from components.aws.identity import AwsSettings
from components.refusal import Refusal

ResultT = TypeVar("ResultT")


def current_context(meanwhile: Callable[[], object] = lambda: None) -> AwsContext:
    """Ask the AWS provider where it works.

    Args:
        meanwhile: is called once the provider's plugin runs; what it registers goes on while the program looks around.

    Raises:
        Refusal: it has settings that this program cannot follow, no region, or no usable credentials.
    """
    # The plugin takes a while to start; what comes next loads meanwhile: what preflight asks AWS with, and the SDK's
    # modules of most steps.
    clients(AwsSettings.of(pulumi.Config("aws").get)).prepare("s3", "iam", "cloudtrail", "cloudformation")
    modules = threading.Thread(target=lambda: (aws.iam.Role, aws.cloudformation.Stack), daemon=True)
    modules.start()
    caller = _ask("which AWS account this is", aws.get_caller_identity)
    meanwhile()
    region = _ask("which AWS region this is", aws.get_region)
    partition = _ask("which AWS partition this is", aws.get_partition)
    modules.join()  # the SDK loads a module when it is first used, and not safely so from two threads
    return AwsContext(caller.account_id, region.region, partition.partition, partition.dns_suffix)


def _ask(what: str, invoke: Callable[[], ResultT]) -> ResultT:
    """Ask the AWS provider something that a preview may ask too.

    Raises:
        Refusal: the provider had no answer; its own words are in the text.
    """
    try:
        return invoke()
    except Exception as error:
        if type(error) is not Exception:  # what the SDK raises for an invoke that failed is a plain Exception
            raise
        raise Refusal(f"cannot determine {what}: {' '.join(str(error).split())}") from None
