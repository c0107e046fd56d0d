"""Calls to Vision One beside those of the program: their answers decide what the program's own life leaves open.

Each reads, but for two that Vision One is expected to refuse: a second link of the account, exactly as it is, and a
change of nothing by somebody who read an older version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from live.probes import answered, filled

ACCOUNTS = "v3.0/cam/awsAccounts"
NO_SUCH_ACCOUNT = "000000000000"
AN_OLDER_VERSION = '"0"'
_LINK = ("roleArn", "name", "description")


class VisionOneProbes:
    """Asks through the recorder.

    Args:
        url: of the recorder.
        api_key: as Vision One shows it.
        aws_account: the linked account.
    """

    def __init__(self, url: str, api_key: str, aws_account: str) -> None:
        self._url = f"{url}/visionone"
        self._account = aws_account
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {api_key}"

    def run(self) -> None:
        """Ask everything. The answers are the recorder's matter, missing ones too."""
        with self._session:
            self._ask("GET", "v3.0/healthcheck/connectivity")
            self._ask("GET", f"{ACCOUNTS}/features")
            self._ask("GET", f"{ACCOUNTS}/{NO_SUCH_ACCOUNT}")
            found = self._ask("GET", f"{ACCOUNTS}/{self._account}")
            if found:
                self._ask("POST", ACCOUNTS, filled(found, _LINK))
                same, outdated = filled(found, ("name",)), {"If-Match": AN_OLDER_VERSION}
                self._ask("PATCH", f"{ACCOUNTS}/{self._account}", same, **outdated)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        return answered(self._session, method, f"{self._url}/{path}", json=body, headers=headers)
