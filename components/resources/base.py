"""What all dynamic resources share: configuration, the client of Trend, and errors that read well.

Import paths and class names in this folder are a contract: Pulumi's state names a provider by them. A class that moves
leaves its old import path behind.
"""

from __future__ import annotations

import abc
import functools
import json
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, TypeVar

from pulumi.dynamic import CheckResult, ConfigureRequest, DiffResult, ResourceProvider
from pulumi.output import Unknown

from components.redaction import Redactor
from components.resources import cancellation
from components.resources.properties import Props
from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE
from components.settings.endpoints import AWS_REGIONS, ENDPOINT_VARIABLE
from components.trend.errors import TrendError
from components.waiting import Interrupted

if TYPE_CHECKING:
    from components.trend.client import Trend
    from components.trend.vision_one_access import VisionOneAccess

DEBUG_VARIABLE = "TREND_DEBUG"

P = ParamSpec("P")
ResultT = TypeVar("ResultT")
ProviderT = TypeVar("ProviderT", bound="OnboardingProvider")


class OnboardingError(Exception):
    """What the operator reads when a step fails: one line, without any secret."""


# The engine prints the class as Python does, with its module in front unless that is "builtins".
OnboardingError.__module__ = "builtins"


class OnboardingProvider(ResourceProvider, abc.ABC):
    """What every provider of this program does alike, whichever service it talks to.

    Attributes:
        step: how errors name the step, for example `step 4, Workload Security connector`.
        identity: the inputs that cannot change without another object taking the place of this one.
        failures: the errors that `reported` turns into one line.
    """

    serialize_as_secret_always = False
    step: ClassVar[str]
    identity: ClassVar[tuple[str, ...]]
    failures: ClassVar[tuple[type[Exception], ...]]

    def configure(self, _req: ConfigureRequest) -> None:
        """Prepare the provider's process; a subclass also takes what it needs of the stack's configuration."""
        if not os.environ.get(DEBUG_VARIABLE):
            sys.tracebacklimit = 0  # the engine shows the traceback of an error, all of it
        cancellation.listen()

    @abc.abstractmethod
    def redact(self, text: str) -> str:
        """Return the text without the secrets of this run."""

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Normalize the inputs; nothing is judged here that a preview without values could not show."""
        return CheckResult({name: value for name, value in news.items() if value is not None}, [])

    def diff(self, _id: str, olds: Props, news: Props) -> DiffResult:
        """Leave it to the engine which properties differ, so that it shows them; say which of them replace.

        What is replaced goes first: an AWS account has one link, and a bucket is given back before another is taken.
        """
        replaces = [name for name in self.identity if _differs(olds.get(name), news.get(name))]
        return DiffResult(changes=None, replaces=replaces, delete_before_replace=True)

    def say(self, line: str) -> None:
        """Show the operator one line; the engine prints what a provider writes to its standard error."""
        print(self.redact(f"{self.step}: {line}"), file=sys.stderr, flush=True)

    def explain(self, error: Exception) -> OnboardingError:
        """Return the error as the operator reads it: the step, what happened, the next step, and no secret."""
        return OnboardingError(self.redact(f"{self.step}: {error}"))


class TrendProvider(OnboardingProvider):
    """Base of Trend's objects. Instances carry no attributes until `configure` runs in the provider's own process."""

    identity: ClassVar[tuple[str, ...]] = ("cloudOneAccountId", "region", "awsAccountId")
    failures: ClassVar[tuple[type[Exception], ...]] = (TrendError, Interrupted)

    _environment: ProviderEnvironment

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration. The API key in it is looked at by the first call that needs it."""
        super().configure(req)
        self.take_settings(req.config.get)

    def take_settings(self, setting: Callable[[str], str | None]) -> None:
        """Take what `setting` knows by name; variables of the environment win over it."""
        with _one_environment:
            self._environment = _environment(
                os.environ.get(KEY_VARIABLE) or setting("cloudOneApiKey") or "",
                os.environ.get(TOKEN_VARIABLE) or setting("visionOneServiceToken") or "",
                os.environ.get(ENDPOINT_VARIABLE) or "",
                setting("endpoints") or "",
                setting("endpointsConfirmed") or "",
                setting("regionMap") or "",
                os.environ.get(VISION_ONE_KEY_VARIABLE) or setting("visionOneApiKey") or "",
                setting("visionOneRegion") or "",
            )

    def redact(self, text: str) -> str:
        """Return the text without API keys and enrollment token."""
        return self._environment.redact(text)

    def trend(self, cloud_one_account_id: str | None = None) -> Trend:
        """Return the client of Trend.

        Args:
            cloud_one_account_id: the account that the call is about; a key of any other is refused.
        """
        trend = self._environment.trend()
        if cloud_one_account_id is not None:
            trend.expect_account(cloud_one_account_id)
        return trend

    def vision_one(self, customer: str = "") -> VisionOneAccess:
        """Return the client of Vision One itself.

        Args:
            customer: the tenant that the call is about; a key that says that it is of any other is refused.
        """
        vision_one = self._environment.vision_one()
        vision_one.expect_customer(customer)
        return vision_one

    def enrollment_token(self) -> str:
        """Return the Vision One enrollment token of this run; empty without one."""
        return self._environment.enrollment_token

    def aws_regions(self) -> dict[str, str]:
        """Return the AWS region of each Cloud One region, the additions of the settings included."""
        return {**AWS_REGIONS, **self._environment.region_map}


