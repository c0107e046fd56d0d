"""Calls to AWS, as the caller that the stack's settings of the AWS provider name.

The program's own AWS resources go through `pulumi_aws`. What that provider has no resource for is called from here.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from components.aws.context import AwsContext
from components.aws.errors import AwsError, calling
from components.aws.identity import AwsSettings
from components.aws.session import AwsSession


@dataclass(frozen=True)
class Caller:
    """Who calls, as STS says: the id of the account, and the ARN of a user or of a role's session."""

    account_id: str
    arn: str


class AwsClients:
    """The clients of a process, one a service and region; they may be used by several threads at once.

    Args:
        settings: who calls, and how.
    """

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str) -> Any:
        """Return the client of a service in a region, for example `s3` in `us-east-1`.

        Raises:
            AwsError: the credentials or the settings cannot be used.
        """
        with self._lock, calling(f"the AWS client of {service}"):
            if (service, region) not in self._clients:
                self._clients[service, region] = self._session.client(service, region)
            return self._clients[service, region]

    def prepare(self, *services: str) -> None:
        """Begin to load clients for the region in use, while the caller waits for something else.

        What fails here fails again, and is told, when the client is asked for.
        """

        def load() -> None:
            with contextlib.suppress(AwsError):
                for service in services:
                    self.client(service, self.region)

        threading.Thread(target=load, daemon=True).start()

    @cached_property
    def region(self) -> str:
        """The region in use: that of the settings, of the environment, or of the profile.

        Raises:
            AwsError: none of them names one.
        """
        with self._lock, calling("looking for the AWS region"):
            if not self._session.region:
                raise AwsError("no AWS region is named", "run `pulumi config set aws:region <region>`")
            return self._session.region

    @cached_property
    def caller(self) -> Caller:
        """Who calls.

        Raises:
            AwsError: the credentials cannot be used.
        """
        with calling("asking AWS who calls"):
            reply = self.client("sts", self.region).get_caller_identity()
        return Caller(reply["Account"], reply["Arn"])

    def context(self, account_id: str = "") -> AwsContext:
        """Return where the stack is in AWS.

        Args:
            account_id: where it is known already; AWS is not asked then, and no credentials are needed.

        Raises:
            AwsError: the credentials cannot be used, or no region is named.
        """
        account_id, region = account_id or self.caller.account_id, self.region
        with self._lock, calling(f"looking for the partition of {region}"):
            partition, url_suffix = self._session.partition(region)
        return AwsContext(account_id, region, partition, url_suffix)

    @cached_property
    def _session(self) -> AwsSession:
        return AwsSession(self._settings)


@functools.lru_cache
def clients(settings: AwsSettings) -> AwsClients:
    """Return the same clients to all providers of a process."""
    return AwsClients(settings)
