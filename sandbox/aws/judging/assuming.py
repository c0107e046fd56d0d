"""Whether a role may be assumed, which moto's STS does not look at: the role, its trust, and for how long."""

from __future__ import annotations

import json

from sandbox.aws.call import AwsCall
from sandbox.aws.judging.denial import AccessDenial
from sandbox.aws.organizations import is_suspended
from sandbox.aws.trust import EXTERNAL_ID, role_of, trusts

CHAINED = 3600
"""Seconds that a role which was assumed by way of another one lasts at most."""


def refusal(call: AwsCall) -> AccessDenial | None:
    """Return how STS refuses a call of AssumeRole, or None where the role may be assumed.

    AWS says one and the same of a role that does not exist, does not trust the caller, or is a suspended account's.
    """
    who, arn = call.identity, str(call.parameters["RoleArn"])
    role = role_of(arn)
    given = {EXTERNAL_ID: str(call.parameters["ExternalId"])} if call.parameters.get("ExternalId") else {}
    names = {who.account, f"arn:aws:iam::{who.account}:root", who.arn, who.role}
    trusted = role is not None and trusts(json.loads(role.assume_role_policy_document), names, given)
    if role is None or not trusted or is_suspended(role.account_id):
        return AccessDenial(
            403, "AccessDenied", f"User: {who.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        )
    seconds = int(call.parameters.get("DurationSeconds") or CHAINED)
    if who.role and seconds > CHAINED:
        text = "the 1 hour session limit for roles assumed by role chaining"
    elif seconds > int(role.max_session_duration or CHAINED):
        text = "the MaxSessionDuration set for this role."
    else:
        return None
    return AccessDenial(400, "ValidationError", f"The requested DurationSeconds exceeds {text}")
