"""Trend's side of a life, by the route that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE
from live.probes import Probes
from live.vision_one_probes import VisionOneProbes
from sandbox.sandbox import Sandbox

STACK_NAME = "LiveTest"
"""Of Trend's stacks: nobody's own are called so, and eight characters is the most."""


CREDENTIALS = (KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE)
"""Environment variables from which the program takes them."""


@dataclass(frozen=True)
class CloudOneSide:
    """The account is linked in Cloud One, always with a trail.

    Attributes:
        region: of the Cloud One account.
        api_key: `<id>:<secret>`.
        enrollment_token: of Vision One; empty where nothing is to be enrolled.
    """

    region: str
    api_key: str = field(repr=False)
    enrollment_token: str = field(default="", repr=False)

    makes_trail: ClassVar[bool] = True

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the stack is set to, but for the trail."""
        return {"stackName": STACK_NAME}

    @property
    def description(self) -> str:
        """How reports name where it is."""
        return f"Cloud One region {self.region}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may hold."""
        return (self.api_key, *self.api_key.split(":", 1), self.enrollment_token)

    @property
    def variables(self) -> dict[str, str]:
        """What the program takes from its environment."""
        token = {TOKEN_VARIABLE: self.enrollment_token} if self.enrollment_token else {}
        return {KEY_VARIABLE: self.api_key, **token}

    @property
    def sandbox_region(self) -> str:
        """The Cloud One region of the sandbox in which it is rehearsed."""
        return self.region

    def rehearsed(self, sandbox: Sandbox) -> CloudOneSide:
        """Return what stands in for it in a sandbox."""
        tenant = sandbox.tenant
        token = tenant.enrollment_tokens[0].value if self.enrollment_token else ""
        return CloudOneSide(self.region, tenant.full_access_key.value, token)

    def probe(self, url: str, aws_account: str, aws_region: str) -> None:
        """Ask what the program's own life leaves open, at the URL of the recorder."""
        Probes(url, self.api_key, aws_account, aws_region).run()


@dataclass(frozen=True)
class VisionOneSide:
    """The account is linked in Vision One itself; with a trail only where a bucket is named.

    Attributes:
        region: Vision One's code.
        api_key: as Vision One shows it.
        makes_trail: whether it makes a trail where no bucket is named, as a sandbox names none.
    """

    region: str
    api_key: str = field(repr=False)
    makes_trail: bool = False

    sandbox_region: ClassVar[str] = "us-1"
    """The Cloud One region of the sandbox in which it is rehearsed; it does not matter here."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the stack is set to, but for the trail."""
        return {"route": "visionOne", "visionOneRegion": self.region}

    @property
    def description(self) -> str:
        """How reports name where it is."""
        return f"Vision One region {self.region}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may hold."""
        return (self.api_key,)

    @property
    def variables(self) -> dict[str, str]:
        """What the program takes from its environment."""
        return {VISION_ONE_KEY_VARIABLE: self.api_key}

    def rehearsed(self, sandbox: Sandbox) -> VisionOneSide:
        """Return what stands in for it in a sandbox, whose business is of one region."""
        business = sandbox.tenant.business
        return VisionOneSide(business.region, business.full_access_key.value, self.makes_trail)

    def probe(self, url: str, aws_account: str, _aws_region: str) -> None:
        """Ask what the program's own life leaves open, at the URL of the recorder."""
        VisionOneProbes(url, self.api_key, aws_account).run()


TrendsSide = CloudOneSide | VisionOneSide
