"""What the deploying identity may do, as IAM's policy simulator tells it; nothing is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from components.findings import Finding
from components.providers.aws_clients import calling
from operate.doctor.case import Case

SUBJECT = "permissions"


@dataclass(frozen=True)
class Need:
    """Actions that a deployment takes.

    Attributes:
        actions: for example `iam:CreateRole`.
        resource: the ARN of what they are asked for; `*` for all.
    """

    actions: tuple[str, ...]
    resource: str = "*"


def permissions(case: Case) -> Iterator[Finding]:
    """Ask IAM whether the caller may do what this stack's settings take.

    Raises:
        AwsError: IAM does not say.
    """
    arn = case.caller["Arn"]
    if arn.endswith(":root"):
        yield Finding(SUBJECT, "ok", "the account's root user may do everything")
        return
    principal = principal_of(arn)
    if principal is None:
        yield Finding(SUBJECT, "unknown", f"IAM cannot simulate {arn}: it is neither a user nor a role")
        return
    denied = list(_denied(case, principal, needs(case)))
    if denied:
        text = f"{principal} may not do {', '.join(denied)}"
        yield Finding(SUBJECT, "refused", text, "allow it these actions, or deploy with another identity")
    else:
        yield Finding(SUBJECT, "ok", f"{principal} may do what the deployment takes, as far as IAM's simulator tells")


def principal_of(arn: str) -> str | None:
    """Return the user or role whose policies hold for a caller; None where there is none.

    The session of a role does not show the role's path; a role with one is not found, and IAM says so.
    """
    if re.fullmatch(r"arn:[\w-]+:iam::\d{12}:(user|role)/.+", arn):
        return arn
    session = re.fullmatch(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/.+", arn)
    return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else None


def needs(case: Case) -> Sequence[Need]:
    """Return what an update takes, made from the settings."""
    account, partition, region = case.account, case.partition, case.stack.aws_region
    stacks = f"arn:{partition}:cloudformation:{region}:{account}:stack/{case.settings.stack_name}/*"
    path = case.settings.role_path or "/"
    wanted = [
        Need(
            ("iam:CreateRole", "iam:GetRole", "iam:PutRolePolicy", "iam:TagRole"),
            f"arn:{partition}:iam::{account}:role{path}workload-security-0000000",
        ),
        Need(("cloudformation:CreateStack", "cloudformation:DescribeStacks"), stacks),
        Need(
            ("s3:GetBucketNotification", "s3:PutBucketNotification"),
            f"arn:{partition}:s3:::{case.existing_bucket or 'trail-bucket-0000000'}",
        ),
    ]
    if not case.existing_bucket:
        trail = f"{case.stack.project}-{case.stack.name}"
        wanted.append(
            Need(
                ("cloudtrail:CreateTrail", "cloudtrail:StartLogging"),
                f"arn:{partition}:cloudtrail:{region}:{account}:trail/{trail}",
            )
        )
        wanted.append(Need(("s3:CreateBucket", "s3:PutBucketPolicy"), f"arn:{partition}:s3:::trail-bucket-0000000"))
    return wanted


def _denied(case: Case, principal: str, wanted: Sequence[Need]) -> Iterator[str]:
    iam = case.stack.aws.client("iam", case.stack.aws_region)
    for need in wanted:
        with calling(f"simulating the policies of {principal}", "iam:SimulatePrincipalPolicy on itself"):
            pages = iam.get_paginator("simulate_principal_policy").paginate(
                PolicySourceArn=principal, ActionNames=list(need.actions), ResourceArns=[need.resource]
            )
            results = [result for page in pages for result in page["EvaluationResults"]]
        for result in results:
            if result["EvalDecision"] != "allowed":
                yield f"{result['EvalActionName']} on {need.resource}"
