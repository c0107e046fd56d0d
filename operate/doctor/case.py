"""What the checks are about: a stack, its settings, and what they share once it was found out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from components.aws.clients import Caller
from components.aws.context import AwsContext
from components.aws.identity import redactor
from components.checks.findings import Finding
from components.redaction import Redactor
from components.resources.account import AccountProvider
from components.resources.base import OnboardingProvider
from components.settings.configuration import DEFAULT_TAGS, SECRETS, parse_settings
from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE
from components.settings.model import ExistingTrail, Settings
from operate.engine.stack import Stack
from operate.engine.state import DYNAMIC, Resource, State

if TYPE_CHECKING:
    from components.trend.accounts import ApiKeyDetails

SETTINGS = "settings"
"""The check that all others need."""

ProviderT = TypeVar("ProviderT", bound=OnboardingProvider)

CaseLook = Callable[["Case"], Iterable[Finding]]
"""Finds something out about a case."""


class Case:
    """A stack as the checks see it. What it holds is found out once.

    Args:
        stack: whose deployment is looked at.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    @cached_property
    def state(self) -> State:
        """What Pulumi knows of the stack."""
        return self.stack.state()

    @cached_property
    def _own(self) -> str:
        return f"{self.stack.project}:"

    @cached_property
    def redact(self) -> Callable[[str], str]:
        """Takes the secrets of Trend and AWS out of a text."""
        stored = (self.stack.decrypted.values.get(self._own + name, "") for name in SECRETS)
        secrets = [
            *stored,
            *(os.environ.get(name, "") for name in (KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE)),
        ]
        of_trend = Redactor([*secrets, *(secret.partition(":")[2] for secret in secrets)])
        of_aws = redactor(self.stack.aws_setting)
        return lambda text: of_aws(of_trend(text))

    def configured(self, provider: ProviderT) -> ProviderT:
        """Return a provider with the configuration that Pulumi would give it."""
        provider.configure(self.stack.configure_request)
        return provider

    @cached_property
    def provider(self) -> AccountProvider:
        """The provider of step 1."""
        return self.configured(AccountProvider())

    @cached_property
    def settings(self) -> Settings:
        """The settings, judged as the program judges them, less the key, which is a check of its own.

        Raises:
            SettingsError: naming every mistake.
        """
        given = self.stack.decrypted
        own = {key.removeprefix(self._own): value for key, value in given.values.items() if key.startswith(self._own)}
        plain = [name for name in SECRETS if self._own + name not in given.secrets]
        if SECRETS[0] not in plain:
            own.pop(SECRETS[0], None)
        environment = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
        return parse_settings(own, environment, plain, given.values.get(DEFAULT_TAGS, ""))

    @cached_property
    def key(self) -> ApiKeyDetails:
        """What Trend says about the API key."""
        return self.provider.trend().key_details()

    @property
    def caller(self) -> Caller:
        """Who calls AWS.

        Raises:
            AwsError: the credentials cannot be used.
        """
        return self.stack.aws.caller

    @cached_property
    def where(self) -> AwsContext:
        """Where the stack is in AWS.

        Raises:
            AwsError: the credentials cannot be used.
        """
        return self.stack.aws.context()

    def of_account(self, look: CaseLook) -> Callable[[], Iterable[Finding]]:
        """Return a look that finds nothing to say where no AWS account is linked."""
        return lambda: look(self) if self.settings.scope.links_account else ()

    def of_cloud_one(self, look: CaseLook) -> Callable[[], Iterable[Finding]]:
        """Return a look that finds nothing to say where the account is linked in Vision One itself."""
        return lambda: look(self) if self.settings.direct is None else ()

    def of_cloud_one_account(self, look: CaseLook) -> Callable[[], Iterable[Finding]]:
        """Return a look that finds nothing to say where no AWS account is linked in Cloud One."""
        return self.of_cloud_one(lambda case: look(case) if case.settings.scope.links_account else ())

    def of_vision_one(self, look: CaseLook) -> Callable[[], Iterable[Finding]]:
        """Return a look that finds nothing to say where the account is linked in Cloud One."""
        return lambda: look(self) if self.settings.direct is not None else ()

    def of_trail(self, look: CaseLook) -> Callable[[], Iterable[Finding]]:
        """Return a look that finds nothing to say where no events are forwarded."""
        return lambda: look(self) if self.settings.trail else ()

    def of_tenant(self, look: CaseLook) -> Callable[[], Iterable[Finding]]:
        """Return a look that finds nothing to say where the enrollment is another stack's, or there is none."""
        return self.of_cloud_one(lambda case: look(case) if case.settings.scope.enrolls else ())

    @property
    def existing_bucket(self) -> str:
        """The existing trail's bucket; empty for a new trail."""
        trail = self.settings.trail
        return trail.bucket_name if isinstance(trail, ExistingTrail) else ""

    def found(self, trend_type: str) -> list[Resource]:
        """Return the resources of the state of one of Trend's types, for example `Connector`."""
        return [resource for resource in self.state.resources if resource.type == f"{DYNAMIC}{trend_type}"]
