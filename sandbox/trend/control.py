"""The sandbox's own calls, under `/_sandbox`: look inside, set the scene, change things as if by hand.

No authorization: the simulator listens on the loopback address alone.
"""

from __future__ import annotations

import dataclasses
import json
import os

from flask import Blueprint, Response, jsonify, request
from pydantic import Field, ValidationError

from sandbox.trend.errors import Refusal
from sandbox.trend.faults import Fault
from sandbox.trend.records import CloudAccount, Connector, StateDump, now_milliseconds, now_text
from sandbox.trend.service import Body, no_content, read_body
from sandbox.trend.simulation import Simulation
from sandbox.trend.tenant import Tenant

PREFIX = "/_sandbox"


class Latency(Body):
    """Body of PUT /_sandbox/latency."""

    seconds: float = Field(ge=0, le=60)


class Control:
    """The views of the control surface."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def blueprint(self) -> Blueprint:
        """All control calls."""
        blueprint = Blueprint("control", __name__, url_prefix=PREFIX)
        for method, path, view in (
            ("GET", "/health", self.health),
            ("POST", "/reset", self.reset),
            ("GET", "/requests", self.requests),
            ("DELETE", "/requests", self.clear_requests),
            ("GET", "/state", self.state),
            ("PUT", "/state", self.load_state),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/faults/<int:number>", self.fault),
            ("DELETE", "/faults/<int:number>", self.remove_fault),
            ("PUT", "/latency", self.set_latency),
            ("PUT", "/tenant", self.set_tenant),
            ("PATCH", "/behaviours", self.change_behaviours),
            ("POST", "/connectors", self.add_connector),
            ("PATCH", "/connectors/<int:number>", self.change_connector),
            ("DELETE", "/connectors/<int:number>", self.delete_connector),
            ("POST", "/cloudaccounts", self.add_cloud_account),
            ("PATCH", "/cloudaccounts/<account_id>", self.change_cloud_account),
            ("DELETE", "/cloudaccounts/<account_id>", self.delete_cloud_account),
        ):
            blueprint.add_url_rule(path, f"{method} {path}", view, methods=[method])
        blueprint.register_error_handler(ValidationError, _on_invalid)
        return blueprint

    def health(self) -> dict[str, object]:
        """Who answers on this port."""
        tenant = self._simulation.tenant
        return {"status": "ok", "pid": os.getpid(), "accountId": tenant.account_id, "region": tenant.region}

    def reset(self) -> Response:
        """Back to the start."""
        self._simulation.reset()
        return no_content()

    def requests(self) -> Response:
        """The request log."""
        return jsonify([entry.model_dump(mode="json") for entry in self._simulation.requests.entries()])

    def clear_requests(self) -> Response:
        """Forget the requests so far."""
        self._simulation.requests.clear()
        return no_content()

    def state(self) -> Response:
        """Everything the tenant holds."""
        return Response(self._simulation.state.dump().to_json(), mimetype="application/json")

    def load_state(self) -> Response:
        """Put a dump in the place of everything the tenant holds."""
        self._simulation.state.load(read_body(StateDump))
        return no_content()

    def add_fault(self) -> dict[str, object]:
        """Put a fault in force."""
        return {"number": self._simulation.faults.add(read_body(Fault))}

    def fault(self, number: int) -> dict[str, object]:
        """How many calls a fault was asked about."""
        return {"seen": self._simulation.faults.seen(number)}

    def clear_faults(self) -> Response:
        """Lift all faults."""
        self._simulation.faults.clear()
        return no_content()

    def remove_fault(self, number: int) -> Response:
        """Lift one fault."""
        if not self._simulation.faults.remove(number):
            raise Refusal(404, f"There is no fault {number}")
        return no_content()

    def set_latency(self) -> Response:
        """Slow every service down."""
        self._simulation.latency = read_body(Latency).seconds
        return no_content()

    def set_tenant(self) -> Response:
        """Play another tenant; what the last one held stays."""
        self._simulation.tenant = Tenant.from_json(request.get_data())
        return no_content()

    def change_behaviours(self) -> Response:
        """Change some of the tenant's behaviours."""
        tenant = dataclasses.asdict(self._simulation.tenant)
        tenant["behaviours"] |= _json_object()
        self._simulation.tenant = Tenant.from_json(json.dumps(tenant, default=str))
        return no_content()

    def add_connector(self) -> dict[str, object]:
        """Make a connector without any of the service's checks."""
        state = self._simulation.state
        with state.lock:
            defaults = {"ID": state.next_connector_id(), "lastSyncTime": now_milliseconds()}
            connector = Connector.model_validate(defaults | _json_object())
            state.connectors[connector.id] = connector
        return connector.wire()

    def change_connector(self, number: int) -> dict[str, object]:
        """Change any field of a connector."""
        state = self._simulation.state
        with state.lock:
            known = state.connectors.get(number)
            if known is None:
                raise Refusal(404, f"There is no connector {number}")
            state.connectors[number] = Connector.model_validate(known.wire() | _json_object() | {"ID": number})
            return state.connectors[number].wire()

    def delete_connector(self, number: int) -> Response:
        """Remove a connector."""
        with self._simulation.state.lock:
            if self._simulation.state.connectors.pop(number, None) is None:
                raise Refusal(404, f"There is no connector {number}")
        return no_content()

    def add_cloud_account(self) -> dict[str, object]:
        """Register an account without any of the service's checks."""
        now = now_text()
        account = CloudAccount.model_validate({"created": now, "lastModified": now} | _json_object())
        with self._simulation.state.lock:
            self._simulation.state.cloud_accounts[account.id] = account
        return account.wire()

    def change_cloud_account(self, account_id: str) -> dict[str, object]:
        """Change any field of a cloud account."""
        state = self._simulation.state
        with state.lock:
            known = state.cloud_accounts.get(account_id)
            if known is None:
                raise Refusal(404, f"There is no cloud account {account_id}")
            changed = known.wire() | {"lastModified": now_text()} | _json_object() | {"id": account_id}
            state.cloud_accounts[account_id] = CloudAccount.model_validate(changed)
            return state.cloud_accounts[account_id].wire()

    def delete_cloud_account(self, account_id: str) -> Response:
        """Remove a cloud account."""
        with self._simulation.state.lock:
            if self._simulation.state.cloud_accounts.pop(account_id, None) is None:
                raise Refusal(404, f"There is no cloud account {account_id}")
        return no_content()


def _json_object() -> dict[str, object]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be a JSON object")
    return body


def _on_invalid(error: ValidationError) -> tuple[Response, int]:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    reasons = "; ".join(f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}" for detail in details)
    return jsonify({"message": reasons}), 400
