"""Trend's CloudFormation templates: read from where the stacks take them, digested, looked over.

Nothing here knows Pulumi or changes anything.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from components.aws.clients import AwsClients
from components.aws.errors import AwsError, calling

# The day on which AWS stopped to maintain each runtime (source: AWS Lambda developer guide, runtimes; cfn-lint holds
# the same days, and a test compares).
RETIRED = {
    "dotnet6": "2024-12-20",
    "dotnet8": "2026-11-10",
    "dotnet9": "2026-11-10",
    "dotnetcore1.0": "2019-06-27",
    "dotnetcore2.0": "2019-05-30",
    "dotnetcore2.1": "2022-01-05",
    "dotnetcore3.1": "2023-04-03",
    "go1.x": "2024-01-08",
    "java8": "2024-01-08",
    "nodejs": "2016-08-30",
    "nodejs4.3": "2020-03-05",
    "nodejs4.3-edge": "2020-03-05",
    "nodejs6.10": "2019-08-12",
    "nodejs8.10": "2020-03-06",
    "nodejs10.x": "2021-07-30",
    "nodejs12.x": "2023-03-31",
    "nodejs14.x": "2023-12-04",
    "nodejs16.x": "2024-06-12",
    "nodejs18.x": "2025-09-01",
    "nodejs20.x": "2026-04-30",
    "nodejs22.x": "2027-04-30",
    "provided": "2024-01-08",
    "provided.al2": "2026-07-31",
    "python2.7": "2021-07-15",
    "python3.6": "2022-07-18",
    "python3.7": "2023-12-04",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "python3.10": "2026-10-31",
    "python3.11": "2027-06-30",
    "ruby2.5": "2021-07-30",
    "ruby2.7": "2023-12-07",
    "ruby3.2": "2026-03-31",
}

# The forms in which CloudFormation takes the address of an object in S3 (source: S3 user guide, virtual hosting).
_VIRTUAL_HOST = re.compile(r"(?P<bucket>.+)\.s3(?:[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?")
_PATH_HOST = re.compile(r"s3(?:[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?")


@dataclass(frozen=True)
class Template:
    """A template.

    Attributes:
        digest: of its text, `sha256:…`.
        document: its content, with short functions such as `!Sub` as the long ones.
    """

    digest: str
    document: Mapping[str, Any]

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """Its resources by name."""
        resources: Mapping[str, Mapping[str, Any]] = self.document["Resources"]
        return resources

    @property
    def transforms(self) -> list[str]:
        """The transforms that it names, for example `AWS::Serverless-2016-10-31`."""
        named = self.document.get("Transform", [])
        return [named] if isinstance(named, str) else [str(each) for each in named if isinstance(each, str)]

    def makes(self, resource_type: str) -> bool:
        """Whether it makes a resource of a type under whatever parameters."""
        return any(each.get("Type") == resource_type and "Condition" not in each for each in self.resources.values())

    def retired_runtimes(self, today: datetime.date) -> dict[str, str]:
        """Return the runtime of each Lambda function, by its name, that AWS does not maintain any more."""
        runtimes = {
            name: str(each.get("Properties", {}).get("Runtime", ""))
            for name, each in self.resources.items()
            if each.get("Type") in ("AWS::Lambda::Function", "AWS::Serverless::Function")
        }
        return {
            name: runtime for name, runtime in runtimes.items() if RETIRED.get(runtime, "9999") <= today.isoformat()
        }


def read_template(aws: AwsClients, url: str, region: str) -> Template:
    """Read a template with the credentials that CloudFormation reads it with.

    Args:
        aws: is asked.
        url: of an object in S3.
        region: where to ask, unless the address says.

    Raises:
        AwsError: it cannot be read, or is not a template.
    """
    bucket, key, where = object_of(url)
    with calling(f"reading template {url}", "s3:GetObject on it"):
        body: bytes = aws.client("s3", where or region).get_object(Bucket=bucket, Key=key)["Body"].read()
    return parse(url, body)


def parse(source: str, body: bytes) -> Template:
    """Read a template out of its text, YAML or JSON.

    Args:
        source: its address or file, for the error.
        body: the text.

    Raises:
        AwsError: it is not a template.
    """
    import yaml  # here, since a provider's process must start fast

    try:
        document = yaml.load(body, _loader())
        for resource in document["Resources"].values():
            _ = resource["Type"]
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(f"{type(error).__name__} {error}".split())
        raise AwsError(f"{source} is not a CloudFormation template ({reason})", "look at what is there") from None
    return Template("sha256:" + hashlib.sha256(body).hexdigest(), document)


@functools.cache
def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """YAML with CloudFormation's short functions."""

    def long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
        name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
        if isinstance(node, yaml.ScalarNode):
            return {name: loader.construct_scalar(node)}
        if isinstance(node, yaml.SequenceNode):
            return {name: loader.construct_sequence(node, deep=True)}
        if isinstance(node, yaml.MappingNode):
            return {name: loader.construct_mapping(node, deep=True)}
        raise yaml.YAMLError(f"!{suffix} has no value")

    Loader.add_multi_constructor("!", long_form)
    return Loader


def object_of(url: str) -> tuple[str, str, str]:
    """Return bucket, key and region of an address in S3; the region is empty where the address names none.

    Raises:
        AwsError: it is not an address in S3.
    """
    parts = urlsplit(url)
    host, path = parts.hostname or "", unquote(parts.path.lstrip("/"))
    if match := _PATH_HOST.fullmatch(host):
        bucket, _, path = path.partition("/")
        return bucket, path, match["region"] or ""
    if match := _VIRTUAL_HOST.fullmatch(host):
        return match["bucket"], path, match["region"] or ""
    raise AwsError(f"{url} is not an address in S3", "look at what is there")
