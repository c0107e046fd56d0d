"""Which types and invokes are implemented, and where. A module is imported when its first type is used."""

from __future__ import annotations

import importlib
from functools import cache

from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.aws.kind import Resource

_CLASSES = {
    "aws:iam/role:Role": "iam_role.Role",
    "aws:iam/rolePolicy:RolePolicy": "iam_policies.RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "iam_policies.RolePolicyAttachment",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "iam_oidc.OpenIdConnectProvider",
    "aws:s3/bucket:Bucket": "s3_bucket.Bucket",
    "aws:s3/bucketVersioning:BucketVersioning": "s3_siblings.BucketVersioning",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "s3_siblings.BucketEncryption"
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3_siblings.BucketPublicAccessBlock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "s3_siblings.BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy": "s3_siblings.BucketPolicy",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "s3_lifecycle.BucketLifecycle",
    "aws:cloudtrail/trail:Trail": "cloudtrail.Trail",
    "aws:cloudformation/stack:Stack": "cloudformation.Stack",
}


@cache
def resource_for(token: str) -> Resource:
    """Return the implementation of a type.

    Raises:
        ProviderError: there is none.
    """
    if token not in _CLASSES:
        raise ProviderError(f"the sandbox's AWS plugin does not implement the resource type {token}")
    module, name = _CLASSES[token].split(".")
    resource: Resource = getattr(importlib.import_module(f"sandbox.pulumi.aws.{module}"), name)()
    return resource


def tokens() -> list[str]:
    """Return the types that are implemented."""
    return sorted(_CLASSES)
