"""The CloudTrail integration's backend: the parameters of the stack that forwards a trail's events."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import msgspec

from components.trend.errors import UnusableReply
from components.trend.replies import Reply
from components.trend.transport import Transport


class _Deployment(Reply, frozen=True):
    deployment_url: str = msgspec.field(name="deploymentURL")


@dataclass(frozen=True)
class StackParameters:
    """What Trend wants its CloudTrail stack to be deployed with.

    Attributes:
        template_url: where the stack's template is.
        service_token: the stack's credential at Trend; minted anew by each call, a secret.
        service_url: where the forwarder sends events.
        api_version: of that service.
        code_bucket: the bucket with the forwarder's code.
    """

    template_url: str
    service_token: str = field(repr=False)
    service_url: str
    api_version: str
    code_bucket: str


class CloudTrailClient:
    """Client of the CloudTrail integration in one region."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def mint_parameters(self, *, aws_account_id: str, aws_region: str) -> StackParameters:
        """Ask for the stack's parameters. Every call mints another token, and none can be read or taken back.

        Raises:
            UnusableReply: the console link in the reply lacks a parameter; the text names it, never its value.
        """
        body = {"providerAccountID": aws_account_id, "awsRegion": aws_region}
        reply = self._transport.call("POST", "/stacks", body=body)
        url = self._transport.parse(_Deployment, reply, "POST /stacks").deployment_url
        pairs = _pairs(url)

        def needed(name: str) -> str:
            value = pairs.get(name, "")
            if not value:
                raise UnusableReply(
                    f"the deploymentURL lacks its parameter {name}",
                    method="POST",
                    path="cloudtrail /stacks",
                    hint="Trend may have changed its API: look for a newer version of this program",
                )
            return value

        return StackParameters(
            template_url=needed("templateUrl"),
            service_token=needed("param_ServiceToken"),
            service_url=needed("param_ServiceURL"),
            api_version=needed("param_APIVersion"),
            code_bucket=needed("param_S3BucketName"),
        )


def _pairs(console_url: str) -> dict[str, str]:
    """Return the pairs of a quick-create console link, which stand in its fragment: `#/stacks/quickcreate?a=b&…`.

    Their order varies, and there may be more of them than are needed.
    """
    before_fragment, _, fragment = console_url.partition("#")
    query = fragment.partition("?")[2] or before_fragment.partition("?")[2]
    return dict(parse_qsl(query))
