"""Calls beside those of the program: their answers decide assumptions that the program's own life leaves open.

Each reads, but for two: once both links exist, they are asked for a second time, which Trend is expected to refuse. A
connector that it creates all the same is deleted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

NO_SUCH_CONNECTOR = "999999999"
_CONNECTOR = ("displayName", "accountId", "crossAccountRoleArn")
_CLOUD_ACCOUNT = ("roleARN", "alias", "description")


class Probes:
    """Asks through the recorder.

    Args:
        url: of the recorder.
        api_key: `<id>:<secret>`.
        aws_account: the linked account.
        aws_region: of the stack.
    """

    def __init__(self, url: str, api_key: str, aws_account: str, aws_region: str) -> None:
        self._url = url
        self._key = api_key
        self._account = aws_account
        self._region = aws_region
        self._session = requests.Session()
        self._session.trust_env = False

    def run(self) -> None:
        """Ask everything. The answers are the recorder's matter, missing ones too."""
        with self._session:
            for path in (
                f"accounts/apikeys/{self._key.partition(':')[0]}",
                "services/services",
                f"workload/awsconnectors/{NO_SUCH_CONNECTOR}",
                f"cloudaccounts/cloudaccounts/aws/{self._account}",
                "cloudaccounts/cloudaccounts/aws/templates",
                f"cloudaccounts/cloudaccounts/aws/templates?awsRegion={self._region}",
                "cloudtrail/stacks",
                "visionone-connect/connectors",
            ):
                self._ask("GET", path)
            # Vision One must not learn Cloud One's key. That it asks for a token is an answer.
            self._ask("GET", "visionone/v3.0/healthcheck/connectivity", authorized=False)
            self._connect_twice()
            self._register_twice()

    def _connect_twice(self) -> None:
        """Ask for the existing connector, exactly as it is."""
        connector = self._own("workload/awsconnectors", "awsConnectors", "accountId")
        if connector:
            created = self._ask("POST", "workload/awsconnectors", filled(connector, _CONNECTOR))
            if created.get("ID") not in (None, connector.get("ID")):
                self._ask("DELETE", f"workload/awsconnectors/{created['ID']}")

    def _register_twice(self) -> None:
        """Ask for the existing registration, exactly as it is."""
        account = self._own("cloudaccounts/cloudaccounts/aws", "cloudAccounts", "id")
        if account:
            self._ask("POST", "cloudaccounts/cloudaccounts/aws", filled(account, _CLOUD_ACCOUNT))

    def _own(self, path: str, items: str, account_field: str) -> Mapping[str, Any]:
        """Return the linked account's item of a list; an empty one where there is none."""
        links = self._ask("GET", path).get(items) or []
        return next((link for link in links if str(link.get(account_field)) == self._account), {})

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, authorized: bool = True
    ) -> dict[str, Any]:
        """Make a call and return the object that came back; an empty one where none did."""
        headers = {"api-version": "v1", "Accept": "application/json"}
        if authorized:
            headers["Authorization"] = f"ApiKey {self._key}"
        return answered(self._session, method, f"{self._url}/{path}", json=body, headers=headers)


def answered(session: requests.Session, method: str, url: str, **more: Any) -> dict[str, Any]:
    """Make a call and return the object that came back; an empty one where none did.

    Args:
        session: makes it.
        method, url: of the call.
        more: of `requests`: `json`, `headers`.
    """
    try:
        answer = session.request(method, url, timeout=60, **more)
        found = answer.json() if answer.ok and answer.content else {}
    except requests.RequestException:
        return {}
    return found if isinstance(found, dict) else {}


def filled(known: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of some names that have a value."""
    return {name: known[name] for name in names if known.get(name)}
