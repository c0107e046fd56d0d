"""What the installed SDK says about a resource type: its inputs, which are required, their types, its outputs.

Read from `pulumi_aws`'s own classes, one module per type and only when the type is first used, so that the plugin
cannot know a property that the program's SDK lacks, or miss one that it has.
"""

from __future__ import annotations

import collections.abc
import importlib
import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin

from pulumi import Output
from pulumi import _types as sdk

InputShape = Union["Scalar", "ListOf", "MapOf", "ObjectOf"]


@dataclass(frozen=True)
class Scalar:
    """A string, number or boolean; `kinds` are the Python types that the SDK allows."""

    kinds: tuple[type, ...]


@dataclass(frozen=True)
class ListOf:
    """A list with items of one shape."""

    item: InputShape


@dataclass(frozen=True)
class MapOf:
    """A map with free keys and values of one shape."""

    item: InputShape


@dataclass(frozen=True)
class ObjectOf:
    """A nested object, with the shape of each field and the names of those required."""

    fields: Mapping[str, InputShape]
    required: frozenset[str]
    or_text: bool = False


@dataclass(frozen=True)
class Schema:
    """Inputs and outputs of one resource type.

    Attributes:
        inputs: the inputs as one object.
        outputs: names of all properties a resource has once it exists, inputs included.
    """

    inputs: ObjectOf
    outputs: frozenset[str]


@cache
def schema_of(token: str) -> Schema:
    """Return the schema of a type such as `aws:iam/role:Role`."""
    _, path, name = token.split(":")
    package, resource = path.split("/")
    module = importlib.import_module(f"pulumi_aws.{package}.{_snake(resource)}")
    outputs = frozenset(sdk.resource_types(getattr(module, name)))
    # Where a nested type already has the name, the SDK calls the arguments of the resource InitArgs.
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
    return Schema(inputs=_object(arguments), outputs=outputs)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), name)


def _object(args: type, or_text: bool = False) -> ObjectOf:
    names = sdk.input_type_py_to_pulumi_names(args)
    parameters = inspect.signature(args).parameters.values()
    required = {names[p.name] for p in parameters if p.default is p.empty and p.name in names}
    fields = {name: _shape(hint) for name, hint in sdk.input_type_types(args).items()}
    return ObjectOf(fields, frozenset(required), or_text)


def _shape(hint: Any) -> InputShape:
    options = [option for option in _options(hint) if not _is_wrapper(option)]
    for option in options:
        origin, arguments = get_origin(option), get_args(option)
        if origin is collections.abc.Sequence:
            return ListOf(_shape(arguments[0]))
        if origin is collections.abc.Mapping:
            return MapOf(_shape(arguments[1]))
    classes = [option for option in options if isinstance(option, type)]
    for option in classes:
        if sdk.is_input_type(option):
            return _object(option, or_text=str in classes)
    return Scalar(tuple(classes))


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _is_wrapper(option: Any) -> bool:
    """Return whether the option only says that a value may come later: Awaitable, Output, None."""
    return option is type(None) or get_origin(option) in (collections.abc.Awaitable, Output)
