"""Check: the program's inputs validated, and completed with what the plugin adds.

Follows pulumi-terraform-bridge pkg/tfbridge/schema.go (defaults), pulumi-aws provider/tags.go and region.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.diff import DEFAULTS
from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.aws.kind import Traits
from sandbox.pulumi.aws.naming import auto_name
from sandbox.pulumi.aws.paths import join, without_indices
from sandbox.pulumi.aws.schema import InputShape, ListOf, MapOf, ObjectOf, Scalar, schema_of
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap, Unknown


@dataclass(frozen=True)
class InputFailure:
    """An input that is refused."""

    property: str
    reason: str


def check(
    traits: Traits, aws: Aws, olds: PropertyMap, news: PropertyMap, logical_name: str, seed: bytes
) -> tuple[PropertyMap, list[InputFailure]]:
    """Return the completed inputs, and every reason to refuse them.

    Args:
        traits: the type.
        aws: for the region and the default tags.
        olds: inputs in the state, empty for a new resource.
        news: inputs of the program.
        logical_name: the resource's name in the program, of which a name is made where the program gives none.
        seed: random bytes of the request.
    """
    schema = schema_of(traits.type).inputs
    added = {DEFAULTS, *(["region"] if traits.regional else [])}
    failures = [
        each for name in news.keys() - added for each in _refused(traits, name, schema.fields.get(name), news[name])
    ]
    if failures:
        return news, failures
    inputs = dict(news)
    defaults = []
    for name, value in traits.defaults.items():
        if name not in inputs:
            inputs[name] = value
            defaults.append(name)
    rule = traits.auto_name
    if rule and rule.property not in inputs:
        made_before = rule.property in (olds.get(DEFAULTS) or [])
        try:
            inputs[rule.property] = olds[rule.property] if made_before else auto_name(rule, logical_name, seed)
            defaults.append(rule.property)
        except ProviderError as error:
            failures.append(InputFailure(rule.property, str(error)))
    failures += _missing("", schema, inputs)
    if traits.taggable:
        inputs["tagsAll"] = tags.wanted(inputs.get("tags"), aws.tag_rules)
    if traits.regional:
        inputs.setdefault("region", aws.region)
    inputs[DEFAULTS] = sorted(defaults)
    return inputs, failures


def _refused(traits: Traits, path: str, shape: InputShape | None, value: Any) -> Iterator[InputFailure]:
    """Yield what is not implemented, or does not fit the SDK's types, at a path and below."""
    if shape is None:
        yield InputFailure(path, f"{traits.type} has no property '{path}'")
    elif not traits.implements(without_indices(path)):
        yield InputFailure(path, f"the sandbox's AWS plugin does not implement property '{path}' of {traits.type}")
    elif value is None or isinstance(value, Unknown):
        return
    elif isinstance(shape, ObjectOf) and isinstance(value, dict) and not shape.or_text:
        for name in sorted(value.keys() - {DEFAULTS}):
            yield from _refused(traits, join(path, name), shape.fields.get(name), value[name])
        yield from _missing(path, shape, value)
    elif isinstance(shape, ListOf | MapOf) and isinstance(value, list if isinstance(shape, ListOf) else dict):
        for step, item in enumerate(value) if isinstance(value, list) else value.items():
            yield from _refused(traits, join(path, step), shape.item, item)
    elif not _fits(shape, value):
        yield InputFailure(path, f"expected {_expected(shape)}, got {type(value).__name__}")


def _fits(shape: InputShape, value: Any) -> bool:
    """Return whether a value has the schema's own type. The bridge would turn a number into a text; nobody needs it."""
    if isinstance(shape, ObjectOf):
        return shape.or_text and isinstance(value, str)
    if not isinstance(shape, Scalar) or isinstance(value, bool) != (shape.kinds == (bool,)):
        return False
    return isinstance(value, shape.kinds)


def _expected(shape: InputShape) -> str:
    if isinstance(shape, ListOf):
        return "a list"
    if isinstance(shape, Scalar):
        return "a " + " or ".join(kind.__name__ for kind in shape.kinds)
    return "a str" if isinstance(shape, ObjectOf) and shape.or_text else "an object"


def _missing(path: str, shape: ObjectOf, value: PropertyMap) -> Iterator[InputFailure]:
    for name in sorted(shape.required):
        if value.get(name) is None:
            yield InputFailure(join(path, name), f"Missing required property '{join(path, name)}'")
