"""A typed client of the control calls, for tests and for the sandbox's command line."""

from __future__ import annotations

from typing import Any

import requests
from pydantic import TypeAdapter

from sandbox.trend.faults import Fault
from sandbox.trend.records import CloudAccount, Connector, StateDump
from sandbox.trend.request_log import LoggedRequest
from sandbox.trend.tenant import Tenant

_REQUESTS: TypeAdapter[list[LoggedRequest]] = TypeAdapter(list[LoggedRequest])


class SimulatorError(Exception):
    """The simulator refused a control call, or does not answer; the message says which and why."""


class SimulatorControl:
    """Looks into a running simulator and sets its scene.

    Every method raises SimulatorError when the simulator refuses or does not answer. To be used from one thread.

    Args:
        url: base URL of the simulator, without `/_sandbox`.
        timeout: seconds to wait for each reply.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the environment has no business on the loopback address

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _call(self, method: str, path: str, *, json: Any = None, text: str | None = None) -> requests.Response:
        try:
            response = self._session.request(
                method,
                f"{self.url}/_sandbox/{path}",
                json=json,
                data=text.encode() if text is not None else None,
                headers={"Content-Type": "application/json"},
                timeout=self._timeout,
            )
        except requests.RequestException as error:
            raise SimulatorError(f"{method} /_sandbox/{path}: no answer from {self.url}: {error}") from error
        if not response.ok:
            raise SimulatorError(f"{method} /_sandbox/{path}: {response.status_code} {response.text}")
        return response

    def health(self) -> dict[str, Any]:
        """`status`, `pid`, and the tenant's `accountId` and `region`."""
        health: dict[str, Any] = self._call("GET", "health").json()
        return health

    def reset(self) -> None:
        """Back to the start: nothing linked, nothing logged, no faults, no latency."""
        self._call("POST", "reset")

    def requests(
        self,
        service: str | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
        changing: bool | None = None,
    ) -> list[LoggedRequest]:
        """The logged calls in order of arrival, narrowed down by service, method, path template and kind."""
        entries = _REQUESTS.validate_json(self._call("GET", "requests").content)
        return [
            entry
            for entry in entries
            if service in (None, entry.service)
            and method in (None, entry.method)
            and path in (None, entry.path)
            and changing in (None, entry.changing)
        ]

    def connections(self, service: str | None = None) -> int:
        """How many connections the logged calls came in on."""
        return len({entry.connection for entry in self.requests(service)})

    def clear_requests(self) -> None:
        """Forget the calls logged so far."""
        self._call("DELETE", "requests")

    def state(self) -> StateDump:
        """Everything the tenant holds."""
        return StateDump.model_validate_json(self._call("GET", "state").content)

    def restore(self, state: StateDump) -> None:
        """Let the tenant hold what a dump says, and nothing else."""
        self._call("PUT", "state", text=state.to_json())

    def add_fault(self, fault: Fault) -> int:
        """Put a fault in force; returns its number."""
        return int(self._call("POST", "faults", text=fault.model_dump_json()).json()["number"])

    def fault_seen(self, number: int) -> int:
        """How many calls a fault was asked about, those that are under way included."""
        return int(self._call("GET", f"faults/{number}").json()["seen"])

    def remove_fault(self, number: int) -> None:
        """Lift one fault."""
        self._call("DELETE", f"faults/{number}")

    def clear_faults(self) -> None:
        """Lift all faults."""
        self._call("DELETE", "faults")

    def set_latency(self, seconds: float) -> None:
        """Slow every call of every service down."""
        self._call("PUT", "latency", json={"seconds": seconds})

    def set_tenant(self, tenant: Tenant) -> None:
        """Play another tenant. What the last one held stays, unless `reset` is called."""
        self._call("PUT", "tenant", text=tenant.to_json())

    def behave(self, **behaviours: Any) -> None:
        """Change some of the tenant's behaviours, by the names of `Behaviours`."""
        self._call("PATCH", "behaviours", json=behaviours)

    def add_connector(self, account_id: str, role_arn: str, **fields: Any) -> Connector:
        """Make a connector by hand. Further fields by their wire names, such as `workspacesEnabled`."""
        body = {"displayName": "by hand", "accountId": account_id, "crossAccountRoleArn": role_arn} | fields
        return Connector.model_validate_json(self._call("POST", "connectors", json=body).content)

    def change_connector(self, connector_id: int, **fields: Any) -> Connector:
        """Change a connector by hand, fields by their wire names."""
        return Connector.model_validate_json(self._call("PATCH", f"connectors/{connector_id}", json=fields).content)

    def delete_connector(self, connector_id: int) -> None:
        """Remove a connector by hand."""
        self._call("DELETE", f"connectors/{connector_id}")

    def add_cloud_account(self, account_id: str, role_arn: str, **fields: Any) -> CloudAccount:
        """Register a cloud account by hand. Further fields by their wire names, such as `alias`."""
        body = {"id": account_id, "roleARN": role_arn} | fields
        return CloudAccount.model_validate_json(self._call("POST", "cloudaccounts", json=body).content)

    def change_cloud_account(self, account_id: str, **fields: Any) -> CloudAccount:
        """Change a cloud account by hand, fields by their wire names."""
        return CloudAccount.model_validate_json(self._call("PATCH", f"cloudaccounts/{account_id}", json=fields).content)

    def delete_cloud_account(self, account_id: str) -> None:
        """Remove a cloud account by hand."""
        self._call("DELETE", f"cloudaccounts/{account_id}")
