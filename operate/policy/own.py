"""The rights for what the program itself asks and creates.

The AWS provider's calls are those of its public source (hashicorp/terraform-provider-aws, the files that the modules of
`sandbox/pulumi/aws` name); the rest is called by `components/resources`.
"""

from __future__ import annotations

from collections.abc import Iterator

from operate.policy import trail
from operate.policy.place import Place
from operate.policy.statement import Statement

ROLE_READS = ("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies")
STACK_READS = ("cloudformation:DescribeStacks", "cloudformation:GetTemplate")


def asks() -> Iterator[Statement]:
    """Yield what a run asks that links no AWS account: who calls. AWS grants that to everybody it is not denied to."""
    yield Statement("Ask", "Caller", ["sts:GetCallerIdentity"], ["*"])


def looks(place: Place) -> Iterator[Statement]:
    """Yield what the program looks at before it registers anything, in previews too."""
    yield from trail.looks(place)
    if providers := [place.where.iam(f"oidc-provider/{issuer}") for issuer in place.issuers]:
        yield Statement("Look", "OidcProvider", ["iam:GetOpenIDConnectProvider"], providers)
    # Which stack holds the provider that is there.
    yield Statement("Look", "TrendStacks", ["cloudformation:DescribeStackResources"], place.stack_arns)


def reads(place: Place, *, program_runs: bool) -> Iterator[Statement]:
    """Yield what every run reads.

    Args:
        place: names the resources.
        program_runs: whether `looks` is granted too, which holds the status of all trails and what the stacks hold.
    """
    yield from trail.reads(place, program_runs=program_runs)
    if place.settings.trail is not None:
        yield Statement("Read", "TrailBucket", ["s3:GetBucketNotification"], [place.bucket_arn])
        if not program_runs:  # else `looks` grants it on both stacks
            forwarder = [place.stack_arn(place.forwarder)]
            yield Statement("Find", "ForwarderOfNotification", ["cloudformation:DescribeStackResources"], forwarder)
    yield reads_role(place)
    yield Statement("Read", "TrendStacks", STACK_READS, place.stack_arns)


def reads_role(place: Place) -> Statement:
    """Return what reads the role that Trend assumes."""
    return Statement("Read", "CrossAccountRole", ROLE_READS, [place.role_arn])


def creates(place: Place) -> Iterator[Statement]:
    """Yield what an up creates and updates."""
    yield from trail.creates(place)
    if place.settings.trail is not None:
        yield Statement("Preserve", "TrailBucket", ["s3:PutBucketNotification"], [place.bucket_arn])
        yield Statement("Record", "ExistingNotifications", _RECORDS, place.record_arns)
    yield from creates_role(place)
    yield Statement(
        "Create",
        "TrendStacks",
        ["cloudformation:CreateStack", "cloudformation:TagResource"],
        place.stack_arns,
    )
    yield Statement("Update", "ManagementStack", ["cloudformation:UpdateStack"], [place.stack_arn(place.management)])
    # The forwarder's stack is replaced by any change, and either stack is after one that failed.
    yield Statement("Replace", "TrendStacks", ["cloudformation:DeleteStack"], place.stack_arns)
    yield Statement("Explain", "TrendStacks", ["cloudformation:DescribeStackEvents"], place.stack_arns)


def creates_role(place: Place) -> Iterator[Statement]:
    """Yield what creates and updates the role that Trend assumes."""
    boundary = place.settings.permissions_boundary
    bounded = ["iam:CreateRole", "iam:PutRolePolicy", *(["iam:PutRolePermissionsBoundary"] if boundary else [])]
    yield Statement(
        "Create",
        "CrossAccountRole",
        bounded,
        [place.role_arn],
        {"StringEquals": {"iam:PermissionsBoundary": boundary}} if boundary else {},
    )
    yield Statement(
        "Update",
        "CrossAccountRole",
        [
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
        ],
        [place.role_arn],
    )


def deletes(place: Place) -> Iterator[Statement]:
    """Yield what a destroy deletes."""
    yield from trail.deletes(place)
    if place.settings.trail is not None:
        yield Statement("Restore", "TrailBucket", ["s3:PutBucketNotification"], [place.bucket_arn])
        yield Statement("Record", "ExistingNotifications", _RECORDS, place.record_arns)
    yield deletes_role(place)
    yield Statement("Delete", "TrendStacks", ["cloudformation:DeleteStack"], place.stack_arns)
    yield Statement("Explain", "TrendStacks", ["cloudformation:DescribeStackEvents"], place.stack_arns)


def deletes_role(place: Place) -> Statement:
    """Return what deletes the role that Trend assumes."""
    actions = ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:ListInstanceProfilesForRole"]
    return Statement("Delete", "CrossAccountRole", actions, [place.role_arn])


_RECORDS = ("ssm:DeleteParameters", "ssm:GetParametersByPath", "ssm:PutParameter")
