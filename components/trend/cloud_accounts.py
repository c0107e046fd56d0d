"""Cloud Account Management: the registration of an AWS account with Cloud One."""

from __future__ import annotations

from typing import Any

import pydantic

from components.trend.transport import Reply, Transport


class CloudAccount(Reply):
    """An AWS account that Cloud One knows.

    Attributes:
        id: the AWS account, twelve digits.
        role_arn: the role that Cloud One assumes through the OIDC provider.
        alias, description: as the console shows them.
        state: `managed` when all is well.
    """

    id: str
    role_arn: str = pydantic.Field("", alias="roleARN")
    alias: str = ""
    description: str = ""
    state: str = ""


class _Page(Reply):
    cloud_accounts: list[CloudAccount]
    next: str = ""


class CloudAccounts:
    """Client of Cloud Account Management in one region."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, aws_account_id: str) -> CloudAccount | None:
        """Return the registration of an AWS account; None when the list does not hold it.

        The list is documented, a GET of a single registration is only inferred: were there none, its 404 would look
        like a registration that is gone.
        """
        cursor = ""
        seen = {cursor}
        while True:
            query = {"cursor": cursor} if cursor else None
            reply = self._transport.call("GET", "/cloudaccounts/aws", query=query)
            page = self._transport.parse(_Page, reply, "GET /cloudaccounts/aws")
            for account in page.cloud_accounts:
                if account.id == aws_account_id:
                    return account
            cursor = page.next
            if cursor in seen:  # the last page, or a list that leads in circles
                return None
            seen.add(cursor)

    def create(self, *, role_arn: str, alias: str, description: str) -> CloudAccount:
        """Register the AWS account in which the role stands.

        Raises:
            NoReply: perhaps after it was made; look before asking again.
        """
        body = {"roleARN": role_arn, "alias": alias, "description": description}
        filled = {name: value for name, value in body.items() if value}
        reply = self._transport.call("POST", "/cloudaccounts/aws", body=filled)
        return self._parse(reply, "POST /cloudaccounts/aws")

    def delete(self, aws_account_id: str) -> None:
        """Take the registration back.

        Raises:
            NotFound: there is none.
        """
        self._transport.call("DELETE", f"/cloudaccounts/aws/{aws_account_id}")

    def _parse(self, reply: Any, call: str) -> CloudAccount:
        return self._transport.parse(CloudAccount, reply, call)
