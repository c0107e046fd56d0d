"""Whether the link that a stack created in Vision One still exists and works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from components.aws.clients import AwsClients
from components.checks.assignment import VisionOneExpectation
from components.checks.audited_trail import judged_trail
from components.checks.deployed import TRAIL, stack_check
from components.checks.examination import CALLER, KEY, Check
from components.checks.findings import Finding, checked
from components.trend.cam import LinkedAccountReply
from components.trend.vision_one_access import VisionOneAccess

CLOUD_ACCOUNT = "Vision One cloud account"
MANAGED, OUTDATED = "managed", "outdated"
_LONGEST_LIST = 5
"""Names that a finding lists before it counts the others."""


def vision_one_checks(
    expected: VisionOneExpectation, vision_one: Callable[[], VisionOneAccess], aws: AwsClients
) -> list[Check]:
    """Return the checks of the link, and of Trend's stack and the trail where there are any.

    Those of API key and AWS caller may precede them.

    Args:
        expected: what must be found.
        vision_one: returns the client; it may raise `TrendError`.
        aws: the clients of AWS.
    """
    checks = [Check(CLOUD_ACCOUNT, lambda: _findings(expected, vision_one()), (KEY,))]
    if expected.stack_name is not None:
        checks.append(stack_check(aws, expected.stack_name, expected.aws_region))
    if expected.bucket_name is not None:
        bucket_name = expected.bucket_name
        checks.append(Check(TRAIL, lambda: _trail(aws, expected.aws_account_id, bucket_name), (CALLER,)))
    return checks


def _findings(expected: VisionOneExpectation, vision_one: VisionOneAccess) -> Iterator[Finding]:
    vision_one.expect_customer(expected.customer)
    name = f"AWS {expected.aws_account_id}"
    found = vision_one.cam.get(expected.aws_account_id)
    if found is None:
        yield Finding(CLOUD_ACCOUNT, "failed", f"{name} is gone", "`pulumi up --refresh` creates it again")
    elif found.role_arn != expected.role_arn:
        text = f"{name} points at {found.role_arn or 'no role'}, not at this stack's {expected.role_arn}"
        yield Finding(CLOUD_ACCOUNT, "failed", text, "`pulumi up --refresh` corrects it")
    else:
        yield _state(name, found)


def _trail(aws: AwsClients, account_id: str, bucket_name: str) -> Iterator[Finding]:
    """Yield what is wrong with the trail, each deviation from what Vision One asks for."""

    def first() -> Finding:
        found = judged_trail(aws, aws.context(account_id), bucket_name)
        worst = sorted(found.findings, key=lambda each: each.verdict)  # failed comes before unknown
        return worst[0] if worst else Finding(TRAIL, "ok", f"{found.arn} is as Vision One asks for")

    yield replace(checked(TRAIL, first), subject=TRAIL)


def _state(name: str, found: LinkedAccountReply) -> Finding:
    """Judge how a link of ours is. What a role lacks keeps a feature from working, and no other part of the link."""
    lacking = [each for each in found.features if each.missing_aws_permissions]
    lacks = [f"{each.id} lacks {_listed(each.missing_aws_permissions)}" for each in lacking]
    if found.state == MANAGED and not lacks:
        return Finding(CLOUD_ACCOUNT, "ok", f"{name} points at {found.role_arn}{_versions(found)}")
    if found.state in (MANAGED, OUTDATED):
        text = "; ".join([*([] if found.state == MANAGED else [f"{name} is in state '{found.state}'"]), *lacks])
        return Finding(
            CLOUD_ACCOUNT,
            "unknown",
            f"{text}{_versions(found)}",
            f"give role {found.role_arn} what is missing, or leave the features out that need it",
        )
    if not found.state:
        return Finding(CLOUD_ACCOUNT, "unknown", f"cannot determine the state of {name}: Vision One shows none")
    return Finding(
        CLOUD_ACCOUNT,
        "failed",
        f"{name} is in state '{found.state}', not '{MANAGED}'",
        f"look at it in Vision One, Cloud Accounts, and whether role {found.role_arn} still trusts Vision One",
    )


def _listed(names: list[str]) -> str:
    more = len(names) - _LONGEST_LIST
    return ", ".join(names[:_LONGEST_LIST]) + (f" and {more} more" if more > 0 else "")


def _versions(found: LinkedAccountReply) -> str:
    versions = [f"{each.id} {each.template_version}" for each in found.features if each.template_version]
    return f" (templates: {', '.join(versions)})" if versions else ""
