"""What the page says of a deployed stack: from Pulumi's state and history, and Trend's roles from AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from components.aws.bucket import TrailBucket
from components.checks.assignment import Expectation, VisionOneExpectation
from components.checks.deployed import Health
from components.checks.trail import delivery_finding
from components.resources.vendor_template import DIGEST
from operate.doctor import deployed
from operate.doctor.case import Case
from operate.engine import history
from operate.engine.moments import format_moment, moment
from operate.engine.state import Resource, State
from operate.report.leaving import Report
from operate.report.roles import Role, TrendStack, TrendStacks, own_role
from operate.report.sides import GONE, Side, side
from operate.report.trail import TrailFacts, trail

_STACK = "aws:cloudformation/stack:Stack"


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
        aws_account, aws_region: what is linked.
        side: what it is linked with.
        own_role: the cross-account role of this program; None where Trend's stack makes the role.
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
    side: Side
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
        own = (self.own_role,) if self.own_role and not self.own_role.unreadable else ()
        return (*own, *(role for stack in self.trend_stacks for role in stack.roles))


def gather(case: Case, now: datetime) -> Facts:
    """Find out all that the page says; nothing is changed.

    Args:
        case: the stack.
        now: the moment that the page names.

    Raises:
        OperateError: the stack is not deployed to its end, or Pulumi does not tell its state.
    """
    state = case.state
    expected, health = deployed.expectation(state), deployed.last_health(state)
    trend = side(case, expected, health)
    run = history.last_change(case.stack.runs())
    external_ids = _external_ids(case)
    reader = TrendStacks(case.stack.aws, expected.aws_region, external_ids)
    stacks = {each.urn.rpartition("::")[2]: each for each in state.resources if each.type == _STACK}
    return Facts(
        stack=case.stack.owner,
        made=format_moment(now),
        last_run=f"{run.kind} {'succeeded' if run.succeeded else 'failed'}" if run else "not known",
        last_run_ended=format_moment(run.ended) if run else "",
        aws_account=expected.aws_account_id,
        aws_region=expected.aws_region,
        side=trend,
        own_role=_own_role(state, trend, external_ids),
        trend_stacks=tuple(
            reader.stack(stacks[name], purpose) if name in stacks else TrendStack(name, unreadable=GONE)
            for name, purpose in trend.stacks.items()
        ),
        trail=_trail(case, expected),
        versions=(("Program", run.revision if run else ""), *_versions(state)),
        templates=tuple(_templates(case, trend)),
        health=health,
        checked=_written(state, deployed.command(state)),
        leaving=Report.of(case.stack),
    )


def _trail(case: Case, expected: Expectation | VisionOneExpectation) -> TrailFacts | None:
    if expected.bucket_name is None:
        return None
    bucket = TrailBucket(case.stack.aws, expected.bucket_name, expected.aws_account_id, expected.aws_region)
    return trail(case.state, bucket.name, delivery_finding(bucket))


def _templates(case: Case, trend: Side) -> Iterator[TemplateFacts]:
    for each in case.found("VendorTemplate"):
        if purpose := trend.templates.get(each.urn.rpartition("::")[2]):
            yield TemplateFacts(purpose, each.inputs["templateUrl"], each.inputs[DIGEST])
    for each in case.found("VisionOneTemplate"):
        # Who has the link's address has the template with the key in it.
        yield TemplateFacts(
            trend.templates[each.urn.rpartition("::")[2]], "a short-lived link of Vision One", each.outputs[DIGEST]
        )


def _own_role(state: State, trend: Side, external_ids: frozenset[str]) -> Role | None:
    if not trend.own_role_arn:
        return None
    for role in state.resources:
        if role.type == "aws:iam/role:Role" and role.outputs.get("arn") == trend.own_role_arn:
            of_role = [each for each in state.resources if each.type == "aws:iam/rolePolicy:RolePolicy"]
            policies = [each for each in of_role if each.inputs["role"] == role.id]
            return own_role(role, trend.own_role_purpose, policies, external_ids)
    return Role(trend.own_role_purpose, trend.own_role_arn, "created by this program", unreadable=GONE)


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
    return format_moment(moment(entry["modified"])) if entry.get("modified") else ""
