"""What the deploying identity may do, as IAM's policy simulator tells it; nothing is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.aws.errors import calling
from components.checks.findings import Finding
from operate.doctor.case import Case
from operate.policy import own
from operate.policy.place import Place
from operate.policy.statement import Statement

SUBJECT = "permissions"
_SHOWN = 5


def permissions(case: Case) -> Iterator[Finding]:
    """Ask IAM whether the caller may do what this stack's settings take.

    Raises:
        AwsError: IAM does not say.
    """
    arn = case.caller.arn
    if arn.endswith(":root"):
        yield Finding(SUBJECT, "ok", "the account's root user may do everything")
        return
    principal = principal_of(arn)
    if principal is None:
        yield Finding(SUBJECT, "unknown", f"IAM cannot simulate {arn}: it is neither a user nor a role")
        return
    denied = list(_denied(case, principal))
    if denied:
        shown, more = ", ".join(denied[:_SHOWN]), f" and {len(denied) - _SHOWN} more" if len(denied) > _SHOWN else ""
        text = f"{principal} may not do {shown}{more}"
        yield Finding(SUBJECT, "failed", text, "`python -m operate policy --for up` prints the policy that it needs")
    else:
        text = f"{principal} may make what the program makes itself; what the vendor's stacks make is not simulated"
        yield Finding(SUBJECT, "ok", text)


def principal_of(arn: str) -> str | None:
    """Return the user or role whose policies hold for a caller; None where there is none.

    The session of a role does not show the role's path; a role with one is not found, and IAM says so.
    """
    if re.fullmatch(r"arn:[\w-]+:iam::\d{12}:(user|role)/.+", arn):
        return arn
    session = re.fullmatch(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/.+", arn)
    return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else None


def _place(case: Case) -> Place:
    where = case.where
    return Place(
        settings=case.settings,
        project=case.stack.project,
        stack=case.stack.name,
        account=where.account_id,
        region=where.region,
        partition=where.partition,
        url_suffix=where.url_suffix,
    )


def _denied(case: Case, principal: str) -> Iterator[str]:
    iam, place = case.stack.aws.client("iam", case.where.region), _place(case)
    for statement in (*own.reads(place, program_runs=True), *own.makes(place)):
        if not statement.actions:
            continue
        resources = [_sample(resource) for resource in statement.resources]
        with calling(f"simulating the policies of {principal}", "iam:SimulatePrincipalPolicy on itself"):
            pages = iam.get_paginator("simulate_principal_policy").paginate(
                PolicySourceArn=principal,
                ActionNames=list(statement.actions),
                ResourceArns=resources,
                ContextEntries=list(_context(statement)),
            )
            results = [result for page in pages for result in page["EvaluationResults"]]
        for result in results:
            if result["EvalDecision"] != "allowed":
                yield f"{result['EvalActionName']} on {result['EvalResourceName']}"


def _sample(resource: str) -> str:
    """Return an ARN that the pattern of one fits: the simulator takes no patterns."""
    return resource if resource == "*" else resource.replace("?", "0").replace("*", "0")


def _context(statement: Statement) -> Iterator[dict[str, object]]:
    """Yield the condition keys that a call of the statement carries."""
    for keys in statement.condition.values():
        for key, value in keys.items():
            values = [value] if isinstance(value, str) else list(value)
            yield {"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": "stringList"}