class ProviderEnvironment:
    """What a provider's process knows of its run: credentials and endpoints, unjudged until they are used.

    Args:
        api_key: `<id>:<secret>`; empty for none.
        enrollment_token: of Vision One; empty for none.
        base_url: one base URL for all services; empty for Trend's own.
        endpoints, endpoints_confirmed, region_map, vision_one_region: the settings of these names; empty for none.
        vision_one_api_key: of Vision One itself; empty for none.
    """

    def __init__(
        self,
        api_key: str,
        enrollment_token: str,
        base_url: str,
        endpoints: str,
        endpoints_confirmed: str,
        region_map: str,
        vision_one_api_key: str = "",
        vision_one_region: str = "",
    ) -> None:
        self._api_key = api_key
        self.enrollment_token = enrollment_token.strip()
        self.region_map: dict[str, str] = json.loads(region_map or "{}")
        self._base_url = base_url
        self._endpoints = endpoints
        self._endpoints_confirmed = endpoints_confirmed
        # The engine takes configured secrets out of all it prints, but neither those of the environment nor encodings.
        self.redact = Redactor([api_key, api_key.partition(":")[2], enrollment_token, vision_one_api_key])
        self._vision_one_api_key = vision_one_api_key
        self._vision_one_region = vision_one_region
        self._client: Trend | None = None
        self._vision_one: VisionOneAccess | None = None
        self._client_lock = threading.Lock()

    def trend(self) -> Trend:
        """Return the client; the same one for the whole process.

        Raises:
            CredentialsError: there is no key, or it has not the form of one.
            EndpointRefused: it would be sent where it must not go.
        """
        with self._client_lock:
            if self._client is None:
                from components.trend.client import Trend  # the program, which imports this too, never needs it

                self._client = Trend.of_settings(
                    self._api_key, self._endpoints, self._base_url, self._endpoints_confirmed, self.redact
                )
            return self._client

    def vision_one(self) -> VisionOneAccess:
        """Return the client of Vision One itself; the same one for the whole process.

        Raises:
            CredentialsError: there is no key, or it has not the form of one.
            EndpointRefused: it would be sent where it must not go.
        """
        with self._client_lock:
            if self._vision_one is None:
                from components.trend.vision_one_access import VisionOneAccess

                self._vision_one = VisionOneAccess.of_settings(
                    self._vision_one_api_key,
                    self._vision_one_region,
                    self._endpoints,
                    self._base_url,
                    self._endpoints_confirmed,
                    self.redact,
                )
            return self._vision_one


# One environment for all providers of a process, so that they share connections and the key's details.
_environment = functools.lru_cache(ProviderEnvironment)
_one_environment = threading.Lock()  # the engine configures providers side by side, and a cache alone would make two


def _differs(old: Any, new: Any) -> bool:
    return not isinstance(new, Unknown) and old is not None and old != new


def reported(method: Callable[Concatenate[ProviderT, P], ResultT]) -> Callable[Concatenate[ProviderT, P], ResultT]:
    """Decorate a provider's method so that its `failures` reach the operator as `OnboardingError`."""

    def wrapper(self: ProviderT, /, *args: P.args, **kwargs: P.kwargs) -> ResultT:
        try:
            with cancellation.calls:
                return method(self, *args, **kwargs)
        except self.failures as error:
            raise self.explain(error) from None

    return functools.wraps(method)(wrapper)
