"""What the page says of Trend's side, which differs by route: the tenant, the links, whom the roles trust."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.checks.assignment import Expectation, VisionOneExpectation
from components.checks.deployed import CLOUD_ACCOUNT, CONNECTOR, Health
from components.checks.deployed_in_vision_one import CLOUD_ACCOUNT as VISION_ONE_ACCOUNT
from operate.doctor.case import Case

GONE = "not in the state any more"
_ENROLLMENT = "Vision One enrollment"


@dataclass(frozen=True)
class LinkFacts:
    """One of Trend's links.

    Attributes:
        what, name: its kind, and how Trend names it.
        state: Trend's word for how it stands; empty where it has none.
        points_at: the role that it names; empty where it needs none.
        made_by: whose it is, and what becomes of it.
        verdict: of the last health check; empty where that does not look at it.
    """

    what: str
    name: str
    state: str
    points_at: str
    made_by: str
    verdict: str


@dataclass(frozen=True)
class Side:
    """Trend's side of a route.

    Attributes:
        what, account, region: what the AWS account is linked with: for example `Cloud One account`, its id, its region.
        trusted: what a principal holds that is Trend's, and a few words for it.
        links: what Trend holds about the AWS account.
        own_role_arn, own_role_purpose: the role that the program made itself; empty where Trend's stack makes it.
        stacks: what Trend's stacks are for, by the names of their resources.
        templates: what Trend's templates are of, by the names of their resources.
    """

    what: str
    account: str
    region: str
    trusted: tuple[tuple[str, str], ...]
    links: tuple[LinkFacts, ...]
    own_role_arn: str
    own_role_purpose: str
    stacks: Mapping[str, str]
    templates: Mapping[str, str]


def side(case: Case, expected: Expectation | VisionOneExpectation, health: Health) -> Side:
    """Return Trend's side of a deployed stack.

    Args:
        case: the stack.
        expected: what the check after the last step was told.
        health: what that found.
    """
    if isinstance(expected, VisionOneExpectation):
        return _of_vision_one(case, expected, health)
    return _of_cloud_one(case, expected, health)


def _of_cloud_one(case: Case, expected: Expectation, health: Health) -> Side:
    from components.steps.workload_security import TREND_AWS_ACCOUNT  # loads pulumi_aws

    account = case.found("CloudOneAccount")
    forwarder = {"forwarder": "The forwarder sends the trail's events to Trend"} if expected.bucket_name else {}
    return Side(
        what="Cloud One account",
        account=account[0].id if account else GONE,
        region=expected.region,
        trusted=((TREND_AWS_ACCOUNT, "Trend's AWS account"),),
        links=(
            *_links(case, health, CONNECTOR, "Connector", "displayName"),
            *_links(case, health, CLOUD_ACCOUNT, "CloudAccount", "alias"),
            *_enrollments(case),
        ),
        own_role_arn=expected.connector_role_arn,
        own_role_purpose="Workload Security lists instances and WorkSpaces",
        stacks={"management-role": "Cloud One manages the account", **forwarder},
        templates={"management-role-template": "Management role", "forwarder-template": "Forwarder"},
    )


def _of_vision_one(case: Case, expected: VisionOneExpectation, health: Health) -> Side:
    tenants = case.found("VisionOneTenant")
    told = tenants[0].outputs if tenants else {}
    issuer = str(told.get("oidcProvider", ""))
    of_stack = expected.stack_name is not None
    return Side(
        what="Vision One business",
        account=str(told.get("businessId") or "not known") if tenants else GONE,
        region=expected.vision_one_region,
        trusted=((issuer, "Vision One's OpenID Connect provider"),) if issuer else (),
        links=tuple(_links(case, health, VISION_ONE_ACCOUNT, "VisionOneAccount", "accountName")),
        own_role_arn="" if of_stack else expected.role_arn,
        own_role_purpose="Vision One reads the inventory",
        stacks={"vision-one-stack": "Vision One reads the account and its trail"} if of_stack else {},
        templates={"vision-one-template": "Vision One's stack"},
    )


def _links(case: Case, health: Health, subject: str, kind: str, name_key: str) -> Iterator[LinkFacts]:
    verdicts = {each.subject: each.verdict for each in health.findings}
    verdict = verdicts.get(subject, "")
    found = case.found(kind)
    for each in found:
        name = f"{each.inputs[name_key]}, id {each.id}"
        adopted = each.outputs.get("original")
        made_by = "not this stack; adopted, its earlier settings are restored in the end" if adopted else "this stack"
        yield LinkFacts(subject, name, each.outputs.get("state", ""), each.inputs["roleArn"], made_by, verdict)
    if not found:
        yield LinkFacts(subject, "", GONE, "", "", verdict)


def _enrollments(case: Case) -> Iterator[LinkFacts]:
    for each in case.found("VisionOneEnrollment"):
        name = f"Cloud One account {each.id}"
        yield LinkFacts(_ENROLLMENT, name, each.outputs["status"], "", "this stack; outlives it", "")
