"""Whether what a stack made still stands and works: `python -m operate.health` is what the program's last step runs.

It reads the connector, the cloud account, the vendor's stacks, the trail and the bucket's notification back, prints one
JSON document, and ends with 1 where a check failed or could not be made, unless the settings say
`healthCheck: warn`: what Pulumi knows a command to have printed stays, and a look that failed would never be repeated.
Only the trail may be closed to the deployer: the program says so before it begins, and looks again when that changes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, get_args

import pydantic
from pydantic.alias_generators import to_camel

from components.aws.bucket import TrailBucket
from components.aws.clients import calling, error_code
from components.checks.bucket import Bucket
from components.checks.findings import Finding, Verdict
from components.checks.trail import delivery_finding
from operate.console import OperateError, worded
from operate.doctor.case import Case
from operate.doctor.examination import CALLER, KEY, Check, examine
from operate.engine.flags import Flags
from operate.engine.pulumi_cli import Pulumi
from operate.engine.stack import Stack
from operate.engine.state import COMMAND, State

VARIABLE = "HEALTH_CHECK"
"""See `components.steps.health`, which sets it."""

CONNECTOR, CLOUD_ACCOUNT, TRAIL, NOTIFICATION = (
    "Workload Security connector",
    "Cloud One cloud account",
    "trail",
    "notification of the trail bucket",
)
MANAGED = "managed"
_STANDING = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_MAKE_AGAIN = "`pulumi up --refresh` makes it again"
_FORWARDER_AGAIN = "make the forwarder's stack anew: `pulumi up --replace '**::forwarder'`"


class Expectation(pydantic.BaseModel):
    """What must be found.

    Attributes:
        stack: the Pulumi stack.
        region: of the Cloud One account.
        aws_account_id, aws_region: the AWS account.
        connector_id, connector_role_arn: the connector, and the role that it must point at.
        cloud_account_role_arn: the role that the cloud account must point at.
        stack_name: what the vendor's stacks are named after.
        bucket_name: the trail's.
        on_refusal: `fail` or `warn`.
    """

    model_config = pydantic.ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore")

    stack: str
    region: str
    aws_account_id: str
    aws_region: str
    connector_id: str
    connector_role_arn: str
    cloud_account_role_arn: str
    stack_name: str
    bucket_name: str
    on_refusal: str = "fail"


def checks(case: Case, expected: Expectation) -> list[Check]:
    """Return the checks of a stack that is deployed; those of key and AWS caller may stand before them."""
    stacks = (f"{expected.stack_name}-Account", expected.stack_name)
    return [
        Check(CONNECTOR, lambda: _connector(case, expected), (KEY,)),
        Check(CLOUD_ACCOUNT, lambda: _cloud_account(case, expected), (KEY,)),
        *(Check(f"stack {name}", partial(_stack, case, expected, name), (CALLER,)) for name in stacks),
        Check(TRAIL, lambda: _trail(case, expected), (CALLER,)),
        Check(NOTIFICATION, lambda: _notification(case, expected), (CALLER,)),
    ]


def expectation(state: State) -> Expectation:
    """Return what a deployed stack must hold: what its own last step was told.

    Raises:
        OperateError: the stack was never deployed to its end.
    """
    for resource in state.resources:
        if resource.type == COMMAND:
            return Expectation.model_validate_json(resource.inputs["environment"][VARIABLE])
    raise OperateError("this stack is not deployed, or not to its end: run `pulumi up` first")


def document(found: Sequence[Finding]) -> dict[str, Any]:
    """Return findings for JSON: the worst verdict, and each check in a line.

    It is short, since Pulumi prints an output whole wherever it changes, beside the errors of a failed update as well.
    What a check that is `ok` has seen is told by `operate doctor --deployed`.
    """
    verdicts = {each.verdict for each in found}
    worst: Verdict = "failed" if "failed" in verdicts else "unknown" if "unknown" in verdicts else "ok"
    lines = {each.subject: "ok" if each.verdict == "ok" else f"{each.verdict}: {each}" for each in found}
    return {"verdict": worst, "checks": lines}


def findings(checked: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Read back what `document` wrote; text and hint stay together."""
    found = []
    for subject, line in checked["checks"].items():
        verdict = next(each for each in get_args(Verdict) if line == each or line.startswith(f"{each}: "))
        found.append(Finding(subject, verdict, line[len(verdict) + 2 :]))
    return tuple(found)


