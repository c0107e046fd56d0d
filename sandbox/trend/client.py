"""A typed client of the simulator's control calls, for tests and for the sandbox's command line."""

from __future__ import annotations

import json
from typing import Any

from sandbox.gate.client import Control
from sandbox.trend.records import CloudAccountRecord, ConnectorRecord, StateDump, VisionOneAccountRecord
from sandbox.trend.tenant import Tenant


class SimulatorControl(Control):
    """Looks into a running simulator and sets its scene, changes things as if by hand included."""

    def state(self) -> StateDump:
        """Everything the tenant holds."""
        return StateDump.model_validate_json(self.call("GET", "state").content)

    def restore(self, state: StateDump) -> None:
        """Let the tenant hold what a dump says, and nothing else."""
        self.call("PUT", "state", state.wire())

    def set_tenant(self, tenant: Tenant) -> None:
        """Play another tenant. What the last one held stays, unless `reset` is called."""
        self.call("PUT", "tenant", json.loads(tenant.to_json()))

    def behave(self, **behaviors: Any) -> None:
        """Change some of the tenant's behaviors, by the names of `Behaviors`."""
        self.call("PATCH", "behaviors", behaviors)

    def add_connector(self, account_id: str, role_arn: str, **fields: Any) -> ConnectorRecord:
        """Make a connector by hand. Further fields by their wire names, such as `workspacesEnabled`."""
        body = {"displayName": "by hand", "accountId": account_id, "crossAccountRoleArn": role_arn} | fields
        return ConnectorRecord.model_validate_json(self.call("POST", "connectors", body).content)

    def change_connector(self, connector_id: int, **fields: Any) -> ConnectorRecord:
        """Change a connector by hand, fields by their wire names."""
        return ConnectorRecord.model_validate_json(self.call("PATCH", f"connectors/{connector_id}", fields).content)

    def delete_connector(self, connector_id: int) -> None:
        """Remove a connector by hand."""
        self.call("DELETE", f"connectors/{connector_id}")

    def add_cloud_account(self, account_id: str, role_arn: str, **fields: Any) -> CloudAccountRecord:
        """Register a cloud account by hand. Further fields by their wire names, such as `alias`."""
        body = {"id": account_id, "roleARN": role_arn} | fields
        return CloudAccountRecord.model_validate_json(self.call("POST", "cloudaccounts", body).content)

    def change_cloud_account(self, account_id: str, **fields: Any) -> CloudAccountRecord:
        """Change a cloud account by hand, fields by their wire names."""
        return CloudAccountRecord.model_validate_json(self.call("PATCH", f"cloudaccounts/{account_id}", fields).content)

    def delete_cloud_account(self, account_id: str) -> None:
        """Remove a cloud account by hand."""
        self.call("DELETE", f"cloudaccounts/{account_id}")

    def add_vision_one_account(self, account_id: str, role_arn: str, **fields: Any) -> VisionOneAccountRecord:
        """Register an account with Vision One by hand. Further fields by their wire names, such as `customTags`."""
        body = {"id": account_id, "roleArn": role_arn, "name": "by hand", "sources": ["console"]} | fields
        return VisionOneAccountRecord.model_validate_json(self.call("POST", "visiononeaccounts", body).content)

    def change_vision_one_account(self, account_id: str, **fields: Any) -> VisionOneAccountRecord:
        """Change an account of Vision One by hand, fields by their wire names; `features` may say what is missing."""
        changed = self.call("PATCH", f"visiononeaccounts/{account_id}", fields).content
        return VisionOneAccountRecord.model_validate_json(changed)

    def delete_vision_one_account(self, account_id: str) -> None:
        """Remove an account of Vision One by hand."""
        self.call("DELETE", f"visiononeaccounts/{account_id}")
