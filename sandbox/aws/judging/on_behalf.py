"""What CloudFormation asks for when it makes, changes and deletes a resource: it has the rights of whoever called it.

Which actions a resource type takes is what the type's entry in the CloudFormation registry declares for its handlers;
cfn-lint brings the registry along. An entry lists all that a handler may ever call, so what belongs to a property that
the resource does not use is left out. Whether a handler really makes each of the rest is not documented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from moto.utilities.utils import get_partition

from sandbox.aws.judging.asks import role_arn
from sandbox.aws.judging.judge import Judge
from sandbox.aws.judging.policy import Ask

ResourceProperties = Mapping[str, Any]

FEATURES: Mapping[str, str] = {
    "ec2:": "VpcConfig",
    "elasticfilesystem:": "FileSystemConfigs",
    "firehose:": "DeliveryDestination",
    "iam:AttachRolePolicy": "ManagedPolicyArns",
    "iam:DeleteRolePermissionsBoundary": "PermissionsBoundary",
    "iam:DeleteRolePolicy": "Policies",
    "iam:DetachRolePolicy": "ManagedPolicyArns",
    "iam:GetRolePolicy": "Policies",
    "iam:PutRolePermissionsBoundary": "PermissionsBoundary",
    "iam:PutRolePolicy": "Policies",
    "kms:": "KmsKeyArn",
    "lambda:AssociateRuntimeAlias": "RuntimeAlias",
    "lambda:GetCodeSigningConfig": "CodeSigningConfigArn",
    "lambda:GetFunctionCodeSigningConfig": "CodeSigningConfigArn",
    "lambda:GetFunctionRecursionConfig": "RecursiveLoop",
    "lambda:GetLayerVersion": "Layers",
    "lambda:GetRuntimeManagementConfig": "RuntimeManagementConfig",
    "lambda:PassCapacityProvider": "CapacityProviderConfig",
    "lambda:PutFunctionConcurrency": "ReservedConcurrentExecutions",
    "lambda:PutFunctionRecursionConfig": "RecursiveLoop",
    "lambda:PutFunctionScalingConfig": "FunctionScalingConfig",
    "lambda:PutRuntimeManagementConfig": "RuntimeManagementConfig",
    "logs:CreateLogDelivery": "DeliveryDestination",
    "logs:DeleteDataProtectionPolicy": "DataProtectionPolicy",
    "logs:DescribeIndexPolicies": "FieldIndexPolicies",
    "logs:DescribeResourcePolicies": "ResourcePolicyDocument",
    "logs:GetDataProtectionPolicy": "DataProtectionPolicy",
    "logs:PutBearerTokenAuthentication": "BearerTokenAuthenticationEnabled",
    "logs:PutDataProtectionPolicy": "DataProtectionPolicy",
    "logs:PutIndexPolicy": "FieldIndexPolicies",
    "logs:PutResourcePolicy": "ResourcePolicyDocument",
    "logs:PutRetentionPolicy": "RetentionInDays",
    "s3:GetObjectVersion": "S3ObjectVersion",
    "s3:GetObject": "S3Bucket",
    "s3:REST.PUT.OBJECT": "DeliveryDestination",
    "s3files:": "FileSystemConfigs",
    "secretsmanager:GetRandomPassword": "GenerateSecretString",
    "secretsmanager:RemoveRegionsFromReplication": "ReplicaRegions",
    "secretsmanager:ReplicateSecretToRegions": "ReplicaRegions",
}
"""Actions, or beginnings of them, that take a property: without it they are not asked for."""

# A stack's tags reach its resources by these, and nothing else changes then.
_TAGGING = ("TagRole", "UntagRole", "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider", "TagResource")
_RANDOM_END = "-1ABCDEFGHIJK"
"""What CloudFormation ends a name with that no template gives; moto leaves it out."""

PASSED = {"iam:PassedToService": ("lambda.amazonaws.com",)}
"""Only functions get a role passed here."""

_judges: list[Judge] = []


def decided_by(judge: Judge) -> None:
    """Name the judge of this process."""
    _judges[:] = [judge]


def refusal(
    operation: str,
    kind: str,
    logical_id: str,
    properties: ResourceProperties,
    stack_name: str,
    account: str,
    region: str,
) -> str | None:
    """Return why CloudFormation may not do something to a resource, or None where it may.

    Args:
        operation: `create`, `tag` or `delete`.
        kind: the resource's type.
        logical_id: its name in the template.
        properties: its properties, references resolved.
        stack_name: of the stack.
        account, region: where the stack is.
    """
    if not _judges:
        return None
    place = _Place(stack_name, logical_id, account, region)
    asks = (  # one after the other: nothing is worked out where no policy is enforced
        Ask(action, place.resource(action, kind, properties), PASSED if action == "iam:PassRole" else {})
        for action in _actions(operation, kind, properties)
    )
    return _judges[0].refusal_on_behalf(asks, f"{operation} {kind}")


def refusal_to_expand(transform: str, region: str) -> str | None:
    """Return why CloudFormation may not expand a template by a transform of AWS's own, or None where it may.

    Source: CloudFormation user guide, macros; AWS's answer to a caller without the right names this resource.
    """
    if not _judges:
        return None
    name = transform.removeprefix("AWS::")
    on = f"arn:{get_partition(region)}:cloudformation:{region}:aws:transform/{name}"
    return _judges[0].refusal_on_behalf([Ask("cloudformation:CreateChangeSet", on)], f"expand {transform}")


def _actions(operation: str, kind: str, properties: ResourceProperties) -> Iterable[str]:
    if kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource":
        return [] if operation == "tag" else ["lambda:InvokeFunction"]
    listed = _registry(kind).get("update" if operation == "tag" else operation, {}).get("permissions", [])
    if operation == "tag":
        return [action for action in listed if action.partition(":")[2] in _TAGGING]
    return [action for action in listed if _is_used(action, properties)]


def _is_used(action: str, properties: ResourceProperties) -> bool:
    feature = next((name for beginning, name in FEATURES.items() if action.startswith(beginning)), None)
    return feature is None or feature in properties or feature in properties.get("Code", {})


@lru_cache
def _registry(kind: str) -> Mapping[str, Mapping[str, Any]]:
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # loads for a second, which only judging needs

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    handlers: Mapping[str, Mapping[str, Any]] = schema.get("handlers", {})
    return handlers


class _Place:
    """Where a resource is, and hence what ARN it has."""

    def __init__(self, stack_name: str, logical_id: str, account: str, region: str) -> None:
        self._unnamed = f"{stack_name}-{logical_id}{_RANDOM_END}"
        self._account, self._region, self._partition = account, region, get_partition(region)

    def resource(self, action: str, kind: str, properties: ResourceProperties) -> str:
        if action == "iam:PassRole":
            return str(properties["Role"])
        if action.startswith("s3:"):
            code = properties["Code"]
            return f"arn:{self._partition}:s3:::{code['S3Bucket']}/{code['S3Key']}"
        if action == "logs:DescribeLogGroups":
            return "*"
        if kind.startswith("Custom::"):
            return str(properties["ServiceToken"])
        return _NAMED[kind](self, properties) + (":log-stream:" if action in _OF_LOG_STREAM else "")

    def arn(self, service: str, name: str) -> str:
        return f"arn:{self._partition}:{service}:{self._region}:{self._account}:{name}"

    def role(self, properties: ResourceProperties) -> str:
        name = properties.get("RoleName", self._unnamed)
        return role_arn(self._account, self._region, name, properties.get("Path", "/"))

    def oidc_provider(self, properties: ResourceProperties) -> str:
        host = properties["Url"].removeprefix("https://")
        return f"arn:{self._partition}:iam::{self._account}:oidc-provider/{host}"

    def function(self, properties: ResourceProperties) -> str:
        name = str(properties.get("FunctionName", self._unnamed))
        return name if name.startswith("arn:") else self.arn("lambda", f"function:{name}")

    def log_group(self, properties: ResourceProperties) -> str:
        return self.arn("logs", f"log-group:{properties.get('LogGroupName', self._unnamed)}")

    def secret(self, properties: ResourceProperties) -> str:
        return self.arn("secretsmanager", f"secret:{properties.get('Name', self._unnamed)}-a1B2c3")


_OF_LOG_STREAM = ("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy")
_NAMED: Mapping[str, Callable[[_Place, ResourceProperties], str]] = {
    "AWS::IAM::Role": _Place.role,
    "AWS::IAM::OIDCProvider": _Place.oidc_provider,
    "AWS::Lambda::Function": _Place.function,
    "AWS::Lambda::Permission": _Place.function,
    "AWS::Logs::LogGroup": _Place.log_group,
    "AWS::SecretsManager::Secret": _Place.secret,
}
