"""Cloud One accounts service: which account and region an API key belongs to."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from components.settings.credentials import ApiKey
from components.trend.errors import NotFound, Unauthenticated, UnusableReply
from components.trend.replies import Reply
from components.trend.transport import Transport

UNKNOWN_KEY = (
    "the API key is unknown here, or belongs to another Cloud One region or environment: compare its id with Cloud "
    "One, Administration > API Keys, and check the `endpoints` setting"
)


class ApiKeyDetails(Reply, frozen=True):
    """What the accounts service says about an API key.

    Attributes:
        urn: `urn:cloudone:identity:<region>:<account id>:apikey/<key id>`.
        alias: its name in the console.
        role_id: what it may do, for example `full-access`.
        enabled: false where an administrator switched it off.
    """

    urn: str
    alias: str = ""
    role_id: str = msgspec.field(default="", name="roleID")
    enabled: bool = True

    @property
    def region(self) -> str:
        """The Cloud One region of the key's account, for example `us-1`."""
        return self.urn.split(":")[3]

    @property
    def account_id(self) -> str:
        """The Cloud One account's id: twelve digits, perhaps with a leading zero."""
        return self.urn.split(":")[4]


class AccountsClient:
    """Client of the accounts service, the only one without a region."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def describe_key(self, key: ApiKey) -> ApiKeyDetails:
        """Return what the service knows about the key itself; every key may read itself.

        Raises:
            Unauthenticated: no such key; a 404 says so as a 401 does, and never that something else is gone.
            TrendError: the key is locked, or the reply has no usable URN.
        """
        masked_path = "/apikeys/{id}"
        try:
            reply = self._transport.get_of_tenant(f"/apikeys/{quote(key.id, safe='')}", display_path=masked_path)
        except NotFound as error:
            raise Unauthenticated(
                error.message,
                method=error.method,
                path=error.path,
                status=error.status,
                trace_id=error.trace_id,
                hint=UNKNOWN_KEY,
            ) from None
        details = self._transport.parse(ApiKeyDetails, reply, f"GET {masked_path}")
        if len(details.urn.split(":")) < 6 or not (details.region and details.account_id):
            raise UnusableReply("the key's URN does not name an account", method="GET", path=f"accounts {masked_path}")
        return details
