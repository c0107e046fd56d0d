"""The deployer's policies, enforced: each run works with its own, and no action of one can be left out.

The quick form judges what can be left out from the asks that were recorded; the full form leaves each action out on the
real engine.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.aws.control import Asked
from sandbox.aws.judging.policy import Ask, Policy
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import Stack

DEPLOYER = "deployer"
TEMPLATE = "https://cloud-trail-client-stack-template-prod-us-east-1.s3.us-east-1.amazonaws.com/cloudtrail.yaml"
MANAGED_POLICY_LIMIT = 6144
"""Characters of a managed policy, blanks aside (source: IAM quotas)."""

Document = dict[str, Any]


@pytest.fixture
def deployer(stack: Stack) -> Iterator[Stack]:
    """A stack whose runs sign with a key of their own, so that a policy is enforced for them alone."""
    stack.environment |= {"AWS_ACCESS_KEY_ID": DEPLOYER, "AWS_SECRET_ACCESS_KEY": DEPLOYER}
    yield stack
    stack.sandbox.aws_control.clear_policies()


def policy(stack: Stack, run: str, *arguments: str) -> Document:
    """Return what `operate policy` prints; no key of Trend's is at hand."""
    keys = {name: stack.environment.pop(name) for name in ("CLOUD_ONE_API_KEY", "VISION_ONE_SERVICE_TOKEN")}
    done = operate(stack, "policy", "--for", run, *arguments)
    stack.environment |= keys
    assert done.code == 0, done.output
    document: Document = json.loads(done.output[done.output.index("{") :])
    size = len("".join(json.dumps(document).split()))
    assert size <= MANAGED_POLICY_LIMIT, f"{size} characters"
    return document


def pairs(document: Document) -> list[tuple[str, str]]:
    """Return each action with the statement that it is in."""
    return [(statement["Sid"], action) for statement in document["Statement"] for action in statement["Action"]]


def without(document: Document, sid: str, action: str) -> Document:
    """Return the policy less one action of one statement."""
    less = copy.deepcopy(document)
    for statement in less["Statement"]:
        if statement["Sid"] == sid:
            statement["Action"].remove(action)
    less["Statement"] = [statement for statement in less["Statement"] if statement["Action"]]
    return less


def unproved(document: Document, asked: list[Asked]) -> list[str]:
    """Return the actions that could be left out without any recorded ask being denied."""
    asks = [
        Ask(each.action, each.resource, {key: tuple(values) for key, values in each.context.items()}) for each in asked
    ]
    left = []
    for sid, action in pairs(document):
        less = Policy(without(document, sid, action))
        if all(less.allows(ask) for ask in asks if ask.action == action):
            left.append(f"{sid}: {action}")
    return left


def run_under(stack: Stack, document: Document, *commands: tuple[str, ...]) -> list[Asked]:
    """Run commands, which must succeed, with a policy in force; return what was asked."""
    control = stack.sandbox.aws_control
    control.clear_policies()
    control.enforce(DEPLOYER, document)
    for command in commands:
        stack.succeed(*command)
    asked = control.asked()
    assert [each for each in asked if not each.allowed] == []
    return asked


UP = ("up", "--yes", "--skip-preview")
REFRESH = ("refresh", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")


def report(run: str, document: Document, left: list[str]) -> None:
    """Print what was proved."""
    total = len(pairs(document))
    print(f"\n{run}: {total - len(left)} of {total} actions proved one by one; not: {', '.join(left) or 'none'}")


def test_each_run_works_with_its_policy(deployer: Stack) -> None:
    up = policy(deployer, "up", "--forwarder-template", TEMPLATE)
    run_under(deployer, policy(deployer, "preview"), ("preview",))
    run_under(deployer, up, UP)
    destroy = policy(deployer, "destroy")
    left = unproved(destroy, run_under(deployer, destroy, (*DESTROY, "--refresh")))
    report("destroy", destroy, left)
