"""Whether what a stack created still exists and works: checked after the last step, and by the doctor at any time.

Connector, cloud account, Trend's stacks, the trail and the bucket's notification are read back; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients
from components.aws.cloudformation import describe_stack, management_stack_name
from components.checks.assignment import Expectation
from components.checks.examination import CALLER, KEY, Check
from components.checks.findings import Finding, Verdict
from components.checks.trail import delivery_finding
from components.trend.client import Trend

CONNECTOR, CLOUD_ACCOUNT, TRAIL, NOTIFICATION = (
    "Workload Security connector",
    "Cloud One cloud account",
    "trail",
    "notification of the trail bucket",
)
MANAGED = "managed"
_COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_RECREATE = "`pulumi up --refresh` creates it again"
_RECREATE_FORWARDER = "recreate the forwarder's stack: `pulumi up --replace '**::forwarder'`"


@dataclass(frozen=True)
class Health:
    """What was found, each check once; as a document it is the stack output `health`."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all verdicts."""
        verdicts = {each.verdict for each in self.findings}
        return "failed" if "failed" in verdicts else "unknown" if "unknown" in verdicts else "ok"

    def document(self) -> dict[str, Any]:
        """Return it for JSON: the worst verdict, the verdict of each check, and what there is to say of some.

        What a check that is `ok` has seen is left out: Pulumi prints an output whole wherever it changes, beside the
        errors of a failed update as well. `operate doctor --deployed` tells it.
        """
        return {
            "verdict": self.verdict,
            "checks": {each.subject: each.verdict for each in self.findings},
            "problems": {
                each.subject: {"text": each.text, "hint": each.hint} for each in self.findings if each.verdict != "ok"
            },
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Health:
        """Read what `document` returned."""
        problems = document["problems"]
        return cls(
            tuple(
                Finding(subject, verdict, **problems.get(subject, {"text": ""}))
                for subject, verdict in document["checks"].items()
            )
        )


def checks(expected: Expectation, trend: Callable[[], Trend], aws: AwsClients) -> list[Check]:
    """Return the checks of a stack that is deployed; those of API key and AWS caller may precede them.

    Args:
        expected: what must be found.
        trend: returns the client of Trend; it is asked by the first check that needs it, and may raise `TrendError`.
        aws: the clients of AWS.
    """

    def stack(name: str) -> Check:
        return stack_check(aws, name, expected.aws_region)

    links = [
        Check(CONNECTOR, lambda: _connector(expected, trend()), (KEY,)),
        Check(CLOUD_ACCOUNT, lambda: _cloud_account(expected, trend()), (KEY,)),
        stack(management_stack_name(expected.stack_name)),
    ]
    if expected.bucket_name is None:
        return links
    bucket = TrailBucket(aws, expected.bucket_name, expected.aws_account_id, expected.aws_region)
    return [
        *links,
        stack(expected.stack_name),
        Check(TRAIL, lambda: _trail(bucket), (CALLER,)),
        Check(NOTIFICATION, lambda: _notification(bucket, expected.stack_name), (CALLER,)),
    ]


def stack_check(aws: AwsClients, name: str, region: str) -> Check:
    """Return the check of a stack of Trend's."""
    return Check(f"stack {name}", partial(_stack, aws, name, region), (CALLER,))


def _connector(expected: Expectation, trend: Trend) -> Iterator[Finding]:
    found = trend.workload(expected.region).get_connector(expected.connector_id)
    if found is None:
        yield _gone(expected, trend, CONNECTOR, f"ID {expected.connector_id}")
    else:
        yield _link(CONNECTOR, f"'{found.display_name}'", found.cross_account_role_arn, expected.connector_role_arn)


def _cloud_account(expected: Expectation, trend: Trend) -> Iterator[Finding]:
    name = f"AWS {expected.aws_account_id}"
    found = trend.cloud_accounts(expected.region).get(expected.aws_account_id)
    if found is None:
        yield _gone(expected, trend, CLOUD_ACCOUNT, name)
        return
    link = _link(CLOUD_ACCOUNT, name, found.role_arn, expected.cloud_account_role_arn)
    if link.verdict != "ok" or found.state == MANAGED:
        yield link
    elif not found.state:
        yield Finding(CLOUD_ACCOUNT, "unknown", f"cannot determine the state of {name}: Cloud One shows none")
    else:
        text = f"{name} is in state '{found.state}', not '{MANAGED}'"
        hint = f"look at it in Cloud One, Cloud Accounts, and whether role {found.role_arn} still trusts Cloud One"
        yield Finding(CLOUD_ACCOUNT, "failed", text, hint)


def _gone(expected: Expectation, trend: Trend, subject: str, name: str) -> Finding:
    """Return that a link is gone, unless the key cannot see it: one of another account sees none.

    Raises:
        WrongAccount: it is a key of another account.
    """
    trend.expect_account(expected.cloud_one_account_id)
    return Finding(subject, "failed", f"{name} is gone", _RECREATE)


def _link(subject: str, name: str, actual: str, role_arn: str) -> Finding:
    if actual == role_arn:
        return Finding(subject, "ok", f"{name} points at {role_arn}")
    text = f"{name} points at {actual or 'no role'}, not at this stack's {role_arn}"
    return Finding(subject, "failed", text, "`pulumi up --refresh` corrects it")


def _stack(aws: AwsClients, name: str, region: str) -> Iterator[Finding]:
    subject = f"stack {name}"
    found = describe_stack(aws, name, region)
    if found is None:
        yield Finding(subject, "failed", "is gone", _RECREATE)
        return
    status = found["StackStatus"]
    if status in _COMPLETE:
        yield Finding(subject, "ok", status)
    elif status.endswith("_IN_PROGRESS"):
        yield Finding(subject, "unknown", f"{status}: something changes it now", "look again when it is done")
    else:
        yield Finding(subject, "failed", status, "see its events in the CloudFormation console; " + _RECREATE)


def _trail(bucket: TrailBucket) -> Iterator[Finding]:
    found = delivery_finding(bucket)
    yield Finding(TRAIL, found.verdict, found.text, found.hint)


def _notification(bucket: TrailBucket, stack_name: str) -> Iterator[Finding]:
    name, live = bucket.name, bucket.read()
    if live is None:
        yield Finding(NOTIFICATION, "failed", f"bucket {name} does not exist any more", _RECREATE)
        return
    of_forwarder, _ = live.split(bucket.functions_of(stack_name))
    if of_forwarder:
        yield Finding(NOTIFICATION, "ok", f"bucket {name} notifies the forwarder")
    else:
        text = f"bucket {name} does not notify the forwarder any more: no event reaches Trend"
        yield Finding(NOTIFICATION, "failed", text, _RECREATE_FORWARDER)
