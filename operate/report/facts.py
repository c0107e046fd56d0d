"""What the page says of a deployed stack: from Pulumi's state and history, and Trend's roles from AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from components.aws.bucket import TrailBucket
from components.checks.assignment import Expectation, VisionOneExpectation
from components.checks.deployed import CLOUD_ACCOUNT, CONNECTOR, Health
from components.checks.trail import delivery_finding
from components.resources.vendor_template import DIGEST
from operate.console import OperateError
from operate.doctor import deployed
from operate.doctor.case import Case
from operate.engine import history
from operate.engine.moments import moment, shown
from operate.engine.state import Resource, State
from operate.report.leaving import Report
from operate.report.roles import Role, TrendStack, TrendStacks, own_role
from operate.report.trail import TrailFacts, trail

_GONE = "not in the state any more"
_ENROLMENT = "Vision One enrollment"
# By the names that the components give them, which are part of the state's contract.
_STACK = "aws:cloudformation/stack:Stack"
_FORWARDER = "forwarder"
_STACKS = {
    "management-role": "Cloud One manages the account",
    _FORWARDER: "The forwarder sends the trail's events to Trend",
}
_TEMPLATES = {"management-role-template": "Management role", "forwarder-template": "Forwarder"}


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
class TemplateFacts:
    """One of Trend's templates: which one, where it came from, the digest of its text."""

    what: str
    url: str
    digest: str


@dataclass(frozen=True)
class Facts:
    """All that the page says.

    Attributes:
        stack: `<project>/<stack>`.
        made: when the page was made.
        last_run, last_run_ended: how the last run ended that was meant to change something, and when.
        aws_account, aws_region, cloud_one_account, cloud_one_region: what is linked with what.
        trend_account: the AWS account of Trend's from which it assumes roles.
        links: connector, cloud account, enrollment.
        own_role: the cross-account role of this program; None where it is not in the state any more.
        trend_stacks: Trend's stacks, with their roles.
        trail: the bucket; None where no events are forwarded.
        versions: each as a name and a version.
        templates: Trend's.
        health, checked: what the check after the last step found, and when.
        leaving: what stays when the stack is destroyed.
    """

    stack: str
    made: str
    last_run: str
    last_run_ended: str
    aws_account: str
    aws_region: str
    cloud_one_account: str
    cloud_one_region: str
    trend_account: str
    links: tuple[LinkFacts, ...]
    own_role: Role | None
    trend_stacks: tuple[TrendStack, ...]
    trail: TrailFacts | None
    versions: tuple[tuple[str, str], ...]
    templates: tuple[TemplateFacts, ...]
    health: Health
    checked: str
    leaving: Report

    @property
    def roles(self) -> tuple[Role, ...]:
        """All roles that could be found."""
        own = (self.own_role,) if self.own_role else ()
        return (*own, *(role for stack in self.trend_stacks for role in stack.roles))


