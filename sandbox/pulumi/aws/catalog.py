"""Which types and invokes are implemented, and where. A module is imported when its first type is used."""

from __future__ import annotations

import importlib
from functools import cache

from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.aws.kind import ResourceType

_CLASSES = {
    "aws:cloudformation/stack:Stack": "cloudformation.StackType",
    "aws:cloudtrail/trail:Trail": "cloudtrail.TrailType",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "iam_oidc.OidcProviderType",
    "aws:iam/role:Role": "iam_role.RoleType",
    "aws:iam/rolePolicy:RolePolicy": "iam_role_policy.RolePolicyType",
    "aws:s3/bucket:Bucket": "s3_bucket.BucketType",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "s3_parts.LifecycleType",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "s3_parts.OwnershipControlsType",
    "aws:s3/bucketPolicy:BucketPolicy": "s3_parts.PolicyType",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3_parts.PublicAccessBlockType",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "s3_parts.EncryptionType",
    "aws:s3/bucketVersioning:BucketVersioning": "s3_parts.VersioningType",
    "aws:sns/topic:Topic": "sns.TopicType",
    "aws:sns/topicPolicy:TopicPolicy": "sns.TopicPolicyType",
}


@cache
def resource_for(token: str) -> ResourceType:
    """Return the implementation of a type.

    Raises:
        ProviderError: there is none.
    """
    if token not in _CLASSES:
        raise ProviderError(f"the sandbox's AWS plugin does not implement the resource type {token}")
    module, name = _CLASSES[token].split(".")
    resource: ResourceType = getattr(importlib.import_module(f"sandbox.pulumi.aws.{module}"), name)()
    return resource


def tokens() -> list[str]:
    """Return the types that are implemented."""
    return sorted(_CLASSES)
