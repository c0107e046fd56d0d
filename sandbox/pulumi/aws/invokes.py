"""Functions. Follow terraform-provider-aws internal/service/sts and meta."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.pulumi.aws.errors import ProviderError, failing
from sandbox.pulumi.aws.session import Aws, dns_suffix
from sandbox.pulumi.wire import PropertyMap


def invoke(token: str, aws: Aws, args: PropertyMap) -> PropertyMap:
    """Return the result of a function.

    Raises:
        ProviderError: the function is not implemented, it was given an argument (none takes any here), or AWS refuses.
    """
    if token not in _FUNCTIONS:
        raise ProviderError(f"the sandbox's AWS plugin does not implement the function {token}")
    for name in sorted(args):
        raise ProviderError(f"the sandbox's AWS plugin does not implement argument '{name}' of {token}")
    return _FUNCTIONS[token](aws)


def _caller_identity(aws: Aws) -> PropertyMap:
    with failing("reading STS Caller Identity"):
        caller = aws.client("sts").get_caller_identity()
    account = caller["Account"]
    return {"accountId": account, "arn": caller["Arn"], "id": account, "userId": caller["UserId"]}


def _region(aws: Aws) -> PropertyMap:
    description = _known_regions().get(aws.region)
    if description is None:
        raise ProviderError(f"no matching regions found: {aws.region}")
    return {
        "description": description,
        "endpoint": f"ec2.{aws.region}.{dns_suffix(aws.partition)}",
        "id": aws.region,
        "name": aws.region,
        "region": aws.region,
    }


def _partition(aws: Aws) -> PropertyMap:
    suffix = dns_suffix(aws.partition)
    reverse = ".".join(reversed(suffix.split(".")))
    return {"dnsSuffix": suffix, "id": aws.partition, "partition": aws.partition, "reverseDnsPrefix": reverse}


def _known_regions() -> dict[str, str]:
    """Return every region that the AWS SDK knows, with its description."""
    from botocore.loaders import create_loader

    partitions: list[dict[str, Any]] = create_loader().load_data("partitions")["partitions"]
    regions = {name: str(entry["description"]) for each in partitions for name, entry in each["regions"].items()}
    return {name: description for name, description in regions.items() if not name.endswith("-global")}


_FUNCTIONS: dict[str, Callable[[Aws], PropertyMap]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
}
