"""What the deploying identity may do, as IAM's policy simulator tells it; nothing is tried.

The simulator knows the identity's policies and the organization's, and neither the policies of buckets nor all that a
call carries. So a denial counts as sure only where it says all and the run cannot do without the action.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients
from components.aws.errors import AwsError, calling
from components.checks.findings import Finding
from components.settings.model import ExistingTrail
from operate.policy import own, vision_one
from operate.policy.place import Place
from operate.policy.statement import Statement

SUBJECT = "permissions"
_SHOWN = 5
_HINT = "`python -m operate policy --for up` prints the policy that it needs"
_OF_ORGANIZATION = "a service control policy of the organization denies it"
_HINT_OF_ORGANIZATION = "no policy of the account can allow that: have {} excepted from the service control policy"

_DENIED_BY_STATEMENT = "explicitDeny"
_LATER = re.compile(r"\w+:(Update|Untag|Remove|Delete)")
"""Actions that create nothing: only a change or a replacement takes them."""

_DISPENSABLE = frozenset(
    {
        "s3:TagResource",
        "s3:ListTagsForResource",
        "cloudformation:DescribeStackEvents",
        "ssm:GetParametersByPath",
        "ssm:PutParameter",
    }
)
"""The AWS provider has another way for the tags of a bucket, and explains errors less without the third. The last two
are for what others have in the bucket, where they have anything and Trend's stack is replaced."""

_GLOBAL_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Region of a call to IAM (source: IAM user guide, aws:RequestedRegion)."""


@dataclass(frozen=True)
class Denial:
    """An action that the simulator says is denied.

    Attributes:
        action, resource: what is denied on what.
        doubt: why a deployment may work all the same; empty where it cannot.
        by_organization: whether the organization's policies deny it. IAM does not name which.
    """

    action: str
    resource: str
    doubt: str = ""
    by_organization: bool = False

    def __str__(self) -> str:
        notes = [note for note in (_OF_ORGANIZATION if self.by_organization else "", self.doubt) if note]
        return f"{self.action} on {self.resource}" + (f" ({'; '.join(notes)})" if notes else "")


def permissions(aws: AwsClients, place: Place, *, is_deployed: bool) -> Iterator[Finding]:
    """Ask IAM whether the caller may do what a stack's settings take.

    Args:
        aws: calls as the caller.
        place: names what the stack creates.
        is_deployed: whether some of that exists already, so that a run may do without the right to create it.

    Raises:
        AwsError: IAM does not say.
    """
    arn = aws.caller.arn
    if arn.endswith(":root"):
        yield Finding(SUBJECT, "ok", "the account's root user may do everything")
        return
    principal = principal_of(arn)
    if principal is None:
        yield Finding(SUBJECT, "unknown", f"IAM cannot simulate {arn}: it is neither a user nor a role")
        return
    denials = list(_denials(aws, place, principal, is_deployed))
    if sure := [each for each in denials if not each.doubt]:
        hint = _HINT_OF_ORGANIZATION.format(principal) if all(each.by_organization for each in sure) else _HINT
        denied = tuple(each.action for each in sure)
        yield Finding(SUBJECT, "failed", f"{principal} may not do {_listed(sure)}", hint, denied=denied)
    elif denials:
        yield Finding(SUBJECT, "unknown", f"cannot determine whether {principal} may do {_listed(denials)}", _HINT)
    else:
        text = f"{principal} may create what the program creates itself; what Trend's stacks create is not simulated"
        yield Finding(SUBJECT, "ok", text)


def principal_of(arn: str) -> str | None:
    """Return the user or role whose policies hold for a caller; None where there is none.

    The session of a role does not show the role's path; a role with one is not found, and IAM says so.
    """
    if re.fullmatch(r"arn:[\w-]+:iam::\d{12}:(user|role)/.+", arn):
        return arn
    session = re.fullmatch(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/.+", arn)
    return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else None


def _listed(denials: list[Denial]) -> str:
    more = f" and {len(denials) - _SHOWN} more" if len(denials) > _SHOWN else ""
    return ", ".join(map(str, denials[:_SHOWN])) + more


def _denials(aws: AwsClients, place: Place, principal: str, is_deployed: bool) -> Iterator[Denial]:
    bucket_decides = _bucket_policy_may_allow(aws, place)
    if place.settings.direct is None:
        reads, creates = own.reads(place, program_runs=True), own.creates(place)
    else:
        reads, creates = vision_one.reads(place, program_runs=True), vision_one.creates(place)
    needed = [(each, True) for each in reads] + [(each, not is_deployed) for each in creates]
    for statement, is_needed in needed:
        for result in _simulated(aws, place, principal, statement):
            yield from _judged(result, place, is_needed=is_needed, bucket_decides=bucket_decides)


def _simulated(aws: AwsClients, place: Place, principal: str, statement: Statement) -> Iterable[Mapping[str, Any]]:
    """Return IAM's results for a statement, one for each action."""
    if not statement.actions:
        return []
    iam = aws.client("iam", place.where.region)
    with calling(f"simulating the policies of {principal}", "iam:SimulatePrincipalPolicy on itself"):
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=principal,
            ActionNames=list(statement.actions),
            ResourceArns=[_sample(resource) for resource in statement.resources],
            ContextEntries=list(_context(place, principal, statement)),
        )
        return [result for page in pages for result in page["EvaluationResults"]]


