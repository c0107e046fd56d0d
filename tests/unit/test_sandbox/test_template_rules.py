"""What CloudFormation refuses before it makes anything."""

from __future__ import annotations

from typing import Any

import pytest
from moto.cloudformation.exceptions import ValidationError

from sandbox.aws.taught.template_rules import InsufficientCapabilitiesError, check, missing_capability

QUEUE = {"Type": "AWS::SQS::Queue"}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {}}
NAMED_ROLE = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "mine"}}


def template(*resources: dict[str, Any], **parameters: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": {f"R{number}": each for number, each in enumerate(resources)}, "Parameters": parameters}


def refuse(given: dict[str, Any], values: dict[str, str], *capabilities: str) -> str:
    with pytest.raises((ValidationError, InsufficientCapabilitiesError)) as refused:
        check(given, values, capabilities, is_known=lambda kind: kind.startswith("AWS::"))
    return str(refused.value.message)


def test_an_undeclared_parameter_is_refused_by_name() -> None:
    refusal = refuse(template(QUEUE, Known={"Type": "String"}), {"Known": "x", "S3BucketKey": "y"})
    assert refusal == "Parameters: [S3BucketKey] do not exist in the template"


def test_a_parameter_without_a_value_is_refused_unless_it_has_a_default() -> None:
    declared = template(QUEUE, A={"Type": "String"}, B={"Type": "String", "Default": ""})
    assert refuse(declared, {}) == "Parameters: [A] must have values"
    check(declared, {"A": "x"}, (), is_known=lambda _: True)


@pytest.mark.parametrize(
    ("slot", "good", "bad", "part"),
    [
        ({"AllowedValues": ["a", "b"]}, "a", "c", "AllowedValues"),
        ({"AllowedPattern": "[0-9]{12}"}, "012345678901", "12", "match pattern"),
        ({"AllowedPattern": "[0-9]{12}"}, "012345678901", "0123456789012", "match pattern"),
        ({"MinLength": 1}, "x", "", "at least 1"),
    ],
)
def test_a_value_outside_its_constraint_is_refused(slot: dict[str, Any], good: str, bad: str, part: str) -> None:
    declared = template(QUEUE, P={"Type": "String", **slot})
    check(declared, {"P": good}, (), is_known=lambda _: True)
    refusal = refuse(declared, {"P": bad})
    assert part in refusal
    assert "'P'" in refusal


@pytest.mark.parametrize(
    ("resources", "given", "missing"),
    [
        ([QUEUE], [], None),
        ([ROLE], [], "CAPABILITY_IAM"),
        ([ROLE], ["CAPABILITY_IAM"], None),
        ([ROLE], ["CAPABILITY_NAMED_IAM"], None),
        ([ROLE, NAMED_ROLE], ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
        ([NAMED_ROLE], ["CAPABILITY_NAMED_IAM"], None),
    ],
)
def test_iam_resources_need_the_capability_that_fits(
    resources: list[dict[str, Any]], given: list[str], missing: str | None
) -> None:
    assert missing_capability(template(*resources), given) == missing


def test_a_transform_needs_auto_expand() -> None:
    transformed = {**template(QUEUE), "Transform": "AWS::Serverless-2016-10-31"}
    assert refuse(transformed, {}) == "Requires capabilities : [CAPABILITY_AUTO_EXPAND]"


def test_a_resource_type_that_the_sandbox_cannot_make_is_refused_rather_than_skipped() -> None:
    refusal = refuse(template(QUEUE, {"Type": "Custom::Unheard"}), {})
    assert refusal == "Template format error: Unrecognized resource types: [Custom::Unheard]"
