"""Workload Security: the tenant's external id and its AWS connectors."""

from __future__ import annotations

from pydantic import Field
from werkzeug.wrappers import Response

from sandbox.trend.cloud_one import CloudOneService
from sandbox.trend.connector_search import Search
from sandbox.trend.errors import ErrorReply, workload_body
from sandbox.trend.records import ROLE_ARN, ConnectorRecord, now_milliseconds
from sandbox.trend.role_trial import TriedRole
from sandbox.trend.service import Body, ServedCall, no_content, read_body

# What a synchronization finds. The real list holds the regions that are in use; its form is an assumption [I].
_SYNCED_REGIONS = ("us-east-1", "eu-central-1")


class NewConnector(Body):
    """Body of POST /awsconnectors."""

    display_name: str = Field(min_length=1)
    account_id: str = Field(pattern=r"^\d{12}$")
    cross_account_role_arn: str
    workspaces_enabled: bool = False


class ConnectorChanges(Body):
    """Body of POST /awsconnectors/{ID}: what is left out stays as it is. The account of a connector is fixed [I]."""

    display_name: str = Field(default="", min_length=1)
    cross_account_role_arn: str = ""
    workspaces_enabled: bool = False


class WorkloadService(CloudOneService):
    """The service's calls on the tenant's connectors."""

    name = "workload"

    def routes(self) -> tuple[ServedCall, ...]:
        """The service's calls."""
        return (
            ServedCall("GET", "/awsconnectorsettings", self.settings),
            ServedCall("GET", "/awsconnectors", self.list),
            ServedCall("POST", "/awsconnectors", self.create),
            ServedCall("POST", "/awsconnectors/search", self.search, reads=True),
            ServedCall("GET", "/awsconnectors/{ID}", self.read),
            ServedCall("POST", "/awsconnectors/{ID}", self.modify),
            ServedCall("DELETE", "/awsconnectors/{ID}", self.delete),
        )

    def error_body(self, refusal: ErrorReply) -> dict[str, object]:
        """`{"message"}` alone."""
        return workload_body(refusal)

    def settings(self) -> dict[str, object]:
        """The tenant's external id, unless an administrator hid it."""
        setting = self.tenant.behaviors.external_id
        if setting == "refused":
            raise ErrorReply(403, "Not authorized to view the AWS connector settings")
        return {"externalId": self.tenant.external_id if setting == "shown" else ""}

    def list(self) -> dict[str, object]:
        """All connectors. No paging is documented for this list."""
        return {"awsConnectors": [connector.wire() for connector in self.state.dump().connectors]}

    def search(self) -> dict[str, object]:
        """The connectors that meet the criteria of the body."""
        found = read_body(Search).find(self.state.dump().connectors)
        return {"awsConnectors": [connector.wire() for connector in found]}

    def create(self) -> dict[str, object]:
        """Connect an AWS account, once its role has passed the trial. Status 200, as nothing else is documented [I]."""
        body = read_body(NewConnector)
        self._refuse_duplicate(body.account_id)
        role = self._try_role(body.cross_account_role_arn, body.account_id)
        state = self.state
        with state.lock:
            self._refuse_duplicate(body.account_id)  # the trial took a while: another call may have been faster
            connector = ConnectorRecord(
                ID=state.next_connector_id(),
                account_alias=role.account_alias,
                last_sync_time=now_milliseconds(),
                synced_regions=_SYNCED_REGIONS,
                **body.model_dump(),
            )
            state.connectors[connector.id] = connector
        return connector.wire()

    def _refuse_duplicate(self, account_id: str) -> None:
        if self.state.connector_of(account_id):
            status = self.tenant.behaviors.duplicate_connector_status
            raise ErrorReply(status, f"An AWS connector for the account {account_id} already exists")

    def _try_role(self, role_arn: str, account_id: str) -> TriedRole:
        parts = ROLE_ARN.fullmatch(role_arn)
        if not parts or parts.group(1) != account_id:
            raise ErrorReply(400, "crossAccountRoleArn is not the ARN of a role in the account accountId")
        return self._simulation.try_role(role_arn, {"externalId": self.tenant.external_id})

    def read(self, connector_id: str) -> dict[str, object]:
        """One connector."""
        return self._known(connector_id).wire()

    def modify(self, connector_id: str) -> dict[str, object]:
        """Change what the body names. A new role is tried."""
        changes = read_body(ConnectorChanges).model_dump(exclude_unset=True)
        known = self._known(connector_id)
        if changes.get("cross_account_role_arn", known.cross_account_role_arn) != known.cross_account_role_arn:
            self._try_role(changes["cross_account_role_arn"], known.account_id)
        with self.state.lock:
            changed = self._known(connector_id).model_copy(update=changes)
            self.state.connectors[changed.id] = changed
        return changed.wire()

    def delete(self, connector_id: str) -> Response:
        """Disconnect an account; the reply has no body."""
        with self.state.lock:
            del self.state.connectors[self._known(connector_id).id]
        return no_content()

    def _known(self, connector_id: str) -> ConnectorRecord:
        with self.state.lock:
            number = int(connector_id) if connector_id.isdecimal() else 0
            connector = self.state.connectors.get(number)
        if connector is None:
            raise ErrorReply(404, "The AWS connector does not exist")
        return connector
