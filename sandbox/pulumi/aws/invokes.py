"""Functions. Follow terraform-provider-aws internal/service/sts, meta and s3 (bucket_data_source.go)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from sandbox.pulumi.aws.errors import ProviderError, aws_errors, describe
from sandbox.pulumi.aws.s3 import bucket_domain, hosted_zone
from sandbox.pulumi.aws.session import Aws, dns_suffix, partition_of
from sandbox.pulumi.aws.wire import Props


def invoke(token: str, aws: Aws, args: Props) -> Props:
    """Return the result of a function.

    Raises:
        ProviderError: the function, or one of its arguments, is not implemented; or AWS refuses.
    """
    if token not in _FUNCTIONS:
        raise ProviderError(f"the sandbox's AWS plugin does not implement the function {token}")
    function, arguments = _FUNCTIONS[token]
    for name in sorted(args.keys() - arguments):
        raise ProviderError(f"the sandbox's AWS plugin does not implement argument '{name}' of {token}")
    return function(aws, args)


def _caller_identity(aws: Aws, _args: Props) -> Props:
    try:
        caller = aws.client("sts").get_caller_identity()
    except aws_errors() as error:
        raise ProviderError(f"reading STS Caller Identity: {describe(error)}") from None
    account = caller["Account"]
    return {"accountId": account, "arn": caller["Arn"], "id": account, "userId": caller["UserId"]}


def _region(aws: Aws, args: Props) -> Props:
    region = str(args.get("region") or args.get("name") or aws.region)
    description = _known_regions().get(region)
    if description is None:
        raise ProviderError(f"no matching regions found: {region}")
    return {
        "description": description,
        "endpoint": f"ec2.{region}.{dns_suffix(partition_of(region))}",
        "id": region,
        "name": region,
        "region": region,
    }


def _partition(aws: Aws, _args: Props) -> Props:
    suffix = dns_suffix(aws.partition)
    reverse = ".".join(reversed(suffix.split(".")))
    return {"dnsSuffix": suffix, "id": aws.partition, "partition": aws.partition, "reverseDnsPrefix": reverse}


def _bucket(aws: Aws, args: Props) -> Props:
    """HeadBucket, a HEAD for the region, GetBucketWebsite, whose refusal is passed over."""
    bucket = str(args["bucket"])
    region = str(args.get("region") or aws.region)
    s3 = aws.client("s3", region)
    try:
        s3.head_bucket(Bucket=bucket)
        place = str(s3.head_bucket(Bucket=bucket).get("BucketRegion") or region)
    except aws_errors() as error:
        raise ProviderError(f"reading S3 Bucket ({bucket}): {describe(error)}") from None
    result = {
        "arn": f"arn:{aws.partition}:s3:::{bucket}",
        "bucket": bucket,
        "bucketDomainName": bucket_domain(aws, bucket),
        "bucketRegion": place,
        "bucketRegionalDomainName": bucket_domain(aws, bucket, place),
        "hostedZoneId": hosted_zone(place),
        "id": bucket,
        "region": region,
        "websiteDomain": "",
        "websiteEndpoint": "",
    }
    try:
        s3.get_bucket_website(Bucket=bucket)
    except ClientError:
        return result
    domain = f"s3-website-{place}.{dns_suffix(aws.partition)}"
    return {**result, "websiteDomain": domain, "websiteEndpoint": f"{bucket}.{domain}"}


def _known_regions() -> dict[str, str]:
    """Return every region that the AWS SDK knows, with its description."""
    import botocore.session  # only this function needs its data

    partitions: list[dict[str, Any]] = botocore.session.get_session().get_data("endpoints")["partitions"]
    return {
        region: str(entry["description"]) for partition in partitions for region, entry in partition["regions"].items()
    }


_FUNCTIONS: dict[str, tuple[Callable[[Aws, Props], Props], frozenset[str]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": (_caller_identity, frozenset()),
    "aws:index/getPartition:getPartition": (_partition, frozenset()),
    "aws:index/getRegion:getRegion": (_region, frozenset({"name", "region"})),
    "aws:s3/getBucket:getBucket": (_bucket, frozenset({"bucket", "region"})),
}
