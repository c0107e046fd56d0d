"""Check: the program's inputs validated, and completed with what the plugin adds.

Follows pulumi-terraform-bridge pkg/tfbridge/schema.go (defaults), pulumi-aws provider/tags.go and region.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.diff import DEFAULTS
from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.aws.kind import Traits
from sandbox.pulumi.aws.naming import auto_name
from sandbox.pulumi.aws.paths import join
from sandbox.pulumi.aws.schema import ListOf, MapOf, ObjectOf, Scalar, Shape, schema_of
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import UNKNOWN, Props, Unknown


@dataclass(frozen=True)
class Naming:
    """How the engine wants names made in this request.

    Attributes:
        logical_name: the resource's name in the program.
        seed: random bytes of the request.
        proposed: a name the engine made after the user's own pattern; empty to make one here.
        disabled: whether the user forbids made names.
    """

    logical_name: str
    seed: bytes = b""
    proposed: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class Failure:
    """An input that is refused."""

    property: str
    reason: str


def check(traits: Traits, aws: Aws, olds: Props, news: Props, naming: Naming) -> tuple[Props, list[Failure]]:
    """Return the completed inputs, and every reason to refuse them.

    Args:
        traits: the type.
        aws: for the region and the default tags.
        olds: inputs in the state, empty for a new resource.
        news: inputs of the program.
        naming: how to make a name.
    """
    schema = schema_of(traits.type).inputs
    added = {DEFAULTS, *(["region"] if traits.regional else [])}
    failures = [
        each for name in news.keys() - added for each in _refused(traits, name, schema.fields.get(name), news[name])
    ]
    if failures:
        return news, failures
    inputs: Props = _coerced(schema, news)
    defaults = []
    for name, value in traits.defaults.items():
        if name not in inputs:
            inputs[name] = value
            defaults.append(name)
    failures += _name(traits, inputs, olds, naming, defaults)
    failures += _missing(schema, inputs)
    if traits.taggable:
        inputs["tagsAll"] = tags.wanted(inputs.get("tags"), aws.tag_rules)
    if traits.regional:
        inputs.setdefault("region", aws.region)
    inputs[DEFAULTS] = sorted(defaults)
    return inputs, failures


def _name(traits: Traits, inputs: Props, olds: Props, naming: Naming, defaults: list[str]) -> Iterator[Failure]:
    rule = traits.auto_name
    if rule is None or rule.property in inputs:
        return
    made_before = rule.property in (olds.get(DEFAULTS) or [])
    if made_before and olds.get(rule.property):
        inputs[rule.property] = olds[rule.property]
    elif naming.disabled:
        yield Failure(rule.property, f"Missing required property '{rule.property}': automatic naming is disabled")
        return
    else:
        try:
            inputs[rule.property] = naming.proposed or auto_name(rule, naming.logical_name, naming.seed)
        except ProviderError as error:
            yield Failure(rule.property, str(error))
            return
    defaults.append(rule.property)


def _refused(traits: Traits, path: str, shape: Shape | None, value: Any) -> Iterator[Failure]:
    """Yield what is not implemented, or does not fit the SDK's types, at a path and below."""
    if shape is None:
        yield Failure(path, f"{traits.type} has no property '{path}'")
    elif not traits.implements(re.sub(r"\[[^]]*]", "", path)):
        yield Failure(path, f"the sandbox's AWS plugin does not implement property '{path}' of {traits.type}")
    elif value is None or isinstance(value, Unknown):
        return
    elif isinstance(shape, ObjectOf) and isinstance(value, dict) and not shape.or_text:
        for name in sorted(value.keys() - {DEFAULTS}):
            yield from _refused(traits, join(path, name), shape.fields.get(name), value[name])
        for name in sorted(shape.required - {key for key, item in value.items() if item is not None}):
            yield Failure(join(path, name), f"Missing required property '{join(path, name)}'")
    elif isinstance(shape, ListOf | MapOf) and isinstance(value, list if isinstance(shape, ListOf) else dict):
        for step, item in enumerate(value) if isinstance(value, list) else value.items():
            yield from _refused(traits, join(path, step), shape.item, item)
    elif not _fits(shape, value):
        yield Failure(path, f"expected {_expected(shape)}, got {type(value).__name__}")


def _fits(shape: Shape, value: Any) -> bool:
    if isinstance(shape, ObjectOf):
        return shape.or_text and isinstance(value, str | dict)
    if not isinstance(shape, Scalar) or isinstance(value, dict | list):
        return False
    if shape.kinds == (bool,):
        return isinstance(value, bool) or value in ("true", "false")
    if set(shape.kinds) <= {int, float}:
        return not isinstance(value, bool) and str(value).removeprefix("-").replace(".", "", 1).isdigit()
    return True


def _expected(shape: Shape) -> str:
    if isinstance(shape, ListOf):
        return "a list"
    if isinstance(shape, MapOf | ObjectOf):
        return "an object"
    return "a " + " or ".join(kind.__name__ for kind in shape.kinds)


def _missing(schema: ObjectOf, inputs: Props) -> Iterator[Failure]:
    for name in sorted(schema.required):
        if inputs.get(name) is None:
            yield Failure(name, f"Missing required property '{name}'")


def _coerced(shape: Shape, value: Any) -> Any:
    """Return the value in the types of the schema, as the bridge does: a number becomes text where text belongs."""
    if value is None or value is UNKNOWN:
        return value
    if isinstance(shape, ObjectOf):
        return _coerced_object(shape, value)
    if isinstance(shape, ListOf):
        return [_coerced(shape.item, item) for item in value]
    if isinstance(shape, MapOf):
        return {key: _coerced(shape.item, item) for key, item in value.items()}
    if shape.kinds == (bool,):
        return value in (True, "true")
    if set(shape.kinds) <= {int, float}:
        return shape.kinds[0](value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _coerced_object(shape: ObjectOf, value: Any) -> Any:
    if shape.or_text:
        # A policy given as an object is its JSON text to the provider.
        return json.dumps(value, sort_keys=True, separators=(",", ":")) if isinstance(value, Mapping) else value
    fields = {name: _coerced(shape.fields[name], item) for name, item in value.items() if name in shape.fields}
    return {name: item for name, item in fields.items() if item is not None}
