"""What can go wrong with a call to Trend: one tree, with what an operator needs as fields."""

from __future__ import annotations

from collections.abc import Mapping

from components.settings.credentials import HOW_TO_SET


class TrendError(Exception):
    """A call to one of Trend's services failed, or what it answered cannot be used.

    Attributes:
        message: what happened, in Trend's words where there are any.
        hint: the one next step that fits.
        method, path: the call, for example `POST` and `workload /awsconnectors`; empty before any call.
        status: HTTP status; 0 when there was no reply.
        fields: what Trend said about single fields of the request.
        trace_id: Trend's id of the call, for a support case; empty when it gave none.
    """

    hint = "try again; if it stays, open a case with Trend and give it the trace id"

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        status: int = 0,
        fields: Mapping[str, str] | None = None,
        trace_id: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.method = method
        self.path = path
        self.status = status
        self.fields = dict(fields or {})
        self.trace_id = trace_id
        self.hint = hint or self.hint

    def __str__(self) -> str:
        """Return the whole error in one line: the call, the answer, Trend's words, the next step."""
        call = f"{self.method} {self.path}: " if self.method else ""
        status = f"HTTP {self.status}: " if self.status else ""
        details = [f"{field}: {reason}" for field, reason in self.fields.items()]
        if self.trace_id:
            details.append(f"trace id {self.trace_id}")
        more = f" ({', '.join(details)})" if details else ""
        # Trend's words may come in several lines.
        return " ".join(f"{call}{status}{self.message}{more}; {self.hint}".split())


class CredentialsError(TrendError):
    """There is no API key or enrollment token, or it does not have the form of one."""

    hint = HOW_TO_SET


class WrongAccount(TrendError):
    """The API key belongs to another Cloud One account than the links of this stack."""

    hint = "use a key of the stack's own account, or another stack (`pulumi stack init`) for the other account"


OTHER_TENANT = "use a key of the stack's own tenant, or another stack (`pulumi stack init`) for the other one"
"""The same where the tenant is Vision One's."""


class EndpointRefused(TrendError):
    """Nothing was sent, since the API key would travel in clear, or to a host that is not Trend's and not confirmed."""

    hint = "correct the `endpoints` setting or TREND_ENDPOINT_URL; without them the calls go to Trend's own addresses"


class NoReply(TrendError):
    """No reply came: no network, no such host, a refused or broken connection, a time-out.

    The call may have been carried out all the same; whoever made it looks before repeating it.
    """

    hint = "check the network, the proxy and the `endpoints` setting, then run the command again"


class UnusableReply(TrendError):
    """The reply is not what the service promises: HTML, nothing, no JSON, or JSON without a needed field."""

    hint = "a proxy or sign-in page may have answered in Trend's place; check the `endpoints` setting and the proxy"


class BadRequest(TrendError):
    """400, or another 4xx without a class of its own: the service does not accept what was sent."""

    hint = "compare the settings with the message; `pulumi config` shows them"


class Unauthenticated(TrendError):
    """401: the service does not know the key."""

    hint = "the API key is unknown or was deleted: create a new one in Cloud One, Administration > API Keys"


class Forbidden(TrendError):
    """403: the key is known and may not do this, or it is locked or expired."""

    hint = "give the API key a role that may do this (Full Access), and check that it is neither disabled nor expired"


class NotFound(TrendError):
    """404: the object does not exist. The only answer that means "gone"."""

    hint = "the object is gone: `pulumi up --refresh` recreates it"


class Conflict(TrendError):
    """409: an object of this name or account exists already."""

    hint = "it is not managed by this stack: set `adopt` to true to adopt it, or remove it first"


class Outdated(TrendError):
    """412: somebody changed the object since it was read."""

    hint = "somebody changes it at this moment: run the command again"


class RateLimited(TrendError):
    """429, after the client waited and asked again as often as it may."""

    hint = "Trend limits the calls of this tenant: wait a few minutes and run the command again"


class ServiceFailed(TrendError):
    """5xx, after the client waited and asked again as often as it may."""

    hint = "Trend has a fault or maintenance: look at https://status.trendmicro.com and run the command again later"


_BY_STATUS: dict[int, type[TrendError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Outdated,
    429: RateLimited,
}


def error_class(status: int) -> type[TrendError]:
    """Return the exception that stands for an HTTP status of 300 and above."""
    if status < 400:
        return UnusableReply  # a redirect: none of these services answers with one
    return _BY_STATUS.get(status, ServiceFailed if status >= 500 else BadRequest)
