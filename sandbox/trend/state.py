"""The tenant's memory. Whoever reads and then writes holds `lock` for both."""

from __future__ import annotations

import threading

from sandbox.trend.records import (
    CloudAccountRecord,
    ConnectorRecord,
    Registration,
    ServiceToken,
    StateDump,
    TemplateKey,
    VisionOneAccountRecord,
)


class TenantState:
    """Mutable, shared between the server's threads; the records in it are immutable."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._empty()

    def _empty(self) -> None:
        self.connectors: dict[int, ConnectorRecord] = {}
        self.cloud_accounts: dict[str, CloudAccountRecord] = {}
        self.vision_one_accounts: dict[str, VisionOneAccountRecord] = {}
        self.registration: Registration | None = None
        self.used_enrollment_tokens: set[str] = set()
        self.service_tokens: list[ServiceToken] = []
        self.template_keys: list[TemplateKey] = []
        self.role_first_tried: dict[str, float] = {}
        self._last_connector_id = 0

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            self._empty()

    def next_connector_id(self) -> int:
        """A number no connector has had: ids are never used twice, as with Trend [I]."""
        with self.lock:
            self._last_connector_id += 1
            return self._last_connector_id

    def connector_of(self, account_id: str) -> ConnectorRecord | None:
        """The connector of an AWS account, if there is one."""
        with self.lock:
            return next((known for known in self.connectors.values() if known.account_id == account_id), None)

    def dump(self) -> StateDump:
        """A consistent copy of everything, sorted."""
        with self.lock:
            return StateDump(
                connectors=tuple(self.connectors[key] for key in sorted(self.connectors)),
                cloud_accounts=tuple(self.cloud_accounts[key] for key in sorted(self.cloud_accounts)),
                vision_one_accounts=tuple(self.vision_one_accounts[key] for key in sorted(self.vision_one_accounts)),
                registration=self.registration,
                used_enrollment_tokens=tuple(sorted(self.used_enrollment_tokens)),
                service_tokens=tuple(self.service_tokens),
                template_keys=tuple(self.template_keys),
            )

    def load(self, dump: StateDump) -> None:
        """Replace everything with what a dump holds."""
        with self.lock:
            last = self._last_connector_id
            self._empty()
            self.connectors = {connector.id: connector for connector in dump.connectors}
            self.cloud_accounts = {account.id: account for account in dump.cloud_accounts}
            self.vision_one_accounts = {account.id: account for account in dump.vision_one_accounts}
            self.registration = dump.registration
            self.used_enrollment_tokens = set(dump.used_enrollment_tokens)
            self.service_tokens = list(dump.service_tokens)
            self.template_keys = list(dump.template_keys)
            self._last_connector_id = max([last, *self.connectors])
