"""What outside the stack must be as it has to be, looked at before the program registers anything, in previews too."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from components.aws.clients import AwsClients, AwsSettings, clients
from components.aws.context import AwsContext, RequirementError
from components.aws.names import trail_arn, trail_name
from components.aws.tags import owner_tag
from components.checks.bucket import Bucket, bucket_findings
from components.checks.findings import Finding, TrailDoubt
from components.checks.oidc import oidc_findings
from components.checks.trail import delivery_finding, new_trail_finding
from components.settings.model import ExistingTrail, Settings


def check(settings: Settings, where: AwsContext) -> TrailDoubt | None:
    """Warn of what is not sure to work, and refuse what is sure not to.

    Returns:
        What is doubtful about the trail, if anything.

    Raises:
        RequirementError: naming all that has to be put right.
    """
    aws_settings = AwsSettings.of(pulumi.Config("aws").get)
    redact = aws_settings.redactor()
    failed, doubt = [], None
    for finding in findings(clients(aws_settings), settings, where):
        if finding.verdict == "unknown":
            pulumi.log.warn(redact(str(finding)))
            doubt = finding.doubt or doubt
        elif finding.verdict == "failed":
            failed.append(redact(str(finding)))
    if failed:
        raise RequirementError("\n".join(failed))
    return doubt


def findings(aws: AwsClients, settings: Settings, where: AwsContext) -> Iterable[Finding]:
    """Look at all that the settings name in AWS."""
    if isinstance(settings.trail, ExistingTrail):
        bucket = Bucket(settings.trail.bucket_name, where.account_id, where.region)
        about = bucket_findings(aws, bucket)
        yield from about
        if all(each.verdict == "ok" for each in about):
            yield delivery_finding(aws, bucket)
    else:
        arn = trail_arn(where, trail_name())
        yield new_trail_finding(aws, trail_arn=arn, account_id=where.account_id, region=where.region)
    yield from oidc_findings(aws, settings.templates, where, owner=owner_tag())
