"""The one place that talks HTTP to Trend."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from components.redaction import Redactor
from components.settings.endpoints import Service
from components.trend.errors import NoReply, NotFound, TrendError, UnusableReply, error_class
from components.trend.pacing import Pacing
from components.trend.replies import Reply, decoded, tolerant, trend_message
from components.trend.retries import ONCE, REPEATABLE, TOO_MANY
from components.trend.shared import asked_once

TIMEOUT = (5, 30)
"""Seconds to connect, and between two bytes of a reply."""

TRACE_HEADERS = ("x-trace-id", "x-request-id", "x-amzn-requestid")

Method = Literal["GET", "POST", "PATCH", "DELETE"]
ReplyT = TypeVar("ReplyT", bound="Reply")


class Transport:
    """Sends calls to one service, and turns what comes back into JSON or a `TrendError`.

    A session per thread keeps its connection alive; nothing else is shared between threads.

    Args:
        service: names the service in errors.
        base: its base URL, without a slash at the end.
        auth: adds the credentials to a request.
        headers: go with every call.
        redact: is applied to every text of Trend that ends in an error.
        hints: the next step after an error of a class, where the service has one of its own.
    """

    def __init__(
        self,
        service: Service,
        base: str,
        auth: AuthBase,
        headers: Mapping[str, str],
        redact: Redactor,
        hints: Mapping[type[TrendError], str] | None = None,
    ) -> None:
        self._service = service
        self._base = base
        self._auth = auth
        self._headers = dict(headers)
        self._redact = redact
        self._hints = dict(hints or {})
        self._threads = threading.local()

    def call(self, method: Method, path: str, *, lists: bool = False, **more: Any) -> Any:
        """Make one call and return the JSON object that came back; None for a DELETE without one.

        Args:
            method, path: of the call.
            lists: whether a JSON list may come back as well as an object.
            more: as `send` takes it.

        Raises:
            TrendError: of the class that fits, see `components.trend.errors`.
        """
        response = self.send(method, path, **more)
        if method == "DELETE" and not response.content.strip():
            return None
        return self.decode(response, more.get("display_path") or path, lists=lists)

    def send(
        self,
        method: Method,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        display_path: str = "",
    ) -> requests.Response:
        """Make one call and return what came back, whatever is in it.

        Args:
            method: the HTTP method.
            path: below the base URL, with a leading slash.
            body: sent as JSON.
            query: of the URL.
            headers: of this call.
            repeatable: whether the call may be sent again when its reply was lost; default: not for POST.
            display_path: the path as errors show it, where the real one holds something that they must not.

        Raises:
            TrendError: of the class that fits, see `components.trend.errors`.
        """
        session = self._session()
        adapter = session.get_adapter(self._base)
        assert isinstance(adapter, HTTPAdapter)
        Pacing.of_environment().wait()
        safe = method != "POST" if repeatable is None else repeatable
        adapter.max_retries = REPEATABLE if safe else ONCE
        where: dict[str, Any] = {"method": method, "path": f"{self._service.value} {display_path or path}"}
        try:
            response = session.request(
                method,
                self._base + path,
                json=body,
                params=query,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise NoReply(self._redact(_reason(error, self._base)), **where) from None
        if response.status_code >= 300:
            if response.status_code == TOO_MANY:  # after the last attempt, for the others
                Pacing.of_environment().ask_for(time.time() + REPEATABLE.asked_by(response))
            raise self._error(response, display_path or path)
        return response

    def decode(self, response: requests.Response, path: str, *, lists: bool = False) -> Any:
        """Return the JSON object in a reply.

        Args:
            response: what came back.
            path: of the call, as errors show it.
            lists: whether a JSON list will do as well.

        Raises:
            UnusableReply: there is none.
        """
        return decoded(response, self._where(response, path), (dict, list) if lists else dict)

    def get_of_tenant(self, path: str, *, display_path: str = "", lists: bool = False) -> Any:
        """GET what is the same for each AWS account of the tenant: once for all processes that share its replies."""
        return asked_once(self._base + path, lambda: self.call("GET", path, display_path=display_path, lists=lists))

    def get_or_none(self, path: str) -> Any | None:
        """GET an object; None when the service says that there is none (404, and nothing but 404)."""
        try:
            return self.call("GET", path)
        except NotFound:
            return None

    def parse(self, model: type[ReplyT], reply: Any, call: str) -> ReplyT:
        """Read a reply into its model.

        Args:
            model: what the reply must hold.
            reply: the decoded JSON.
            call: the call that brought it, for the error, for example `GET /awsconnectors`.

        Raises:
            UnusableReply: a field that is needed is missing or of another type.
        """
        try:
            return msgspec.convert(tolerant(reply), model, strict=False)
        except msgspec.ValidationError as error:  # its text has names, types and places, and nothing of the reply
            method, _, path = call.partition(" ")
            raise UnusableReply(
                f"the reply lacks what it must hold: {str(error)[0].lower()}{str(error)[1:]}",
                method=method,
                path=f"{self._service.value} {path}",
                hint="Trend may have changed its API: look for a newer version of this program",
            ) from None

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            # Given as `auth`, the credentials also keep requests from taking others out of a .netrc file.
            session.auth = self._auth
            session.headers.update(self._headers)
            # Plain http goes to this machine alone; a proxy of the environment would get the key in clear.
            session.trust_env = self._base.lower().startswith("https:")
            session.mount(self._base, HTTPAdapter(pool_connections=1, pool_maxsize=1))
        return session

    def _error(self, response: requests.Response, path: str) -> TrendError:
        message, fields = trend_message(response)
        redacted = {self._redact(name): self._redact(reason) for name, reason in fields.items()}
        kind = error_class(response.status_code)
        return kind(
            self._redact(message), fields=redacted, hint=self._hints.get(kind, ""), **self._where(response, path)
        )

    def _where(self, response: requests.Response, path: str) -> dict[str, Any]:
        trace_id = next((response.headers[name] for name in TRACE_HEADERS if name in response.headers), "")
        return {
            "method": response.request.method or "",
            "path": f"{self._service.value} {path}",
            "status": response.status_code,
            "trace_id": self._redact(trace_id),
        }


def _reason(error: requests.RequestException, base: str) -> str:
    """Say in a few words why no reply came; the libraries' own text is long and repeats the URL."""
    host = urllib3.util.parse_url(base).netloc
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy did not let the call to {host} through"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return f"{host} did not answer within {TIMEOUT[0]} s"
    # What urllib3 found stands in the exception of requests, after the last attempt inside one more.
    cause = error.args[0] if error.args else error
    cause = getattr(cause, "reason", cause)
    if isinstance(cause, urllib3.exceptions.SSLError):
        untrusted = any(isinstance(each, ssl.SSLCertVerificationError) for each in cause.args)
        return f"the certificate of {host} is not trusted here" if untrusted else f"{host} does not speak TLS properly"
    if isinstance(cause, urllib3.exceptions.ReadTimeoutError):
        return f"{host} took the call and did not answer within {TIMEOUT[1]} s"
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        return f"the name {host} could not be resolved"
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        why = cause.__cause__
        if isinstance(why, ConnectionRefusedError):
            return f"{host} refused the connection"
        return f"{host} cannot be reached ({getattr(why, 'strerror', None) or 'no connection'})"
    return f"the connection to {host} broke before the reply came"
