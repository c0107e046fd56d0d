"""The deployer's policies, enforced: each run works with its own, and no action of one can be left out.

The quick form judges what can be left out from the asks that were recorded; the full form leaves each action out on the
real engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from sandbox.aws.judging.policy import Asked, JudgedPolicy
from tests.e2e.deploying import (
    DESTROY,
    OTHER,
    SITUATIONS,
    UP,
    DeploymentLife,
    PolicyDocument,
    RunFailedError,
    Situation,
    policy,
    spoil_trail,
    without,
)
from tests.e2e.hands import audited_trail
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import ROOT, SandboxStack
from tests.e2e.walk import RecordProperty

DEPLOYER = "deployer"
TEMPLATE = "https://cloud-trail-client-stack-template-prod-us-east-1.s3.us-east-1.amazonaws.com/cloudtrail.yaml"
VISION_ONE_TEMPLATE = ROOT / "sandbox" / "trend" / "templates" / "cloud-account-management.template"
ASKED_AFTER_FAILURE = "cloudformation:DescribeStackEvents"
"""Only the run that is meant to fail asks for it, which has another caller; the recorded asks prove it."""


@pytest.fixture
def deployer(stack: SandboxStack) -> Iterator[SandboxStack]:
    """A stack whose runs sign with a key of their own, so that a policy is enforced for them alone."""
    stack.environment |= {"AWS_ACCESS_KEY_ID": DEPLOYER, "AWS_SECRET_ACCESS_KEY": DEPLOYER}
    yield stack
    stack.sandbox.aws_control.clear_policies()


def pairs(document: PolicyDocument) -> list[tuple[str, str]]:
    """Return each action with the statement that it is in."""
    return [(statement["Sid"], action) for statement in document["Statement"] for action in statement["Action"]]


def counts(asked: Asked) -> bool:
    """Whether a refusal matters: the look at another trail's bucket, before a second trail is made, does without."""
    return asked.action != "s3:ListAllMyBuckets" and not (
        asked.doing == "" and asked.resource == f"arn:aws:s3:::{OTHER}"
    )


def unproved(document: PolicyDocument, asked: list[Asked]) -> list[str]:
    """Return the actions that could be left out without any recorded ask being denied."""
    asks = [each for each in asked if counts(each)]
    left = []
    for sid, action in pairs(document):
        less = JudgedPolicy(without(document, sid, action))
        if all(less.allows(ask) for ask in asks if ask.action == action):
            left.append(f"{sid}: {action}")
    return left


def enforced(stack: SandboxStack, document: PolicyDocument, runs: Iterator[None]) -> list[Asked]:
    """Make the runs, which must succeed, with a policy in force; return what was asked."""
    control = stack.sandbox.aws_control
    control.clear_policies()
    control.enforce(DEPLOYER, document)
    for _ in runs:
        pass
    asked = control.asked()
    control.clear_policies()
    assert [each for each in of_deployer(asked) if not each.allowed and counts(each)] == []
    return [each for each in asked if each.allowed]


def of_deployer(asked: list[Asked]) -> list[Asked]:
    """Return what the deployer asked, without what somebody else did."""
    return [each for each in asked if each.caller == DEPLOYER]


def is_denied(stack: SandboxStack, document: PolicyDocument, runs: Iterator[None]) -> bool:
    """Make the runs with a policy in force, and return whether anything that counts was denied."""
    control = stack.sandbox.aws_control
    control.clear_policies()
    control.enforce(DEPLOYER, document)
    denied = False
    try:
        for _ in runs:
            denied = any(not each.allowed and counts(each) for each in of_deployer(control.asked()))
            if denied:
                break
    except RunFailedError:
        denied = any(not each.allowed and counts(each) for each in of_deployer(control.asked()))
        assert denied, "it failed for another reason"
    control.clear_policies()
    return denied


def engine_tries(situation: str, document: PolicyDocument) -> list[tuple[str, str]]:
    """Return the actions to leave out on the engine: all, but for a new trail only what an existing bucket lacks."""
    services = ("s3:", "cloudtrail:") if situation == "new trail" else ("",)
    return [(sid, action) for sid, action in pairs(document) if action.startswith(services)]