def gather(case: Case, now: datetime) -> Facts:
    """Find out all that the page says; nothing is changed.

    Args:
        case: the stack.
        now: the moment that the page names.

    Raises:
        OperateError: the stack is not deployed to its end, or Pulumi does not tell its state.
    """
    from components.steps.workload_security import TREND_AWS_ACCOUNT  # loads pulumi_aws

    state = case.state
    expected, health = deployed.expectation(state), deployed.last_health(state)
    if isinstance(expected, VisionOneExpectation):
        raise OperateError("the report does not know the route by Vision One yet")
    run = history.last_change(case.stack.runs())
    external_ids = _external_ids(case)
    reader = TrendStacks(case.stack.aws, expected.aws_region, external_ids)
    stacks = {each.urn.rpartition("::")[2]: each for each in state.resources if each.type == _STACK}
    account = case.found("CloudOneAccount")
    return Facts(
        stack=case.stack.owner,
        made=shown(now),
        last_run=f"{run.kind} {'succeeded' if run.succeeded else 'failed'}" if run else "not known",
        last_run_ended=shown(run.ended) if run else "",
        aws_account=expected.aws_account_id,
        aws_region=expected.aws_region,
        cloud_one_account=account[0].id if account else _GONE,
        cloud_one_region=expected.region,
        trend_account=TREND_AWS_ACCOUNT,
        links=tuple(_links(case, health)),
        own_role=_own_role(state, expected.connector_role_arn, external_ids),
        trend_stacks=tuple(
            reader.stack(stacks[name], words) if name in stacks else TrendStack(name, unreadable=_GONE)
            for name, words in _STACKS.items()
            if name != _FORWARDER or expected.bucket_name
        ),
        trail=_trail(case, expected),
        versions=(("Program", run.revision if run else ""), *_versions(state)),
        templates=tuple(
            TemplateFacts(_TEMPLATES[name], each.inputs["templateUrl"], each.inputs[DIGEST])
            for each in case.found("VendorTemplate")
            if (name := each.urn.rpartition("::")[2]) in _TEMPLATES
        ),
        health=health,
        checked=_written(state, deployed.command(state)),
        leaving=Report.of(case.stack),
    )


def _trail(case: Case, expected: Expectation) -> TrailFacts | None:
    if expected.bucket_name is None:
        return None
    bucket = TrailBucket(case.stack.aws, expected.bucket_name, expected.aws_account_id, expected.aws_region)
    return trail(case.state, bucket.name, delivery_finding(bucket))


def _links(case: Case, last: Health) -> Iterator[LinkFacts]:
    verdicts = {each.subject: each.verdict for each in last.findings}
    for subject, kind, name_key in (
        (CONNECTOR, "Connector", "displayName"),
        (CLOUD_ACCOUNT, "CloudAccount", "alias"),
    ):
        verdict = verdicts.get(subject, "")
        found = case.found(kind)
        for each in found:
            name = f"{each.inputs[name_key]}, id {each.id}"
            adopted = each.outputs.get("original")
            made_by = "something else; adopted, gets its earlier settings back" if adopted else "this stack"
            yield LinkFacts(subject, name, each.outputs.get("state", ""), each.inputs["roleArn"], made_by, verdict)
        if not found:
            yield LinkFacts(subject, "", _GONE, "", "", verdict)
    for each in case.found("VisionOneEnrollment"):
        yield LinkFacts(
            _ENROLMENT, f"Cloud One account {each.id}", each.outputs["status"], "", "this stack; outlives it", ""
        )


def _own_role(state: State, arn: str, external_ids: frozenset[str]) -> Role | None:
    for role in state.resources:
        if role.type == "aws:iam/role:Role" and role.outputs.get("arn") == arn:
            of_role = [each for each in state.resources if each.type == "aws:iam/rolePolicy:RolePolicy"]
            return own_role(role, [each for each in of_role if each.inputs["role"] == role.id], external_ids)
    return None


def _external_ids(case: Case) -> frozenset[str]:
    """Return what the tenant's external id is: by the settings, or as Trend told it."""
    told = [str(each.outputs.get("externalId", "")) for each in case.found("ExternalId")]
    given = case.stack.decrypted.values.get(f"{case.stack.project}:externalId", "")
    return frozenset(filter(None, (given, *told)))


def _versions(state: State) -> Iterator[tuple[str, str]]:
    yield "Pulumi", str((state.document["deployment"].get("manifest") or {}).get("version", ""))
    for each in state.resources:
        if each.type.startswith("pulumi:providers:") and each.inputs.get("version"):
            yield f"Pulumi plugin {each.type.rpartition(':')[2]}", each.inputs["version"]


def _written(state: State, resource: Resource) -> str:
    """Return when a resource was made or changed last, in the engine's own note of it."""
    entries = {each["urn"]: each for each in state.document["deployment"]["resources"]}
    entry = entries[resource.urn]
    return shown(moment(entry["modified"])) if entry.get("modified") else ""
