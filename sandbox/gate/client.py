"""A typed client of the gate's own calls, for tests and for the sandbox's command line."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from pydantic import TypeAdapter
from requests import RequestException, Response, Session

from sandbox.gate.call import PREFIX
from sandbox.gate.faults import Fault
from sandbox.gate.log import LoggedRequest

_REQUESTS: TypeAdapter[list[LoggedRequest]] = TypeAdapter(list[LoggedRequest])


class ControlError(Exception):
    """The sandbox refused a control call, or does not answer; the message says which and why."""


class Control:
    """Looks into one side of a running sandbox and sets its scene.

    Every method raises ControlError when it is refused or gets no answer. To be used from one thread.

    Args:
        url: base URL, without `/_sandbox`.
        timeout: seconds to wait for each reply.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._session = Session()
        self._session.trust_env = False  # a proxy of the environment has no business on the loopback address

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def health(self) -> dict[str, Any]:
        """`status`, `pid`, and who is played."""
        health: dict[str, Any] = self.call("GET", "health").json()
        return health

    def reset(self) -> None:
        """Back to the start: nothing made, nothing logged, no faults, no latency, no limit."""
        self.call("POST", "reset")

    def requests(
        self, service: str | None = None, action: str = "*", *, changing: bool | None = None
    ) -> list[LoggedRequest]:
        """The requests in order of arrival, narrowed down by service, action (a shell pattern) and kind."""
        return [
            entry
            for entry in _REQUESTS.validate_json(self.call("GET", "requests").content)
            if service in (None, entry.service)
            and fnmatchcase(entry.action, action)
            and changing in (None, entry.changing)
        ]

    def connections(self, service: str | None = None) -> int:
        """How many connections the logged requests came in on."""
        return len({entry.connection for entry in self.requests(service)})

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self.call("DELETE", "requests")

    def add_fault(self, fault: Fault) -> int:
        """Put a fault in force; returns its number."""
        return int(self.call("POST", "faults", fault.model_dump()).json()["number"])

    def fault_seen(self, number: int) -> int:
        """How many requests a fault was asked about, those that are under way included."""
        return int(self.call("GET", f"faults/{number}").json()["seen"])

    def clear_faults(self) -> None:
        """Lift all faults."""
        self.call("DELETE", "faults")

    def set_latency(self, seconds: float) -> None:
        """Slow every request down."""
        self.call("PUT", "latency", {"seconds": seconds})

    def limit_rate(self, calls: int, seconds: float) -> None:
        """Answer calls above so many in so many seconds with 429 and Retry-After."""
        self.call("PUT", "rate", {"calls": calls, "seconds": seconds})

    def call(self, method: str, path: str, body: Any = None) -> Response:
        """Make a control call, `path` below `/_sandbox`, and return its answer."""
        try:
            response = self._session.request(method, f"{self.url}{PREFIX}/{path}", json=body, timeout=self._timeout)
        except RequestException as error:
            raise ControlError(f"{method} {PREFIX}/{path}: no answer from {self.url}: {error}") from error
        if not response.ok:
            raise ControlError(f"{method} {PREFIX}/{path}: {response.status_code} {response.text}")
        return response
