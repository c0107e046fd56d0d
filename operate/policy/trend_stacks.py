"""The rights that CloudFormation needs for Trend's stacks, from what their templates declare.

CloudFormation creates a stack's resources with the rights of whoever called it. Which actions a resource type takes is
what its entry in the CloudFormation registry lists for its handlers, less what belongs to properties that the template
does not use. All but the reading of templates and code holds only for calls through CloudFormation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from operate.policy.place import Place
from operate.policy.statement import Condition, Statement
from operate.policy.template import Declaration, Declarations

StackOperation = Literal["create", "tag", "delete"]

VIA_CLOUDFORMATION: Condition = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}


@dataclass(frozen=True)
class _Kind:
    """What a resource type takes.

    Attributes:
        target: names its statement.
        arns: return what its actions are on.
        actions: by operation; after a `?` stands the property without which one is not needed.
    """

    target: str
    arns: Callable[[Place, str, Declaration], Sequence[str]]
    actions: Mapping[StackOperation, Sequence[str]]

    def needed(self, operation: StackOperation, resource: Declaration) -> list[str]:
        pairs = (action.partition("?") for action in self.actions.get(operation, ()))
        return [action for action, _, prop in pairs if not prop or prop in resource.properties]


def _unnamed(stack: str, resource: Declaration) -> str:
    # Too long a name is cut by CloudFormation, at an unknown place.
    return f"{stack}-{resource.logical_id}-*"


def _role(place: Place, stack: str, resource: Declaration) -> list[str]:
    path = resource.properties.get("Path", "/")
    return [place.where.iam(f"role{path}{resource.named('RoleName', _unnamed(stack, resource))}")]


def _oidc_provider(place: Place, _stack: str, resource: Declaration) -> list[str]:
    return [place.where.iam(f"oidc-provider/{str(resource.properties['Url']).removeprefix('https://')}")]


def _function(place: Place, stack: str, resource: Declaration) -> list[str]:
    return [place.where.arn("lambda", f"function:{resource.named('FunctionName', _unnamed(stack, resource))}")]


def _rule(place: Place, stack: str, resource: Declaration) -> list[str]:
    return [place.where.arn("events", f"rule/{resource.named('Name', _unnamed(stack, resource))}")]


def _log_group(place: Place, stack: str, resource: Declaration) -> list[str]:
    name = place.where.arn("logs", f"log-group:{resource.named('LogGroupName', _unnamed(stack, resource))}")
    return [name, f"{name}:*"]


def _secret(place: Place, _stack: str, resource: Declaration) -> list[str]:
    # Of all types here the only one whose made-up name lacks the stack's; Secrets Manager adds the six characters.
    name = resource.named("Name", f"{resource.logical_id}-*")
    return [place.where.arn("secretsmanager", f"secret:{name}-??????")]


KINDS: Mapping[str, _Kind] = {
    "AWS::IAM::Role": _Kind(
        "Roles",
        _role,
        {
            "create": (
                "iam:CreateRole",
                "iam:GetRole",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:PutRolePolicy?Policies",
                "iam:GetRolePolicy?Policies",
                "iam:AttachRolePolicy?ManagedPolicyArns",
            ),
            "tag": ("iam:TagRole", "iam:UntagRole"),
            "delete": (
                "iam:DeleteRole",
                "iam:GetRole",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:ListAttachedRolePolicies",
                "iam:ListRolePolicies",
                "iam:DeleteRolePolicy?Policies",
                "iam:DetachRolePolicy?ManagedPolicyArns",
            ),
        },
    ),
    "AWS::IAM::OIDCProvider": _Kind(
        "OidcProvider",
        _oidc_provider,
        {
            # Its reading is granted to the program already, which looks for it (`own.looks`).
            "create": ("iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"),
            "tag": ("iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider"),
            "delete": ("iam:DeleteOpenIDConnectProvider",),
        },
    ),
    "AWS::Lambda::Function": _Kind(
        "Functions",
        _function,
        {
            "create": ("lambda:CreateFunction", "lambda:GetFunction", "lambda:TagResource"),
            "delete": ("lambda:DeleteFunction", "lambda:GetFunction"),
        },
    ),
    "AWS::Events::Rule": _Kind(
        "Schedules",
        _rule,
        {
            "create": ("events:DescribeRule", "events:PutRule", "events:PutTargets", "events:TagResource?Tags"),
            "delete": (
                "events:DeleteRule",
                "events:DescribeRule",
                "events:ListTargetsByRule",
                "events:RemoveTargets",
            ),
        },
    ),
    "AWS::Logs::LogGroup": _Kind(
        "LogGroups",
        _log_group,
        {
            "create": ("logs:CreateLogGroup", "logs:TagResource", "logs:PutRetentionPolicy?RetentionInDays"),
            "delete": ("logs:DeleteLogGroup",),
        },
    ),
    "AWS::SecretsManager::Secret": _Kind(
        "Secrets",
        _secret,
        {
            "create": (
                "secretsmanager:CreateSecret",
                "secretsmanager:DescribeSecret",
                "secretsmanager:TagResource",
            ),
            "delete": ("secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret"),
        },
    ),
}
"""Of the types whose ARNs can be told; the rest is in `_beside_names`."""


@dataclass(frozen=True)
class StackRights:
    """A stack of Trend's, and what is done to it.

    Attributes:
        name: its name.
        template: what it declares.
        operations: what is done.
    """

    name: str
    template: Declarations
    operations: Sequence[StackOperation]


def unknown(stacks: Sequence[StackRights]) -> Iterator[str]:
    """Yield a line about each resource whose rights `rights` does not know, with the way to find them out."""
    for stack in stacks:
        for resource in stack.template.resources:
            if resource.kind not in KINDS and not _is_on_function(resource):
                yield (
                    f"the template of stack {stack.name} has a {resource.kind} ({resource.logical_id}), whose actions "
                    "are not known here and not in this policy: add what its handlers take, which "
                    f"`aws cloudformation describe-type --type RESOURCE --type-name {resource.kind}` lists"
                )


def rights(place: Place, stacks: Sequence[StackRights]) -> Iterator[Statement]:
    """Yield what CloudFormation needs for stacks, as far as it is known; `unknown` names the rest."""
    for name, kind in KINDS.items():
        of_kind = [(stack, each) for stack in stacks for each in stack.template.resources if each.kind == name]
        actions = [
            action
            for stack, each in of_kind
            for operation in stack.operations
            for action in kind.needed(operation, each)
        ]
        arns = [arn for stack, each in of_kind for arn in kind.arns(place, stack.name, each)]
        yield Statement("Trend", kind.target, actions, arns, VIA_CLOUDFORMATION)
    for stack in stacks:
        yield from _beside_names(place, stack.name, stack.template.resources, stack.operations)
        if "create" in stack.operations:
            # CloudFormation expands a template with its caller's rights (source: its user guide, macros; AWS's own
            # answer to a caller without it names this resource).
            names = (name.removeprefix("AWS::") for name in stack.template.transforms)
            owned_by_aws = f"arn:{place.where.partition}:cloudformation:{place.where.region}:aws"
            transforms = [f"{owned_by_aws}:transform/{name}" for name in names]
            expanding = ["cloudformation:CreateChangeSet"] if transforms else []
            yield Statement("Expand", "TrendTemplates", expanding, transforms)


def _is_on_function(resource: Declaration) -> bool:
    return resource.kind == "AWS::Lambda::Permission" or resource.kind.startswith("Custom::")


def _beside_names(
    place: Place, stack: str, resources: Sequence[Declaration], operations: Sequence[StackOperation]
) -> Iterator[Statement]:
    functions = [each for each in resources if each.kind == "AWS::Lambda::Function"]
    arns = [arn for each in functions for arn in _function(place, stack, each)]
    changing = {"create", "delete"} & set(operations)
    actions = []
    if any(each.kind == "AWS::Lambda::Permission" for each in resources):
        named = {"create": "lambda:AddPermission", "delete": "lambda:RemovePermission"}
        actions += [named[operation] for operation in operations if operation in named]
    if changing and any(each.kind.startswith("Custom::") for each in resources):
        actions.append("lambda:InvokeFunction")
    yield Statement("Trend", "Functions", actions, arns, VIA_CLOUDFORMATION)
    if "create" in operations and functions:
        roles = [arn for each in resources if each.kind == "AWS::IAM::Role" for arn in _role(place, stack, each)]
        passed = {**VIA_CLOUDFORMATION, "StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
        yield Statement("Trend", "FunctionsRole", ["iam:PassRole"], roles, passed)
        codes = [_code(place, each) for each in functions if "S3Bucket" in each.properties.get("Code", {})]
        yield Statement("Trend", "FunctionsCode", ["s3:GetObject"] if codes else [], codes)
    if "create" in operations and any("GenerateSecretString" in each.properties for each in resources):
        yield Statement("Trend", "RandomPassword", ["secretsmanager:GetRandomPassword"], ["*"], VIA_CLOUDFORMATION)
    if changing and any(each.kind == "AWS::Logs::LogGroup" for each in resources):
        yield Statement("Find", "TrendLogGroups", ["logs:DescribeLogGroups"], ["*"], VIA_CLOUDFORMATION)


def _code(place: Place, function: Declaration) -> str:
    code = function.properties["Code"]
    return place.where.s3(f"{code['S3Bucket']}/{code['S3Key']}")