def _judged(result: Mapping[str, Any], place: Place, *, is_needed: bool, bucket_decides: bool) -> Iterator[Denial]:
    """Yield what a result denies: of each resource where it has them one by one, or else as a whole."""
    action = result["EvalActionName"]
    by_organization = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False
    for each in result.get("ResourceSpecificResults") or (result,):
        decision = each.get("EvalResourceDecision") or each["EvalDecision"]
        if decision == "allowed":
            continue
        resource = each["EvalResourceName"]
        missing = each.get("MissingContextValues") or result.get("MissingContextValues")
        doubt = ""
        if missing:
            doubt = f"IAM was not told {', '.join(sorted(missing))}"
        elif bucket_decides and decision != _DENIED_BY_STATEMENT and resource == place.bucket_arn:
            doubt = "the bucket's own policy may allow it"
        elif not is_needed or _LATER.match(action) or action in _DISPENSABLE:
            doubt = "not every run takes it"
        yield Denial(action, resource, doubt, by_organization)


def _bucket_policy_may_allow(aws: AwsClients, place: Place) -> bool:
    """Whether an existing bucket has a policy that allows its callers anything, or may have one."""
    trail = place.settings.trail
    if not isinstance(trail, ExistingTrail):
        return False
    try:
        policy = TrailBucket(aws, trail.bucket_name, place.where.account_id, place.where.region).policy()
    except AwsError:
        return True
    statements = json.loads(policy or "{}").get("Statement", [])
    return any(map(_allows_callers, statements if isinstance(statements, list) else [statements]))


def _allows_callers(statement: Mapping[str, Any]) -> bool:
    """Whether a statement of a bucket's policy allows anything to others than AWS's services, such as CloudTrail."""
    principal = statement.get("Principal", "*")
    return statement["Effect"] == "Allow" and (isinstance(principal, str) or bool(principal.keys() - {"Service"}))


def _sample(resource: str) -> str:
    """Return an ARN that the pattern of one fits: the simulator takes no patterns."""
    return resource if resource == "*" else resource.replace("?", "0").replace("*", "0")


def _context(place: Place, principal: str, statement: Statement) -> Iterator[dict[str, object]]:
    """Yield the condition keys that the calls of a statement carry, as far as they are known beforehand."""
    is_global = statement.actions[0].startswith("iam:")
    region = _GLOBAL_REGIONS.get(place.where.partition, place.where.region) if is_global else place.where.region
    known: dict[tuple[str, str], Any] = {
        ("aws:RequestedRegion", "string"): region,
        ("aws:PrincipalAccount", "string"): place.where.account_id,
        ("aws:ResourceAccount", "string"): place.where.account_id,
        ("aws:PrincipalArn", "string"): principal,
        ("aws:SecureTransport", "boolean"): "true",
        ("aws:ViaAWSService", "boolean"): "false",
        ("aws:CurrentTime", "date"): datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **{(f"aws:RequestTag/{key}", "string"): value for key, value in place.settings.tags.items()},
        **{(key, "stringList"): value for keys in statement.condition.values() for key, value in keys.items()},
    }
    for (key, kind), value in known.items():
        values = [value] if isinstance(value, str) else list(value)
        yield {"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": kind}
