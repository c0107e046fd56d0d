"""Whether the names that Trend's CloudFormation stacks will get are taken, and which stacks are managed by this one.

A name proves nothing, nor does a tag, which anybody can change. A CloudFormation stack is managed by this Pulumi stack
when Pulumi's state holds its id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import partial

from components.aws.clients import AwsClients
from components.aws.cloudformation import VISION_ONE_STACK, describe_resources, describe_stack
from components.aws.tags import OWNER_TAG
from components.checks.findings import Finding, checked

STACKS = "names of Trend's stacks"
STATE_UNKNOWN = "Pulumi does not show this stack's state"

StackIds = Collection[str]
"""Ids (ARNs) of CloudFormation stacks."""

_OF_ONBOARDING = re.compile(r".*::trend:onboarding:.*\$aws:cloudformation/stack:Stack::.*")
_NOT_HELD = ("DELETE_COMPLETE", "DELETE_SKIPPED")  # a deleted stack still lists what it held


def managed_among(ids: Mapping[str, str]) -> StackIds:
    """Return the ids of Trend's stacks among what Pulumi's state holds: ids by URN."""
    return frozenset(each for urn, each in ids.items() if _OF_ONBOARDING.fullmatch(urn))


def stack_findings(aws: AwsClients, names: Iterable[str], region: str, managed: StackIds | None) -> list[Finding]:
    """Look whether other stacks have the names already.

    Args:
        aws: is asked.
        names: of Trend's stacks.
        region: where they are or will be.
        managed: ids of the stacks in Pulumi's state; None where that cannot be determined.
    """
    return [checked(STACKS, partial(_name_finding, aws, name, region, managed)) for name in names]


def _name_finding(aws: AwsClients, name: str, region: str, managed: StackIds | None) -> Finding:
    found = describe_stack(aws, name, region)
    if found is None:
        return Finding(STACKS, "ok", f"no CloudFormation stack has the name {name}")
    if managed is not None and found["StackId"] in managed:
        return Finding(STACKS, "ok", f"CloudFormation stack {name} is managed by this stack")
    owners = [each["Value"] for each in found.get("Tags", ()) if each["Key"] == OWNER_TAG]
    tagged = f", tagged as created by Pulumi stack {owners[0]}" if owners else ""
    stack = f"CloudFormation stack {name} ({found['StackId']}{tagged})"
    if managed is None:
        text = f"cannot determine whether {stack} is managed by this stack: {STATE_UNKNOWN}"
        return Finding(STACKS, "unknown", text)
    hint = (
        "choose another name (`pulumi config set stackName <name>`), or remove that stack: docs/from-cloudformation.md "
        "says how for the published solution's, and `python -m operate up` clears what an interrupted run left"
    )
    return Finding(
        STACKS,
        "failed",
        f"{stack} is not managed by this stack, and Trend's stack is about to get the same name",
        "remove that stack if nothing needs it" if name == VISION_ONE_STACK else hint,
    )


def held_by(aws: AwsClients, stack_id: str) -> frozenset[str]:
    """Return the physical ids of what a CloudFormation stack, given by its ARN, holds; nothing where it is gone.

    Raises:
        AwsError: it cannot be determined.
    """
    resources = describe_resources(aws, stack_id, stack_id.split(":")[3])
    held = [each for each in resources if each["ResourceStatus"] not in _NOT_HELD]
    return frozenset(str(each["PhysicalResourceId"]) for each in held if each.get("PhysicalResourceId"))
