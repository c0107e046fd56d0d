"""Cloud Account Management: the registration of an AWS account with Cloud One."""

from __future__ import annotations

import threading
import time
from typing import Any

import msgspec

from components.trend.errors import BadRequest, Forbidden, NotFound
from components.trend.replies import Reply
from components.trend.transport import Method, Transport

PAGE = {"limit": "100"}
"""How many registrations are asked for at once. `limit` is documented, how much it may be is not: where a page of this
size is refused, its size is left to the service."""

REMEMBERED = 30.0
"""Seconds that the answer of the list is believed. Somebody else may register the account meanwhile."""


class CloudAccountReply(Reply, frozen=True):
    """An AWS account that Cloud One knows.

    Attributes:
        id: the AWS account, twelve digits.
        role_arn: the role that Cloud One assumes through the OIDC provider.
        alias, description: as the console shows them.
        state: `managed` when all is well.
    """

    id: str
    role_arn: str = msgspec.field(default="", name="roleARN")
    alias: str = ""
    description: str = ""
    state: str = ""


class PageReply(Reply, frozen=True):
    """A page of the list; `next` is empty on the last one."""

    cloud_accounts: list[CloudAccountReply]
    next: str = ""


class CloudAccountsClient:
    """Client of Cloud Account Management in one region; one serves all threads of a process.

    A registration can be looked up in the list, page by page, which is documented, or by a GET of its own, which is
    inferred: DELETE has that path. A gateway that does not know the GET answers 404, as if the registration were gone,
    or 403 or 405. So these count only after the GET has found a registration in this process; until then the list
    decides. Where there is no such GET, a process makes one call in vain and reads the list.

    What the list said is remembered for REMEMBERED seconds. It is forgotten at once when a call of ours changes a
    registration, whatever becomes of that call, and when any call fails.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self._remembered: dict[str, tuple[float, CloudAccountReply | None]] = {}
        self._forgotten = 0
        self._cursors: dict[str, str] = {}  # of the page that last held a registration
        self._get_exists: bool | None = None  # None until it shows
        self._size = PAGE

    def get(self, aws_account_id: str) -> CloudAccountReply | None:
        """Return a registration that is expected to exist; None when it does not."""
        if self._get_exists is not False:
            account = self._get(aws_account_id)
            if account is not None or self._get_exists:
                return account
        account = self._from_list(aws_account_id)
        if account is not None:
            self._get_exists = False
        return account

    def find(self, aws_account_id: str) -> CloudAccountReply | None:
        """Return the registration of an AWS account that is not expected to have one; None when it has none.

        The list comes first: in a tenant of a single page no other call is needed. Where there are more pages, a GET of
        a registration that the first one holds shows whether there is such a call, which then replaces all other pages.
        """
        if self._get_exists:
            return self._get(aws_account_id)
        return self._from_list(aws_account_id, try_get=self._get_exists is None)

    def still_exists(self, aws_account_id: str) -> bool:
        """Whether a registration is there after its removal was confirmed; of a list, the page that held it tells."""
        if self._get_exists is False and aws_account_id in self._cursors:
            page = self._page(self._cursors[aws_account_id])
            return any(account.id == aws_account_id for account in page.cloud_accounts)
        return self.get(aws_account_id) is not None

    def create(self, *, role_arn: str, alias: str, description: str) -> CloudAccountReply:
        """Register the AWS account of the role.

        Raises:
            NoReply: perhaps after the account was registered; look before asking again.
        """
        body = {"roleARN": role_arn, "alias": alias, "description": description}
        filled = {name: value for name, value in body.items() if value}
        reply = self._call("POST", "/cloudaccounts/aws", body=filled)
        return self._transport.parse(CloudAccountReply, reply, "POST /cloudaccounts/aws")

    def delete(self, aws_account_id: str) -> None:
        """Remove the registration.

        Raises:
            NotFound: there is none.
        """
        self._call("DELETE", f"/cloudaccounts/aws/{aws_account_id}")

    def _get(self, aws_account_id: str) -> CloudAccountReply | None:
        try:
            reply = self._transport.call("GET", f"/cloudaccounts/aws/{aws_account_id}")
        except NotFound:
            return None
        except (Forbidden, BadRequest):
            if self._get_exists:
                raise
            return None
        account = self._transport.parse(CloudAccountReply, reply, "GET /cloudaccounts/aws/{id}")
        self._get_exists = True
        return account

    def _from_list(self, aws_account_id: str, *, try_get: bool = False) -> CloudAccountReply | None:
        with self._lock:
            until, account = self._remembered.get(aws_account_id, (0.0, None))
            forgotten = self._forgotten
        if time.monotonic() < until:
            return account
        account = self._search(aws_account_id, try_get=try_get)
        with self._lock:
            if forgotten == self._forgotten:  # else something changed while the pages were read
                self._remembered[aws_account_id] = (time.monotonic() + REMEMBERED, account)
        return account

    def _search(self, aws_account_id: str, *, try_get: bool) -> CloudAccountReply | None:
        cursor, seen = "", set[str]()
        while cursor not in seen:  # the last page has no cursor, and a list may lead in circles
            seen.add(cursor)
            page = self._page(cursor)
            for account in page.cloud_accounts:
                if account.id == aws_account_id:
                    self._cursors[aws_account_id] = cursor
                    return account
            if try_get and page.next and page.cloud_accounts:
                try_get = False
                self._get_exists = self._get(page.cloud_accounts[0].id) is not None
                if self._get_exists:
                    return self._get(aws_account_id)
            cursor = page.next
        return None

    def _page(self, cursor: str) -> PageReply:
        query = {**self._size, **({"cursor": cursor} if cursor else {})}
        try:
            reply = self._call("GET", "/cloudaccounts/aws", query=query)
        except BadRequest:
            if not self._size:
                raise
            self._size = {}
            return self._page(cursor)
        return self._transport.parse(PageReply, reply, "GET /cloudaccounts/aws")

    def _call(self, method: Method, path: str, **more: Any) -> Any:
        """Make a call, and forget what the list said if it changes a registration or fails."""
        forget = True
        try:
            reply = self._transport.call(method, path, **more)
            forget = method != "GET"
            return reply
        finally:
            if forget:
                with self._lock:
                    self._remembered.clear()
                    self._forgotten += 1
