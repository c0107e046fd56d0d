"""What `operate policy` reads out of a CloudFormation template."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from components.aws.context import AwsContext
from components.aws.errors import AwsError
from components.aws.template import parse
from components.settings.model import ExistingTrail, NewTrail, Settings
from operate.cli import app
from operate.engine.stack import Stack
from operate.engine.state import Resource, State
from operate.policy import deployer
from operate.policy.place import Place
from operate.policy.statement import MANAGED_POLICY_LIMIT, Statement, document, length
from operate.policy.surroundings import known_names
from operate.policy.template import Declarations, declarations
from operate.policy.trend_stacks import StackRights, rights, unknown

WHERE = AwsContext("123456789012", "eu-west-2", "aws", "amazonaws.com")
PLACE = Place(Settings(trail=ExistingTrail("logs")), "p", "s", WHERE)


def declared(text: str, values: dict[str, str], region: str) -> Declarations:
    return declarations(parse("a.yaml", text.encode()), values, region)


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
    (resource,) = declared(NAMES.format(name=name), {"AWS::StackName": "Own"}, "eu-west-2").resources
    assert resource.properties["FunctionName"] == resolved


@pytest.mark.parametrize("text", ["", "a: b", "- x", "Resources: [", "Resources: {A: {}}", "Transform: 1"])
def test_what_is_not_a_template_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(AwsError, match=r"^a.yaml is not a CloudFormation template \([^\n]+\); [^\n]+$"):
        declared(text, {}, "eu-west-2")


def test_serverless_resources_that_cannot_be_expanded_are_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    text = "{Transform: AWS::Serverless-2016-10-31, Resources: {F: {Type: AWS::Serverless::Function}}}"
    found = declared(text, {}, "eu-west-2")
    assert "not expanded, their actions not in this policy: Resource with id [F] is invalid" in capsys.readouterr().err
    (line,) = unknown([StackRights("Own", found, ["create"])])
    assert "AWS::Serverless::Function (F)" in line


def test_a_resource_type_that_is_not_known_is_a_line_and_not_the_end_of_the_policy() -> None:
    found = declared("Resources: {Table: {Type: AWS::DynamoDB::Table}, Mine: {Type: AWS::IAM::Role}}", {}, "eu-west-2")
    stacks = [StackRights("Own", found, ["delete"])]
    (line,) = unknown(stacks)
    assert "AWS::DynamoDB::Table (Table)" in line
    assert "--type-name AWS::DynamoDB::Table" in line
    (statement,) = document(rights(PLACE, stacks))["Statement"]
    assert statement["Sid"] == "TrendRoles"


SERVERLESS_FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Handler: a.b}}
Resources:
  Forwarder:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-forwarder"
      CodeUri: {Bucket: code, Key: forwarder.zip}
      Policies: [{S3ReadPolicy: {BucketName: logs}}, AmazonS3ReadOnlyAccess]
      Events: {Tick: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
"""


def test_a_serverless_function_takes_what_its_role_its_permission_and_its_schedule_take() -> None:
    found = declared(SERVERLESS_FUNCTION, {"AWS::StackName": "Own"}, "eu-west-2")
    stacks = [StackRights("Own", found, ["create"])]
    assert list(unknown(stacks)) == []
    allowed = {
        (action, resource)
        for statement in document(rights(PLACE, stacks))["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    mine = "eu-west-2:123456789012"
    assert {
        ("cloudformation:CreateChangeSet", "arn:aws:cloudformation:eu-west-2:aws:transform/Serverless-2016-10-31"),
        ("lambda:CreateFunction", f"arn:aws:lambda:{mine}:function:Own-forwarder"),
        ("lambda:AddPermission", f"arn:aws:lambda:{mine}:function:Own-forwarder"),
        ("s3:GetObject", "arn:aws:s3:::code/forwarder.zip"),
        ("iam:CreateRole", "arn:aws:iam::123456789012:role/Own-ForwarderRole-*"),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/Own-ForwarderRole-*"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/Own-ForwarderRole-*"),
        ("iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/Own-ForwarderRole-*"),
        ("events:PutRule", f"arn:aws:events:{mine}:rule/Own-ForwarderTick-*"),
    } <= allowed


def test_a_role_without_a_name_is_known_by_stack_and_logical_name() -> None:
    text = "Resources: {Mine: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [x]}}}"
    found = declared(text, {}, "eu-west-2")
    (statement,) = document(rights(PLACE, [StackRights("Own", found, ["delete"])]))["Statement"]
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


def test_what_is_about_one_thing_is_one_statement_whatever_it_is_for() -> None:
    made = document(
        [
            Statement("Read", "Trail", ["a:Get"], ["arn:x/*", "arn:x/one"]),
            Statement("Look", "Others", ["a:List"], ["arn:x/*"]),
            Statement("Make", "Trail", ["a:Make"], ["arn:x/two", "arn:x/*"]),
            Statement("Make", "Trails", ["a:Make"], ["arn:?/*", "arn:y/*"]),
            Statement("Find", "Trail", ["a:Find"], ["*"]),
            Statement("Find", "Provider", ["b:Find"], ["*"]),
        ]
    )["Statement"]
    assert [(each["Sid"], each["Resource"]) for each in made] == [
        ("Trail", ["arn:x/*"]),
        ("MakeTrails", ["arn:?/*", "arn:y/*"]),
        ("FindTrail", ["*"]),
        ("FindProvider", ["*"]),
    ]


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_policy_that_no_managed_policy_holds_is_printed_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, beyond: int
) -> None:
    padding = MANAGED_POLICY_LIMIT - length({"Sid": ""}) + beyond
    policy = {"Sid": "x" * padding}
    assert length(policy) == MANAGED_POLICY_LIMIT + beyond
    monkeypatch.setattr(deployer, "policy", lambda *_: policy)
    monkeypatch.setattr(Stack, "of", lambda _: None)
    done = CliRunner().invoke(app, ["policy", "--for", "up"])
    assert json.loads(done.stdout) == policy
    assert ("warning: it has 6,145 characters" in done.stderr) is bool(beyond)


def test_the_topic_of_a_new_trail_has_the_name_that_the_program_gives_it() -> None:
    place = Place(Settings(trail=NewTrail()), "p", "dev.eu", WHERE)
    assert place.trail_arn.endswith(":trail/p-dev.eu")
    assert place.topic_arn.endswith(":p-dev-eu")


def test_the_template_of_vision_ones_stack_is_that_of_the_stack_in_the_state() -> None:
    kind, name = "aws:cloudformation/stack:Stack", "Trend-VisionOne"
    own = Resource("urn:vision-one-stack", kind, id="arn:own", inputs={"name": name})
    other = Resource("urn:management-role", kind, id="arn:other", inputs={"name": "CloudOne-Account"})
    states = [State({}, resources, (), None) for resources in ((other, own), (other,))]
    assert [known_names(each, bind_names=False).get("visionOneStack") for each in states] == ["arn:own", None]
