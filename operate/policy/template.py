"""A CloudFormation template, as far as the names of its resources go: what cannot be known beforehand is a `*`.

Serverless resources are expanded as CloudFormation does it, by AWS's own translator: into functions and the roles,
permissions and rules that come with them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.aws.template import Template
from operate.console import say

SERVERLESS = "AWS::Serverless-2016-10-31"
"""The transform that expands serverless resources."""


@dataclass(frozen=True)
class Declaration:
    """A resource of a template: its name there, type and properties, references resolved as far as they can be."""

    logical_id: str
    kind: str
    properties: Mapping[str, Any]

    def named(self, prop: str, otherwise: str) -> str:
        """Return the name that a property gives, or that CloudFormation makes up."""
        return str(self.properties.get(prop) or otherwise)


@dataclass(frozen=True)
class Declarations:
    """What a policy is made from.

    Attributes:
        resources: a template's resources, serverless ones expanded.
        transforms: the transforms that it names.
    """

    resources: Sequence[Declaration]
    transforms: Sequence[str] = ()


def declarations(template: Template, values: Mapping[str, str], region: str) -> Declarations:
    """Return what a template declares.

    Args:
        template: as it was read.
        values: of parameters and pseudo parameters that are known.
        region: AWS region of the stack.
    """
    document = template.document
    if SERVERLESS in template.transforms:
        document = _expanded(document, region)
    declared = [
        Declaration(name, each["Type"], _resolved(each.get("Properties", {}), values))
        for name, each in document["Resources"].items()
    ]
    return Declarations(declared, template.transforms)


def _expanded(document: Mapping[str, Any], region: str) -> Mapping[str, Any]:
    # Here: the translator takes a second to load, and no other command needs it.
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        expanded: dict[str, Any] = translator.translate(copy.deepcopy(dict(document)), {})
    except InvalidDocumentException as error:
        causes = " ".join("; ".join(cause.message for cause in error.causes).split())
        say(
            f"warning: the template's serverless resources are not expanded, their actions not in this policy: {causes}"
        )
        return document
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
