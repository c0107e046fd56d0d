"""What a dynamic resource declares: its inputs, as its provider reads them, and its outputs, as the program does.

A name is in snake_case here and in camelCase on Pulumi's side. No pydantic: the providers' process begins with each
command, and loading that takes longer than all else it does in a preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar, cast

import pulumi
from pulumi.dynamic import Resource, ResourceProvider

Props = dict[str, Any]
T = TypeVar("T")
InputsT = TypeVar("InputsT", bound="Inputs")


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The inputs of a dynamic resource: a frozen dataclass, in which None means "not given"."""

    @classmethod
    def of(cls: type[InputsT], props: Mapping[str, Any]) -> InputsT:
        """Read the inputs out of properties, and ignore all others. A number where a text belongs becomes one."""
        named = {field: props.get(to_camel(field.name)) for field in fields(cls)}
        given = {field: value for field, value in named.items() if value is not None}
        return cls(**{field.name: str(value) if field.type == "str" else value for field, value in given.items()})

    def props(self) -> Props:
        """Return the inputs as Pulumi keeps them; what was not given does not appear."""
        named = {to_camel(field.name): getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in named.items() if value is not None}


class OutputProperty(Generic[T]):
    """An output of a dynamic resource: what its class calls `account_id = OutputProperty[str]()` is its `accountId`."""

    def __set_name__(self, owner: type[OnboardingResource], name: str) -> None:
        self.name = to_camel(name)

    def __get__(self, resource: OnboardingResource, owner: type[OnboardingResource]) -> pulumi.Output[T]:
        return cast("pulumi.Output[T]", pulumi.get(resource, self.name))


class OnboardingResource(Resource):
    """Base of the dynamic resources.

    Args:
        provider: deals with it.
        name: the resource's name.
        inputs: by their names on Pulumi's side. Each `OutputProperty` of the class is declared besides.
    """

    def __init__(
        self, provider: ResourceProvider, name: str, inputs: Props, opts: pulumi.ResourceOptions | None
    ) -> None:
        declared = [each.name for each in vars(type(self)).values() if isinstance(each, OutputProperty)]
        super().__init__(provider, name, {**dict.fromkeys(declared), **inputs}, opts)


def to_camel(name: str) -> str:
    """Return a snake_case name in camelCase."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
