"""The requirements outside of the stack, checked before the program registers anything, in previews too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pulumi

from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients, clients
from components.aws.cloudformation import VISION_ONE_STACK
from components.aws.context import AwsContext
from components.aws.identity import AwsSettings, redactor
from components.aws.names import stack_names, trail_name
from components.checks.audited_trail import AuditedTrail, audited_trail
from components.checks.bucket import bucket_findings
from components.checks.endpoints import endpoint_findings
from components.checks.findings import Finding, TrailDoubt
from components.checks.oidc import oidc_findings
from components.checks.own_state import in_state, managed_stacks
from components.checks.stacks import stack_findings
from components.checks.trail import delivery_finding, new_trail_finding
from components.checks.vision_one_oidc import existing_provider
from components.checks.vision_one_stack import change_of_role_finding, second_provider_finding, stack_is_managed
from components.refusal import Refusal
from components.settings.direct import DirectLink
from components.settings.endpoints import Endpoints
from components.settings.model import ExistingTrail, NewTrail, Settings
from components.settings.scope import Scope


class Preflight(NamedTuple):
    """What was found that the steps go by.

    Attributes:
        doubt: what is doubtful about the trail, if anything.
        oidc_provider_arn: of Vision One's OpenID Connect provider where the account has one that this stack did not
            create; it is used as it is.
        audited: the existing trail that Vision One is to read.
    """

    doubt: TrailDoubt | None = None
    oidc_provider_arn: str | None = None
    audited: AuditedTrail | None = None


def check(settings: Settings, where: AwsContext) -> Preflight:
    """Warn of what is not sure to work, and refuse what is sure not to.

    Raises:
        Refusal: naming all that has to be put right.
    """
    get = pulumi.Config("aws").get
    redact = redactor(get)
    endpoints = Endpoints(settings.endpoints, settings.base_url, settings.endpoints_confirmed)
    failed, doubt = [], None
    for finding in endpoint_findings(endpoints):
        if pulumi.runtime.is_dry_run():  # which sends no key; who reviews it is to see where the next `up` would
            pulumi.log.warn(str(finding))
        elif finding.verdict == "failed":
            failed.append(str(finding))
    aws = clients(AwsSettings.of(get))
    about, found = _vision_one(aws, settings, settings.direct, where) if settings.direct else ([], Preflight())
    for finding in [*about, *findings(aws, settings, where)]:
        if finding.verdict == "unknown":
            pulumi.log.warn(redact(str(finding)))
            doubt = finding.doubt or doubt
        elif finding.verdict == "failed":
            failed.append(redact(str(finding)))
    if failed:
        raise Refusal("\n".join(failed))
    return found._replace(doubt=doubt)


def _vision_one(
    aws: AwsClients, settings: Settings, link: DirectLink, where: AwsContext
) -> tuple[list[Finding], Preflight]:
    """Look at what the link in Vision One goes by; return the findings, and what the steps go by."""
    held = in_state()
    found = [change_of_role_finding(held, wants_stack=settings.trail is not None)]
    provider = existing_provider(aws, link.region, where, held)
    if settings.trail is None:
        return [*found, *provider.findings], Preflight(oidc_provider_arn=provider.arn)
    if provider.arn and found[0].verdict == "ok" and not stack_is_managed(held):
        found.append(second_provider_finding(provider.arn))
    found += stack_findings(aws, [VISION_ONE_STACK], where.region, managed_stacks())
    if not isinstance(settings.trail, ExistingTrail):
        return found, Preflight()
    audited = audited_trail(aws, where, settings.trail.bucket_name)
    return [*found, *audited.findings], Preflight(audited=audited)


def findings(aws: AwsClients, settings: Settings, where: AwsContext) -> Iterable[Finding]:
    """Look at all that the settings name in AWS; a tenant has nothing there."""
    if settings.scope is Scope.TENANT:
        return
    match settings.trail:
        case ExistingTrail(bucket_name) if settings.direct is None:
            bucket = TrailBucket(aws, bucket_name, where.account_id, where.region)
            about = bucket_findings(bucket)
            yield from about
            if all(each.verdict == "ok" for each in about):
                yield delivery_finding(bucket)
        case NewTrail():
            yield new_trail_finding(aws, where, trail_name())
    if settings.direct is not None:
        return
    managed = managed_stacks()
    yield from stack_findings(aws, stack_names(settings), where.region, managed)
    yield from oidc_findings(aws, settings, where, managed)
