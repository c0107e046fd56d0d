"""Refusals, and the three ways in which Trend's services write them down."""

from __future__ import annotations

from collections.abc import Mapping

_VISION_ONE_CODES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "AccessDenied",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


class ErrorReply(Exception):
    """A call is answered with an error.

    Attributes:
        status: HTTP status.
        message: what is wrong, without any value that could be a secret.
        fields: reason by field name, shown by Cloud One's services alone.
    """

    def __init__(self, status: int, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.fields = dict(fields or {})


def cloud_one_body(refusal: ErrorReply) -> dict[str, object]:
    """`{"message", "fields"}`; `fields` only where there are some."""
    body: dict[str, object] = {"message": refusal.message}
    if refusal.fields:
        body["fields"] = refusal.fields
    return body


def workload_body(refusal: ErrorReply) -> dict[str, object]:
    """`{"message"}`: Workload Security names no fields, so their reasons go into the message."""
    if refusal.status == 401:
        return {"message": "Invalid API Key"}
    reasons = "; ".join(f"{field}: {reason}" for field, reason in refusal.fields.items())
    return {"message": f"{refusal.message}: {reasons}" if reasons else refusal.message}


def vision_one_body(refusal: ErrorReply) -> dict[str, object]:
    """`{"error": {"code", "message"}}`; the codes follow the status [I]."""
    reasons = "; ".join(f"{field}: {reason}" for field, reason in refusal.fields.items())
    message = f"{refusal.message}: {reasons}" if reasons else refusal.message
    return {"error": {"code": _VISION_ONE_CODES.get(refusal.status, f"Http{refusal.status}"), "message": message}}