def report(record: RecordProperty, run: str, document: PolicyDocument, left: list[str]) -> None:
    """Record what was proved, for the end of the run."""
    total = len(pairs(document))
    record(
        "tried", f"{run}: {total - len(left)} of {total} actions proved one by one; not: {', '.join(left) or 'none'}"
    )


@pytest.mark.full
def test_up_and_destroy_work_with_their_policies_and_need_all_that_they_ask_for(
    deployer: SandboxStack, record_property: RecordProperty
) -> None:
    life = DeploymentLife(deployer, SITUATIONS["existing bucket"])
    up = policy(deployer, "up", "--forwarder-template", TEMPLATE)
    made = enforced(deployer, up, life.run(*UP))
    report(record_property, "the first up", up, unproved(up, made))
    destroy = policy(deployer, "destroy")
    left = unproved(destroy, enforced(deployer, destroy, life.run(*DESTROY, "--refresh")))
    report(record_property, "destroy", destroy, left)
    assert left == ["TrendStacks: cloudformation:DescribeStackEvents"]  # after a failure only


@pytest.mark.full
@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
def test_each_run_works_with_its_policy_and_needs_all_of_it(
    deployer: SandboxStack, situation: Situation, record_property: RecordProperty
) -> None:
    life = DeploymentLife(deployer, situation)
    assumed = policy(deployer, "up")
    previewed = enforced(deployer, policy(deployer, "preview"), life.run("preview"))
    up = policy(deployer, "up", "--forwarder-template", TEMPLATE)
    left = unproved(up, enforced(deployer, up, life.ups(up)))
    report(record_property, "up", up, left)
    assert left == []
    preview = policy(deployer, "preview")
    left = unproved(preview, [*previewed, *enforced(deployer, preview, life.previews())])
    report(record_property, "preview", preview, left)
    assert left == []
    destroy = policy(deployer, "destroy")
    left = unproved(destroy, enforced(deployer, destroy, life.destroys(destroy)))
    report(record_property, "destroy", destroy, left)
    assert left == []
    # What is assumed of an unknown template covers the real one.
    enforced(deployer, assumed, life.run(*UP))


@pytest.mark.full
@pytest.mark.parametrize("situation", ["existing bucket", "new trail"])
def test_an_up_is_denied_without_any_one_of_its_actions(
    deployer: SandboxStack, situation: str, record_property: RecordProperty
) -> None:
    life, left = DeploymentLife(deployer, SITUATIONS[situation]), []
    up = policy(deployer, "up", "--forwarder-template", TEMPLATE)
    tried = engine_tries(situation, up)
    for sid, action in tried:
        if not is_denied(deployer, without(up, sid, action), life.ups(up)):
            left.append(f"{sid}: {action}")
        life = life.anew()
    record_property(
        "tried", f"up, {situation}: {len(tried) - len(left)} of {len(tried)} actions denied on the engine; not: {left}"
    )
    assert left == [each for each in left if each.endswith(ASKED_AFTER_FAILURE)]


@pytest.mark.full
@pytest.mark.parametrize("situation", ["existing bucket", "new trail"])
def test_a_destroy_is_denied_without_any_one_of_its_actions(
    deployer: SandboxStack, situation: str, record_property: RecordProperty
) -> None:
    life, left = DeploymentLife(deployer, SITUATIONS[situation]), []
    life.deploy()
    tried = engine_tries(situation, policy(deployer, "destroy"))
    for sid, action in tried:
        # At once, or where somebody else's half a destroy has left it to the rest.
        for after_failure in (False, True):
            destroy = policy(deployer, "destroy")  # it names what has been made this time
            runs = life.destroys(destroy) if after_failure else life.run(*DESTROY, "--refresh")
            denied = is_denied(deployer, without(destroy, sid, action), runs)
            life = life.anew()
            life.deploy()
            if denied:
                break
        else:
            left.append(f"{sid}: {action}")
    record_property(
        "tried",
        f"destroy, {situation}: {len(tried) - len(left)} of {len(tried)} actions denied on the engine; not: {left}",
    )
    assert left == [each for each in left if each.endswith(ASKED_AFTER_FAILURE)]


