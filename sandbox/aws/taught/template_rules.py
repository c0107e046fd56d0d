"""What CloudFormation refuses before it makes anything; moto lets all of it pass.

Messages and their order follow the AWS CloudFormation API reference and its answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import ServiceException

IAM_NAMES = {
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": "",
}
"""Resource types that need a capability, each with the property whose presence makes it the stronger one."""


class InsufficientCapabilitiesError(ServiceException):
    """The caller did not acknowledge what the template does."""

    code = "InsufficientCapabilitiesException"


def check(
    template: Mapping[str, Any],
    parameters: Mapping[str, str],
    capabilities: Collection[str],
    is_known: Callable[[str], bool],
) -> None:
    """Refuse what AWS refuses at CreateStack and UpdateStack.

    Args:
        template: the parsed template.
        parameters: the values given by the caller.
        capabilities: what the caller acknowledged.
        is_known: whether a resource type can be made here.

    Raises:
        ValidationError: wrong parameters, or a resource type that the sandbox cannot make.
        InsufficientCapabilitiesError: a capability is missing.
    """
    _check_types(template.get("Resources", {}), is_known)
    _check_parameters(template.get("Parameters", {}), parameters)
    missing = missing_capability(template, capabilities)
    if missing:
        raise InsufficientCapabilitiesError(f"Requires capabilities : [{missing}]")


def missing_capability(template: Mapping[str, Any], capabilities: Collection[str]) -> str | None:
    """Name the capability that the template needs and the caller did not give, if any."""
    if template.get("Transform") and "CAPABILITY_AUTO_EXPAND" not in capabilities:
        return "CAPABILITY_AUTO_EXPAND"
    iam = [resource for resource in template.get("Resources", {}).values() if resource["Type"] in IAM_NAMES]
    if any(IAM_NAMES[resource["Type"]] in resource.get("Properties", {}) for resource in iam):
        return None if "CAPABILITY_NAMED_IAM" in capabilities else "CAPABILITY_NAMED_IAM"
    if iam and not {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"} & set(capabilities):
        return "CAPABILITY_IAM"
    return None


def _check_types(resources: Mapping[str, Any], is_known: Callable[[str], bool]) -> None:
    unknown = sorted({resource["Type"] for resource in resources.values() if not is_known(resource["Type"])})
    if unknown:
        raise ValidationError(message=f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")


def _check_parameters(declared: Mapping[str, Any], given: Mapping[str, str]) -> None:
    undeclared = [name for name in given if name not in declared]
    if undeclared:
        raise ValidationError(message=f"Parameters: [{', '.join(undeclared)}] do not exist in the template")
    missing = [name for name, slot in declared.items() if name not in given and "Default" not in slot]
    if missing:
        raise ValidationError(message=f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in given.items():
        slot = declared[name]
        if "AllowedValues" in slot and value not in [str(allowed) for allowed in slot["AllowedValues"]]:
            raise ValidationError(message=f"Parameter '{name}' must be one of AllowedValues")
        if "AllowedPattern" in slot and not re.fullmatch(slot["AllowedPattern"], value):
            raise ValidationError(message=f"Parameter '{name}' must match pattern {slot['AllowedPattern']}")
        if len(value) < int(slot.get("MinLength", 0)):
            raise ValidationError(message=f"Parameter '{name}' must contain at least {slot['MinLength']} characters")
