"""Tell from an HTTP request which call of which AWS service it is, with moto's own router and parser.

They read botocore's service descriptions, so that no list of operations has to be kept here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import UnknownServiceError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from sandbox.aws.identity import NOBODY, Identity
from sandbox.gate.call import Call, Environ

READING_VERBS = ("Get", "List", "Describe", "Head", "Lookup", "Validate", "Simulate", "Estimate", "Assume", "Decode")
"""First words of the calls that change nothing; any other call counts as changing."""

RESOURCE_FIELDS = (
    "RoleName",
    "OpenIDConnectProviderArn",
    "PolicyArn",
    "UserName",
    "StackName",
    "TrailName",
    "ResourceId",
    "SecretId",
    "FunctionName",
    "logGroupName",
    "Name",
    "Url",
)
"""Request fields that name what a call is about, the most telling first."""


@dataclass(frozen=True)
class AwsCall(Call):
    """A call to AWS.

    Attributes:
        region: the region it is signed for.
        protocol: wire form of the service, as botocore calls it: `query`, `json`, `rest-xml`, `rest-json`.
        parameters: all values that it carries, by botocore's names.
        identity: who makes it, as the world knows by the caller.
    """

    region: str = ""
    protocol: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    identity: Identity = NOBODY


def identify(environ: Environ) -> AwsCall:
    """Name the call that a WSGI request is; one that nobody signed, or that no service knows, is `unknown`."""
    caller, region, service = _signature(environ)
    request = Request(environ, populate_request=False)
    if service == "s3" and request.path.startswith("/v20180820/"):
        service = "s3control"
    try:
        operation, labels = get_service_router(service).match(request)
        protocol = determine_request_protocol(get_service_model(service), request.content_type)
    except (UnknownServiceError, NotFound, NotImplementedError):
        return AwsCall(service, "unknown", True, caller=caller, region=region)
    parameters = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": labels,
        }
    )
    named = (str(parameters[name]) for name in RESOURCE_FIELDS if parameters.get(name))
    resource = request.path.strip("/") if protocol.startswith("rest-") else next(named, "")
    changing = not operation.name.startswith(READING_VERBS)
    return AwsCall(
        service, operation.name, changing, resource, caller, region=region, protocol=protocol, parameters=parameters
    )


def _signature(environ: Environ) -> tuple[str, str, str]:
    """Read key id, region and service from the credential scope of the signature (version 4)."""
    signature = environ.get("HTTP_AUTHORIZATION", "") or unquote(environ.get("QUERY_STRING", ""))
    scope = re.search(r"Credential=([^/\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request", signature)
    return (scope.group(1), scope.group(2), scope.group(3).lower()) if scope else ("", "", "unknown")
