"""The way into an account, proved before anything else: a wrong role never onboards the wrong account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from components.aws.clients import AwsClients
from components.aws.errors import AwsError, AwsUnavailable
from components.aws.identity import AwsSettings
from fleet.unit.job import Job

SESSION = "trend-fleet"
"""Name of the session in the member account's CloudTrail."""


class Unreachable(Exception):
    """The account cannot be entered; the text is one line."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


def enter(job: Job) -> Mapping[str, Any]:
    """Return the AWS provider's settings with which the run works in the job's account, once AWS has proved it.

    Raises:
        Unreachable: the role cannot be assumed, or it leads to another account.
        AwsError: AWS does not tell who calls.
    """
    region = {"region": job.region} if job.region else {}
    own = AwsClients(AwsSettings.of(region.get)).caller
    if own.account_id == job.account_id:
        return region
    if not job.role_name:
        raise Unreachable(
            f"the credentials are those of account {own.account_id}",
            "name the role to assume: access.roleName in fleet.yaml",
        )
    partition = own.arn.split(":")[1]
    role = {"roleArn": f"arn:{partition}:iam::{job.account_id}:role/{job.role_name}", "sessionName": SESSION}
    if job.external_id:
        role["externalId"] = job.external_id
    settings = {**region, "assumeRoles": [role]}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in settings.items()}
    try:
        reached = AwsClients(AwsSettings.of(texts.get)).caller.account_id
    except AwsUnavailable:
        raise
    except AwsError as error:
        reason = str(error).removesuffix(f"; {error.hint}").removeprefix("asking AWS who calls: ")
        raise Unreachable(
            f"role {role['roleArn']} cannot be assumed: {reason}",
            f"let {own.arn} assume it, or exclude the account",
        ) from None
    if reached != job.account_id:
        raise Unreachable(f"role {role['roleArn']} leads to account {reached}", "correct access.roleName in fleet.yaml")
    return settings
