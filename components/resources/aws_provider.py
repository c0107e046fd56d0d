"""Base of the dynamic resources that ask AWS what `pulumi_aws` has no resource for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi.dynamic import ConfigureRequest

from components.aws.clients import AwsClients, clients
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings, AwsSettingsRefused, redactor
from components.resources.base import OnboardingProvider
from components.waiting import Interrupted


class AwsCallingProvider(OnboardingProvider):
    """Calls AWS as the caller that the stack's settings of the AWS provider name."""

    failures = (AwsError, AwsSettingsRefused, Interrupted)
    _setting: Callable[[str], Any]

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration; the first call judges it."""
        super().configure(req)
        self._setting = lambda name: req.config.get(f"aws:{name}")

    def redact(self, text: str) -> str:
        """Return the text without AWS credentials."""
        return redactor(self._setting)(text)

    def aws(self) -> AwsClients:
        """Return the clients; the same ones for the whole process.

        Raises:
            AwsSettingsRefused: the stack has settings that this program cannot follow.
        """
        return clients(AwsSettings.of(self._setting))
