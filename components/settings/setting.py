"""What a setting is. `model` declares each once; the judging, Pulumi.yaml and the pages are made from that."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Generic, NamedTuple, TypeVar, cast

from components.settings.route import Route

ValueT = TypeVar("ValueT")

_NOT_GIVEN: tuple[Any, ...] = ("", None, (), {}, [])


class Part(enum.Enum):
    """The part of the onboarding that a setting is of use for. One that is left out takes no settings."""

    ALL = enum.auto()
    """All of it."""

    ACCOUNT = enum.auto()
    """What is linked with an AWS account."""

    TRAIL = enum.auto()
    """The trail whose events are forwarded."""


class Effect(NamedTuple):
    """What an `up` does when a setting changes.

    Attributes:
        does: for example `updates trail-bucket`, with the names of the resources in a preview; or `nothing`.
        why: it does that.
        change: which change of the setting it is, where one does another thing than the other.
    """

    does: str
    why: str
    change: str = ""


@dataclass(frozen=True)
class Setting(Generic[ValueT]):
    """The declaration of a setting.

    Attributes:
        name: in the configuration.
        rule: returns the value that the configuration's text stands for; raises ValueError with the reason, in which
            no secret is.
        default: the value where the configuration has none.
        meaning: whole sentences for whoever sets it.
        effects: what a change does; several where it depends on the change.
        secret: whether it must be stored encrypted.
        variable: the environment variable that wins over it; empty for none.
        part: what it is of use for.
        route: the only one that it is of use for; None for both.
    """

    name: str
    rule: Callable[[str], ValueT]
    default: ValueT
    meaning: str
    effects: Sequence[Effect]
    secret: bool = False
    variable: str = ""
    part: Part = Part.ALL
    route: Route | None = None

    @property
    def pulumi_default(self) -> bool | int | str | dict[str, Any] | list[Any]:
        """The default as Pulumi.yaml has it: each setting needs one there, and an empty text stands for none."""
        if isinstance(self.default, Mapping):
            return dict(self.default)
        if isinstance(self.default, bool | int | list):
            return self.default
        return str(self.default) if isinstance(self.default, str) else ""

    @property
    def kind(self) -> str:
        """The type of the value, for the reader."""
        kinds = {bool: "boolean", int: "integer", dict: "object", list: "list"}
        return "secret string" if self.secret else kinds.get(type(self.default), "string")

    def judge(self, text: str) -> ValueT:
        """Return the value that a text of the configuration stands for; an empty one may stand for none.

        Raises:
            ValueError: it stands for none; with the reason.
        """
        return self.default if not text and self.default in _NOT_GIVEN else self.rule(text)


def declare(
    name: str,
    rule: Callable[[str], ValueT],
    *,
    default: ValueT,
    meaning: str,
    effects: Sequence[Effect],
    required: bool = False,
    part: Part = Part.ACCOUNT,
    route: Route | None = None,
) -> ValueT:
    """Declare the setting that a field of a dataclass holds.

    Args:
        name, rule, default, meaning, effects, part, route: as in `Setting`.
        required: whether the field must be given in Python, its default notwithstanding.
    """
    setting = Setting(name, rule, default, meaning, effects, part=part, route=route)
    made: Any = field(default_factory=MISSING if required else lambda: default, metadata={"setting": setting})
    return cast(ValueT, made)


def declared_in(model: type[Any]) -> dict[str, Setting[Any]]:
    """Return the settings that the fields of a dataclass hold, by the field's name."""
    return {each.name: each.metadata["setting"] for each in fields(model) if "setting" in each.metadata}
