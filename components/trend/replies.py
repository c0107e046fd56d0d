"""Reading what came back from a call to Trend: JSON, its models, and Trend's own words in an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import requests

from components.trend.errors import UnusableReply


class Reply(msgspec.Struct, frozen=True, rename="camel"):
    """A reply of Trend: fields in camelCase on the wire, unknown ones ignored, null as absent, numbers taken for ids.

    msgspec takes a fifth of pydantic's time to load, in each process that talks to Trend. Subclasses repeat
    `frozen=True` for the type checker, which does not see it inherited.
    """


def decoded(
    response: requests.Response, where: Mapping[str, Any], kind_of_reply: type[Any] | tuple[type[Any], ...]
) -> Any:
    """Return the JSON in a reply.

    Args:
        response: what came back.
        where: the call, as the fields of an error.
        kind_of_reply: what the JSON must be.

    Raises:
        UnusableReply: it holds none, or another kind.
    """
    if not response.content.strip():
        raise UnusableReply("empty response, expected JSON", **where)
    try:
        document = response.json()
    except requests.exceptions.JSONDecodeError:
        kind = response.headers.get("Content-Type", "text without a content type").partition(";")[0]
        description = "cut short or garbled, and not JSON" if "json" in kind else f"{kind}, not JSON"
        raise UnusableReply(f"the reply is {description}", **where) from None
    if not isinstance(document, kind_of_reply):
        raise UnusableReply("the reply is JSON, but not the object that belongs there", **where)
    return document


def tolerant(reply: Any) -> Any:
    """Return a reply without its nulls, and with texts for numbers: ids came as either."""
    if isinstance(reply, dict):
        return {name: tolerant(value) for name, value in reply.items() if value is not None}
    if isinstance(reply, list):
        return [tolerant(each) for each in reply]
    return str(reply) if isinstance(reply, int | float) and not isinstance(reply, bool) else reply


def trend_message(response: requests.Response) -> tuple[str, dict[str, str]]:
    """Return Trend's own words, from whichever of its three error bodies came, and its words on single fields."""
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        return response.reason or "no error message", {}
    nested = body.get("error")
    if isinstance(nested, dict):  # Vision One
        return f"{nested.get('code', '')} {nested.get('message', '')}".strip(), {}
    fields = body.get("fields")
    named = {str(name): str(reason) for name, reason in fields.items()} if isinstance(fields, dict) else {}
    return str(body.get("message") or response.reason or "no error message"), named
