"""A typed client of the control surface of `sandbox.aws`, for tests and for the sandbox's command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from requests import RequestException, Response, Session

from sandbox.aws.faults import Fault


class AwsControlError(Exception):
    """The AWS side of the sandbox refused a control call, or does not answer."""


@dataclass(frozen=True)
class AwsRequest:
    """A call that was made: names and the answer's status (0: the connection was closed without an answer)."""

    time: float
    caller: str
    service: str
    action: str
    region: str
    resource: str
    status: int
    changing: bool


@dataclass(frozen=True)
class Asked:
    """What a caller with a policy asked for, and whether it was allowed.

    Attributes:
        context: the condition keys' values.
        doing: what CloudFormation did with the caller's rights; empty where the caller asked itself.
    """

    caller: str
    action: str
    resource: str
    context: dict[str, list[str]]
    allowed: bool
    doing: str


class AwsControl:
    """Looks into a running `sandbox.aws` and sets its scene.

    Every method raises AwsControlError when it is refused or gets no answer. To be used from one thread.

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

    def reset(self) -> None:
        """Back to the freshly seeded state, without requests and faults."""
        self._call("POST", "reset")

    def requests(
        self, service: str | None = None, action: str | None = None, *, changing: bool | None = None
    ) -> list[AwsRequest]:
        """The calls in order of arrival, narrowed down by service, action and kind."""
        entries = [AwsRequest(**entry) for entry in self._call("GET", "requests").json()]
        return [
            entry
            for entry in entries
            if service in (None, entry.service)
            and action in (None, entry.action)
            and changing in (None, entry.changing)
        ]

    def clear_requests(self) -> None:
        """Forget the calls so far."""
        self._call("DELETE", "requests")

    def add_fault(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._call("POST", "faults", asdict(fault))

    def faults_seen(self) -> list[int]:
        """How many calls each fault in force was asked about, those that are under way included."""
        return [int(each["seen"]) for each in self._call("GET", "faults").json()]

    def clear_faults(self) -> None:
        """Lift all faults."""
        self._call("DELETE", "faults")

    def enforce(self, caller: str, document: Mapping[str, Any]) -> None:
        """Let whoever signs with this access key id do what a policy allows, and nothing else."""
        self._call("PUT", "policies", {"caller": caller, "document": document})

    def clear_policies(self) -> None:
        """Let everybody do everything again, and forget what was asked."""
        self._call("DELETE", "policies")

    def asked(self) -> list[Asked]:
        """What callers with a policy asked for, in order."""
        return [Asked(**entry) for entry in self._call("GET", "asks").json()]

    def _call(self, method: str, path: str, body: Any = None) -> Response:
        try:
            response = self._session.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=self._timeout)
        except RequestException as error:
            raise AwsControlError(f"{method} /_sandbox/{path}: no answer from {self.url}: {error}") from error
        if not response.ok:
            raise AwsControlError(f"{method} /_sandbox/{path}: {response.status_code} {response.text}")
        return response
