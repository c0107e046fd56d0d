"""The simulator's own calls below `/_sandbox`, beside the gate's: what the tenant is, holds and does.

| call | does |
| --- | --- |
| GET, PUT state | everything the tenant holds; see `StateDump` |
| PUT tenant | play another tenant; what the last one held stays |
| PATCH behaviors | change some of the tenant's behaviors; see `Behaviors` |
| POST connectors, cloudaccounts, visiononeaccounts | make a link without any of the service's checks |
| PATCH, DELETE connectors/<id>, cloudaccounts/<id>, visiononeaccounts/<id> | change any of its fields, remove it |
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from flask import Response, request

from sandbox.gate.control import ControlSurface, json_object
from sandbox.gate.gate import Gate
from sandbox.trend.records import (
    CloudAccountRecord,
    ConnectorRecord,
    StateDump,
    VisionOneAccountRecord,
    now_milliseconds,
    now_text,
)
from sandbox.trend.simulation import Simulation
from sandbox.trend.tenant import Tenant


def control_surface(gate: Gate, simulation: Simulation) -> ControlSurface:
    """Return all control calls of a simulator."""

    def health() -> dict[str, Any]:
        return {"accountId": simulation.tenant.account_id, "region": simulation.tenant.region}

    surface = ControlSurface(gate, health, simulation.state.reset)
    hands = _Hands(simulation)
    surface.add("GET", "/state", hands.state)
    surface.add("PUT", "/state", hands.load_state)
    surface.add("PUT", "/tenant", hands.set_tenant)
    surface.add("PATCH", "/behaviors", hands.change_behaviors)
    surface.add("POST", "/connectors", hands.add_connector)
    surface.add("PATCH", "/connectors/<int:number>", hands.change_connector)
    surface.add("DELETE", "/connectors/<int:number>", hands.delete_connector)
    surface.add("POST", "/cloudaccounts", hands.add_cloud_account)
    surface.add("PATCH", "/cloudaccounts/<account>", hands.change_cloud_account)
    surface.add("DELETE", "/cloudaccounts/<account>", hands.delete_cloud_account)
    surface.add("POST", "/visiononeaccounts", hands.add_vision_one_account)
    surface.add("PATCH", "/visiononeaccounts/<account>", hands.change_vision_one_account)
    surface.add("DELETE", "/visiononeaccounts/<account>", hands.delete_vision_one_account)
    return surface


class _Hands:
    """What somebody does at Trend's console."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._state = simulation.state

    def state(self) -> Response:
        return Response(self._state.dump().to_json(), mimetype="application/json")

    def load_state(self) -> None:
        self._state.load(StateDump.model_validate(json_object()))

    def set_tenant(self) -> None:
        self._simulation.tenant = Tenant.from_json(request.get_data())

    def change_behaviors(self) -> None:
        tenant = dataclasses.asdict(self._simulation.tenant)
        tenant["behaviors"] |= json_object()
        self._simulation.tenant = Tenant.from_json(json.dumps(tenant, default=str))

    def add_connector(self) -> dict[str, Any]:
        with self._state.lock:
            defaults = {"ID": self._state.next_connector_id(), "lastSyncTime": now_milliseconds()}
            connector = ConnectorRecord.model_validate(defaults | json_object())
            self._state.connectors[connector.id] = connector
            return connector.wire()

    def change_connector(self, number: int) -> dict[str, Any]:
        with self._state.lock:
            changed = self._state.connectors[number].wire() | json_object() | {"ID": number}
            self._state.connectors[number] = ConnectorRecord.model_validate(changed)
            return changed

    def delete_connector(self, number: int) -> None:
        with self._state.lock:
            del self._state.connectors[number]

    def add_cloud_account(self) -> dict[str, Any]:
        now = now_text()
        account = CloudAccountRecord.model_validate({"created": now, "lastModified": now} | json_object())
        with self._state.lock:
            self._state.cloud_accounts[account.id] = account
            return account.wire()

    def change_cloud_account(self, account: str) -> dict[str, Any]:
        with self._state.lock:
            changed = self._state.cloud_accounts[account].wire() | {"lastModified": now_text()} | json_object()
            self._state.cloud_accounts[account] = CloudAccountRecord.model_validate(changed | {"id": account})
            return changed

    def delete_cloud_account(self, account: str) -> None:
        with self._state.lock:
            del self._state.cloud_accounts[account]

    def add_vision_one_account(self) -> dict[str, Any]:
        times = dict.fromkeys(("createdDateTime", "updatedDateTime", "lastSyncedDateTime"), now_text())
        account = VisionOneAccountRecord.model_validate(times | json_object())
        with self._state.lock:
            self._state.vision_one_accounts[account.id] = account
            return account.wire()

    def change_vision_one_account(self, account: str) -> dict[str, Any]:
        with self._state.lock:
            known = self._state.vision_one_accounts[account].wire() | {"updatedDateTime": now_text()}
            changed = VisionOneAccountRecord.model_validate(known | json_object() | {"id": account})
            self._state.vision_one_accounts[account] = changed
            return changed.wire()

    def delete_vision_one_account(self, account: str) -> None:
        with self._state.lock:
            del self._state.vision_one_accounts[account]