def _connector(case: Case, expected: Expectation) -> Iterator[Finding]:
    found = case.provider.trend().workload(expected.region).get_connector(expected.connector_id)
    if found is None:
        yield _gone(case, CONNECTOR, f"ID {expected.connector_id}")
    else:
        yield _link(CONNECTOR, f"'{found.display_name}'", found.cross_account_role_arn, expected.connector_role_arn)


def _cloud_account(case: Case, expected: Expectation) -> Iterator[Finding]:
    account = expected.aws_account_id
    found = case.provider.trend().cloud_accounts(expected.region).get(account)
    if found is None:
        yield _gone(case, CLOUD_ACCOUNT, f"AWS {account}")
        return
    link = _link(CLOUD_ACCOUNT, f"AWS {account}", found.role_arn, expected.cloud_account_role_arn)
    if link.verdict != "ok" or found.state == MANAGED:
        yield link
    elif not found.state:
        yield Finding(CLOUD_ACCOUNT, "unknown", f"Cloud One does not say in which state AWS {account} is")
    else:
        text = f"AWS {account} is in state '{found.state}', not '{MANAGED}'"
        hint = f"look at it in Cloud One, Cloud Accounts, and whether role {found.role_arn} still trusts Cloud One"
        yield Finding(CLOUD_ACCOUNT, "failed", text, hint)


def _gone(case: Case, subject: str, name: str) -> Finding:
    """Say that a link is gone, unless it is the key that cannot see it: one of another account sees none."""
    for deployed in case.found("CloudOneAccount"):
        case.provider.trend(deployed.id)
    return Finding(subject, "failed", f"{name} is gone", _MAKE_AGAIN)


def _link(subject: str, name: str, actual: str, role_arn: str) -> Finding:
    if actual == role_arn:
        return Finding(subject, "ok", f"{name} points at {role_arn}")
    text = f"{name} points at {actual or 'no role'}, not at this stack's {role_arn}"
    return Finding(subject, "failed", text, "`pulumi up --refresh` puts it right")


def _stack(case: Case, expected: Expectation, name: str) -> Iterator[Finding]:
    from botocore.exceptions import ClientError

    subject = f"stack {name}"
    client = case.stack.aws.client("cloudformation", expected.aws_region)
    with calling(f"reading stack {name}", "cloudformation:DescribeStacks on the stack"):
        try:
            status = client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        except ClientError as error:
            if error_code(error) != "ValidationError" or "does not exist" not in str(error):
                raise
            yield Finding(subject, "failed", "is gone", _MAKE_AGAIN)
            return
    if status in _STANDING:
        yield Finding(subject, "ok", status)
    elif status.endswith("_IN_PROGRESS"):
        yield Finding(subject, "unknown", f"{status}: something changes it now", "look again when it is done")
    else:
        yield Finding(subject, "failed", status, "see its events in the CloudFormation console; " + _MAKE_AGAIN)


def _trail(case: Case, expected: Expectation) -> Iterator[Finding]:
    bucket = Bucket(expected.bucket_name, expected.aws_account_id, expected.aws_region)
    found = delivery_finding(case.stack.aws, bucket)
    yield Finding(TRAIL, found.verdict, found.text, found.hint)


def _notification(case: Case, expected: Expectation) -> Iterator[Finding]:
    name = expected.bucket_name
    bucket = TrailBucket(case.stack.aws, name=name, account_id=expected.aws_account_id, region=expected.aws_region)
    live = bucket.read()
    if live is None:
        yield Finding(NOTIFICATION, "failed", f"there is no bucket {name} any more", _MAKE_AGAIN)
        return
    vendors, _ = live.split(bucket.functions_of(expected.stack_name))
    if vendors:
        yield Finding(NOTIFICATION, "ok", f"bucket {name} notifies the forwarder")
    else:
        text = f"bucket {name} does not notify the forwarder any more: no event reaches Trend"
        yield Finding(NOTIFICATION, "failed", text, _FORWARDER_AGAIN)


def main() -> int:
    """Look at what the environment names; see the module.

    Returns:
        The exit code.
    """
    expected = Expectation.model_validate_json(os.environ[VARIABLE])
    case = Case(Stack(Pulumi(Flags(stack=expected.stack))))
    try:
        found = examine(checks(case, expected), case.redact)
    except OperateError as error:  # without the stack's configuration nothing can be asked
        found = [
            Finding("health", "unknown", f"not checked: {worded(error)}", "run `python -m operate doctor --deployed`")
        ]
    bad = [each for each in found if each.verdict == "failed" or each.unanswered]
    for each in bad:
        print(f"{each.subject}: {each}", file=sys.stderr)
    if bad and expected.on_refusal == "fail":
        return 1  # without the document: Pulumi shows all that a failed command printed
    print(json.dumps(document(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
