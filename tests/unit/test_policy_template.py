"""What `operate policy` reads out of a CloudFormation template."""

from __future__ import annotations

import pytest

from components.settings.model import ExistingTrail, Settings
from operate.console import OperateError
from operate.policy.place import Place
from operate.policy.statement import Statement, document
from operate.policy.template import resources
from operate.policy.vendor import VendorStack, rights

PLACE = Place(Settings(trail=ExistingTrail("logs")), "p", "s", "123456789012", "eu-west-2", "aws", "amazonaws.com")
NAMES = """
Resources:
  Thing:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: {name}
"""


@pytest.mark.parametrize(
    ("name", "resolved"),
    [
        ("!Sub '${AWS::StackName}-x-${Unknown}'", "Own-x-*"),
        ("!Sub ['${A}-${!Literal}', {A: !Ref AWS::StackName}]", "Own-${!Literal}"),
        ("!Join ['-', [!Ref AWS::StackName, !GetAtt Other.Arn]]", "Own-*"),
        ("!Ref Unknown", "*"),
        ("!If [Big, a, b]", "*"),
        ("plain", "plain"),
    ],
)
def test_names_are_resolved_as_far_as_they_are_known(name: str, resolved: str) -> None:
    (resource,) = resources(NAMES.format(name=name), {"AWS::StackName": "Own"})
    assert resource.properties["FunctionName"] == resolved


@pytest.mark.parametrize("text", ["", "a: b", "- x", "Resources: [", "Resources: {A: {}}"])
def test_what_is_no_template_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(OperateError, match=r"^this is no CloudFormation template that can be read: [^\n]+$"):
        resources(text, {})


def test_an_unknown_resource_type_is_named() -> None:
    found = resources("Resources: {Table: {Type: AWS::DynamoDB::Table}}", {})
    with pytest.raises(OperateError, match=r"AWS::DynamoDB::Table \(Table\), whose rights are not known"):
        list(rights(PLACE, [VendorStack("Own", found, ["make"])]))


def test_a_role_without_a_name_is_known_by_stack_and_logical_name() -> None:
    found = resources("Resources: {Mine: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [x]}}}", {})
    (statement,) = document(rights(PLACE, [VendorStack("Own", found, ["remove"])]))["Statement"]
    assert statement["Resource"] == ["arn:aws:iam::123456789012:role/Own-Mine-*"]
    assert "iam:DetachRolePolicy" in statement["Action"]
    assert "iam:DeleteRolePolicy" not in statement["Action"]


def test_statements_about_the_same_are_put_together() -> None:
    made = document(
        [
            Statement("Read", "Thing", ["a:Get"], ["arn:x"]),
            Statement("Make", "Thing", ["a:Make", "a:Get"], ["arn:x"]),
            Statement("Make", "Thing", ["a:Make"], ["arn:x"], {"StringEquals": {"k": "v"}}),
            Statement("Remove", "Thing", [], ["arn:x"]),
        ]
    )["Statement"]
    assert [(each["Sid"], each["Action"]) for each in made] == [
        ("ReadAndMakeThing", ["a:Get", "a:Make"]),
        ("MakeThing", ["a:Make"]),
    ]
