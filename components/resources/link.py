"""What links an AWS account to Trend through a role: how one stands there, and what the program wants of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from components.resources.properties import Inputs
from components.trend.errors import TrendError


class LinkExists(TrendError):
    """Another link of the AWS account stands in the way, and it is not ours."""


@dataclass(frozen=True, kw_only=True)
class LinkSettings(Inputs):
    """What we write to a link; every one of them shows as drift when it is changed by hand.

    Attributes:
        role_arn: the role that Trend assumes.
    """

    role_arn: str


SettingsT = TypeVar("SettingsT", bound=LinkSettings)


@dataclass(frozen=True, kw_only=True)
class Link(Generic[SettingsT]):
    """A link as it stands at Trend.

    Attributes:
        id: Trend's id of it.
        name: how a person recognizes it.
        settings: its settings.
        facts: what Trend adds and the stack's outputs show.
        version: Trend's name for the link as it was read, where a change must name it.
    """

    id: str
    name: str
    settings: SettingsT
    facts: dict[str, str] = field(default_factory=dict)
    version: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class LinkInputs(Inputs):
    """Inputs of every link.

    Attributes:
        aws_account_id: the AWS account that is linked.
        adopt: whether to adopt a link that is not managed by this stack.
        before: the settings that `PriorLink` found, of the link that is adopted; empty where there was none.
    """

    aws_account_id: str
    adopt: bool = False
    before: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class CloudOneLinkInputs(LinkInputs):
    """Inputs of a link in Cloud One.

    Attributes:
        cloud_one_account_id, region: the Cloud One account, and where it is.
    """

    cloud_one_account_id: str
    region: str


InputsT = TypeVar("InputsT", bound=LinkInputs)