def policy_of(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def in_vision_one(
    stack: SandboxStack, *commands: tuple[str, ...], settings: Mapping[str, object] | None = None
) -> Iterator[None]:
    if settings is not None:
        stack.configure(dict(settings))
    for command in commands:
        stack.succeed(*command)
        yield


def test_each_policy_of_the_route_by_vision_one_does_and_none_holds_an_action_too_much(deployer: SandboxStack) -> None:
    sandbox, first = deployer.sandbox, {"route": "visionOne", "tags": {"cost": "1"}}
    deployer.environment["VISION_ONE_API_KEY"] = sandbox.tenant.business.full_access_key.value
    deployer.configure(first)
    document = policy(deployer, "up")
    asked = enforced(deployer, document, in_vision_one(deployer, UP, settings=first))
    role = deployer.outputs()["visionOneRoleArn"].rpartition("/")[2]
    iam = sandbox.aws("iam")
    iam.update_role(RoleName=role, Description="by hand", MaxSessionDuration=7200)
    trust = policy_of({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=trust)
    changed = {"route": "visionOne", "tags": {"team": "security"}}
    asked += enforced(deployer, document, in_vision_one(deployer, (*UP, "--refresh"), settings=changed))
    assert unproved(document, asked) == []
    for run, commands in {"preview": (("preview",),), "destroy": (DESTROY,)}.items():
        document = policy(deployer, run)
        refreshing = tuple((*command, "--refresh") for command in commands)
        assert unproved(document, enforced(deployer, document, in_vision_one(deployer, *refreshing))) == []


@pytest.mark.full
@pytest.mark.parametrize("trail", ["new", "existing"])
def test_each_policy_of_the_route_with_a_trail_does_and_none_holds_an_action_too_much(
    deployer: SandboxStack, trail: str, record_property: RecordProperty
) -> None:
    sandbox = deployer.sandbox
    new = {"createNewTrail": True, "trailBucketOnDestroy": "delete"}
    own = new if trail == "new" else audited_trail(sandbox)
    first: dict[str, object] = {**own, "route": "visionOne", "tags": {"cost": "1"}}
    deployer.environment["VISION_ONE_API_KEY"] = sandbox.tenant.business.full_access_key.value
    DeploymentLife(deployer, Situation(first, {}))
    assert "not known before the first `up`" in operate(deployer, "policy", "--for", "up").output
    previewed = enforced(deployer, policy(deployer, "preview"), in_vision_one(deployer, ("preview",)))
    document = policy(deployer, "up", "--forwarder-template", str(VISION_ONE_TEMPLATE))
    asked = enforced(deployer, document, in_vision_one(deployer, UP))
    changed = {**first, "tags": {"team": "security"}}
    asked += enforced(deployer, document, in_vision_one(deployer, UP, settings=changed))
    if trail == "new":
        spoil_trail(sandbox, deployer.outputs()["trailArn"], deployer.outputs()["trailBucketName"])
    asked += enforced(deployer, document, in_vision_one(deployer, (*UP, "--refresh"), settings=first))
    proved(record_property, f"up, {trail} trail in Vision One", document, asked)
    assert pairs(policy(deployer, "up")) == pairs(document), "that of the stack which is there is the file's"
    document = policy(deployer, "preview")
    previewed += enforced(deployer, document, in_vision_one(deployer, ("preview",), ("preview", "--refresh")))
    proved(record_property, f"preview, {trail} trail in Vision One", document, previewed)
    document = policy(deployer, "destroy")
    asked = enforced(deployer, document, in_vision_one(deployer, (*DESTROY, "--refresh")))
    proved(record_property, f"destroy, {trail} trail in Vision One", document, asked)


def proved(record: RecordProperty, run: str, document: PolicyDocument, asked: list[Asked]) -> None:
    """Record what could be left out, which only asks after a failure may be."""
    left = unproved(document, asked)
    report(record, run, document, left)
    assert left == [each for each in left if each.endswith(ASKED_AFTER_FAILURE)]
