"""Workload Security: the connector, its link to an AWS account."""

from __future__ import annotations

from typing import Any

import msgspec

from components.trend.replies import Reply
from components.trend.transport import Transport


class ConnectorReply(Reply, frozen=True):
    """A link between an AWS account and Workload Security.

    Attributes:
        id: Trend's number of it, as text.
        account_id: the AWS account, twelve digits.
        display_name: its name in the console.
        cross_account_role_arn: the role that Trend assumes; empty where the link uses access keys instead.
        workspaces_enabled: whether it lists WorkSpaces too.
    """

    id: str = msgspec.field(name="ID")
    account_id: str = ""
    display_name: str = ""
    cross_account_role_arn: str = ""
    workspaces_enabled: bool = False


class _Connectors(Reply, frozen=True):
    aws_connectors: list[ConnectorReply]


class _Settings(Reply, frozen=True):
    external_id: str = ""


class WorkloadClient:
    """Client of Workload Security in one region."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def external_id(self) -> str:
        """Return the tenant's external id; empty where an administrator hid it."""
        reply = self._transport.get_of_tenant("/awsconnectorsettings")
        return self._transport.parse(_Settings, reply, "GET /awsconnectorsettings").external_id

    def find_connectors(self, aws_account_id: str) -> list[ConnectorReply]:
        """Return the connectors of exactly this AWS account: none, or one."""
        criterion = {
            "fieldName": "accountId",
            "stringTest": "equal",
            "stringValue": aws_account_id,
            "stringWildcards": False,  # they are on by default
        }
        reply = self._transport.call(
            "POST", "/awsconnectors/search", body={"maxItems": 10, "searchCriteria": [criterion]}, repeatable=True
        )
        found = self._transport.parse(_Connectors, reply, "POST /awsconnectors/search").aws_connectors
        return [connector for connector in found if connector.account_id == aws_account_id]

    def get_connector(self, connector_id: str) -> ConnectorReply | None:
        """Return a connector; None when it is gone."""
        reply = self._transport.get_or_none(f"/awsconnectors/{connector_id}")
        return None if reply is None else self._parse(reply, "GET /awsconnectors/{ID}")

    def create_connector(self, *, account_id: str, display_name: str, role_arn: str) -> ConnectorReply:
        """Link an AWS account. The service tries the role, which may not have spread yet right after its making.

        Raises:
            NoReply: perhaps after it was made; look before asking again.
        """
        body = {"displayName": display_name, "accountId": account_id, "crossAccountRoleArn": role_arn}
        return self._parse(self._transport.call("POST", "/awsconnectors", body=body), "POST /awsconnectors")

    def modify_connector(self, connector_id: str, *, display_name: str, role_arn: str) -> ConnectorReply:
        """Set a connector's name and role; what is not named stays. Setting the same twice does no harm."""
        body: dict[str, Any] = {"displayName": display_name, "crossAccountRoleArn": role_arn}
        reply = self._transport.call("POST", f"/awsconnectors/{connector_id}", body=body, repeatable=True)
        return self._parse(reply, "POST /awsconnectors/{ID}")

    def delete_connector(self, connector_id: str) -> None:
        """Unlink an AWS account.

        Raises:
            NotFound: there is no such connector.
        """
        self._transport.call("DELETE", f"/awsconnectors/{connector_id}")

    def _parse(self, reply: Any, call: str) -> ConnectorReply:
        return self._transport.parse(ConnectorReply, reply, call)
