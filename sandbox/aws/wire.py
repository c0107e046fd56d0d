"""Tell from an HTTP request which call of which AWS service it is.

Three wire forms are in use here: `query` (IAM, STS, CloudFormation: a form with an Action), `json` (CloudTrail, Secrets
Manager, Logs: a target header) and `rest` (S3, S3 Control, Lambda: method, path and query). The shapes of the last are
read from botocore's own service descriptions, so that no list of operations has to be kept here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader

from sandbox.aws.call import AwsCall

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
"""Request fields that name what a call is about, the most telling first. Names only: a value is never looked at."""

_QUERY_PROTOCOL = frozenset({"iam", "sts", "cloudformation", "sns", "sqs"})


def identify(environ: Mapping[str, Any], body: bytes) -> AwsCall:
    """Name the call that a WSGI request is.

    Args:
        environ: the request.
        body: its body; only names are read from it.
    """
    caller, region, service = _signature(environ)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return AwsCall(service, target.rpartition(".")[2], region, _resource_of(_json_fields(body)), "json", caller)
    if service in _QUERY_PROTOCOL:
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        return AwsCall(service, form.get("Action", "unknown"), region, _resource_of(form), "query", caller)
    path = unquote(environ.get("PATH_INFO", "/"))
    if service == "s3" and path.startswith("/v20180820/"):
        service = "s3control"
    action = _rest_action(service, environ, path)
    return AwsCall(service, action, region, path.strip("/"), "rest", caller)


def _signature(environ: Mapping[str, Any]) -> tuple[str, str, str]:
    """Read key id, region and service from the credential scope of the signature (version 4)."""
    signature = environ.get("HTTP_AUTHORIZATION", "") or unquote(environ.get("QUERY_STRING", ""))
    scope = re.search(r"Credential=([^/\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request", signature)
    return (scope.group(1), scope.group(2), scope.group(3).lower()) if scope else ("", "", "unknown")


def _json_fields(body: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _resource_of(fields: Mapping[str, Any]) -> str:
    return next((str(fields[name]) for name in RESOURCE_FIELDS if fields.get(name)), "")


@dataclass(frozen=True)
class _Operation:
    name: str
    method: str
    path: re.Pattern[str]
    query: frozenset[str]
    headers: frozenset[str]

    def fits(self, method: str, path: str, query: Iterable[str], environ: Mapping[str, Any]) -> bool:
        return (
            self.method == method
            and self.path.fullmatch(path) is not None
            and self.query.issubset(query)
            and all(header in environ for header in self.headers)
        )


def _rest_action(service: str, environ: Mapping[str, Any], path: str) -> str:
    """Name the operation that fits best: the one that asks for most of what the request carries."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    method = environ.get("REQUEST_METHOD", "GET")
    fitting = [operation for operation in _operations(service) if operation.fits(method, path, query, environ)]
    best = max(fitting, key=lambda operation: len(operation.query) + len(operation.headers), default=None)
    return best.name if best else "unknown"


@lru_cache
def _operations(service: str) -> tuple[_Operation, ...]:
    """Read the operations of a REST service; none for one that botocore does not know."""
    loader = Loader()
    if service not in loader.list_available_services("service-2"):
        return ()
    model = loader.load_service_model(service, "service-2")
    current = {name: what for name, what in model["operations"].items() if not what.get("deprecated")}
    return tuple(_operation(model, name, described) for name, described in current.items())


def _operation(model: Mapping[str, Any], name: str, described: Mapping[str, Any]) -> _Operation:
    path, _, query = described["http"]["requestUri"].partition("?")
    pattern = re.sub(r"\\\{[^}]*?\\\+\\\}", ".+", re.escape(path))
    pattern = re.sub(r"\\\{[^}]*?\\\}", "[^/]+", pattern) + "/?"
    required_query, required_headers = set(parse_qs(query, keep_blank_values=True)), set()
    shape = model["shapes"].get(described.get("input", {}).get("shape"), {})
    for member in shape.get("required", ()):
        place = shape["members"][member]
        if place.get("location") == "querystring":
            required_query.add(place["locationName"])
        elif place.get("location") == "header":
            required_headers.add("HTTP_" + place["locationName"].upper().replace("-", "_"))
    wire_headers = frozenset(required_headers - {"HTTP_X_AMZ_ACCOUNT_ID"})  # S3 Control: may be in the host instead
    return _Operation(name, described["http"]["method"], re.compile(pattern), frozenset(required_query), wire_headers)
