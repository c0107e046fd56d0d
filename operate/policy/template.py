"""A CloudFormation template, as far as the names of its resources go: what cannot be known beforehand is a `*`.

Serverless resources are expanded as CloudFormation does it, by AWS's own translator: into functions and the roles,
permissions and rules that come with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from operate.console import OperateError, say


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, such as `!Sub`, as the long ones."""


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    raise yaml.YAMLError(f"!{suffix} has no value")


_Loader.add_multi_constructor("!", _long_form)

SERVERLESS = "AWS::Serverless-2016-10-31"
"""The transform that expands serverless resources."""


@dataclass(frozen=True)
class Resource:
    """A resource of a template: its name there, type and properties, references resolved as far as they can be."""

    logical_id: str
    kind: str
    properties: Mapping[str, Any]

    def named(self, prop: str, otherwise: str) -> str:
        """Return the name that a property gives, or that CloudFormation makes up."""
        return str(self.properties.get(prop) or otherwise)


@dataclass(frozen=True)
class Template:
    """What a policy is made from.

    Attributes:
        resources: its resources, serverless ones expanded.
        transforms: the transforms that it names, for example `AWS::Serverless-2016-10-31`.
    """

    resources: Sequence[Resource]
    transforms: Sequence[str] = ()


def read(text: str, values: Mapping[str, str], region: str) -> Template:
    """Read a template.

    Args:
        text: the template, YAML or JSON.
        values: of parameters and pseudo parameters that are known.
        region: AWS region of the stack.

    Raises:
        OperateError: it is not a template.
    """
    try:
        content = yaml.load(text, Loader=_Loader)
        named = content.get("Transform", [])
        transforms = [named] if isinstance(named, str) else [str(each) for each in named if isinstance(each, str)]
        if SERVERLESS in transforms:
            content = _expanded(content, region)
        described = content["Resources"].items()
        resources = [
            Resource(name, each["Type"], _resolved(each.get("Properties", {}), values)) for name, each in described
        ]
    except (AttributeError, KeyError, TypeError, yaml.YAMLError) as error:
        reason = " ".join(f"{type(error).__name__} {error}".split())
        raise OperateError(f"not a CloudFormation template that can be read: {reason}") from None
    return Template(resources, transforms)


def _expanded(content: dict[str, Any], region: str) -> dict[str, Any]:
    # Here: the translator takes a second to load, and no other command needs it.
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        expanded: dict[str, Any] = translator.translate(content, {})
    except InvalidDocumentException as error:
        causes = " ".join("; ".join(cause.message for cause in error.causes).split())
        say(
            f"warning: the template's serverless resources are not expanded, their actions not in this policy: {causes}"
        )
        return content
    return expanded


def _resolved(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_resolved(item, values) for item in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return values.get(str(value["Ref"]), "*")
    if "Fn::Sub" in value:
        given = value["Fn::Sub"]
        text, own = (given, {}) if isinstance(given, str) else given
        known = {**values, **{name: str(_resolved(item, values)) for name, item in own.items()}}
        return re.sub(r"\$\{([^}!]+)\}", lambda match: known.get(match[1], "*"), text)
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(str(_resolved(part, values)) for part in parts) if isinstance(parts, list) else "*"
    if any(name.startswith("Fn::") for name in value):
        return "*"
    return {name: _resolved(item, values) for name, item in value.items()}
