"""Calls beside those of the program: what they answer decides facts that the program's own life leaves open.

Each reads, but for two: once both links stand, they are asked for a second time, which Trend is expected to refuse. A
connector that it makes all the same is taken away again.
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
        aws_region: where the stack stands.
    """

    def __init__(self, url: str, api_key: str, aws_account: str, aws_region: str) -> None:
        self._url = url
        self._key = api_key
        self._account = aws_account
        self._region = aws_region
        self._session = requests.Session()
        self._session.trust_env = False

    def run(self) -> None:
        """Ask everything. What is answered is the recorder's matter, that nothing is answered too."""
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
            self._ask("GET", "visionone/v3.0/healthcheck/connectivity", authorised=False)
            self._connect_twice()
            self._register_twice()

    def _connect_twice(self) -> None:
        """Ask for the connector that is there, exactly as it is."""
        for connector in self._ask("GET", "workload/awsconnectors").get("awsConnectors") or []:
            if str(connector.get("accountId")) == self._account:
                made = self._ask("POST", "workload/awsconnectors", _filled(connector, _CONNECTOR))
                if made.get("ID") not in (None, connector.get("ID")):
                    self._ask("DELETE", f"workload/awsconnectors/{made['ID']}")
                return

    def _register_twice(self) -> None:
        """Ask for the registration that is there, exactly as it is."""
        for account in self._ask("GET", "cloudaccounts/cloudaccounts/aws").get("cloudAccounts") or []:
            if str(account.get("id")) == self._account:
                self._ask("POST", "cloudaccounts/cloudaccounts/aws", _filled(account, _CLOUD_ACCOUNT))
                return

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, authorised: bool = True
    ) -> dict[str, Any]:
        """Make a call and return the object that came back; an empty one where none did."""
        headers = {"api-version": "v1", "Accept": "application/json"}
        if authorised:
            headers["Authorization"] = f"ApiKey {self._key}"
        try:
            answer = self._session.request(method, f"{self._url}/{path}", json=body, headers=headers, timeout=60)
            found = answer.json() if answer.ok and answer.content else {}
        except requests.RequestException:
            return {}
        return found if isinstance(found, dict) else {}


def _filled(known: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: known[name] for name in names if known.get(name)}
