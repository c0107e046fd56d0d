"""What is looked at in AWS: who calls, what it may do, the trail and its bucket, and the vendor's templates."""

from __future__ import annotations

import json
from collections.abc import Iterator

from components.bucket_checks import NOTIFICATIONS, Bucket, bucket_findings, notifications_finding
from components.findings import Finding
from components.providers.aws_clients import AwsError, calling
from components.providers.trail_bucket import TrailBucket
from components.trail_checks import delivery_finding, second_trail_finding
from operate.doctor.case import Case
from operate.doctor.examination import CALLER, Check
from operate.doctor.permissions import permissions

_BUCKET, _TEMPLATES = "trail bucket", "vendor's templates"


def checks(case: Case) -> list[Check]:
    """Return the checks of AWS's side."""
    return [
        Check(CALLER, lambda: _caller(case), ("settings",)),
        Check("permissions", lambda: permissions(case), (CALLER,)),
        Check(_BUCKET, lambda: _bucket(case), (CALLER,)),
        Check("trail", lambda: _trail(case), (CALLER, _BUCKET)),
        Check(NOTIFICATIONS, lambda: _notifications(case), (CALLER, _BUCKET)),
        Check(_TEMPLATES, lambda: _templates(case), (CALLER,)),
    ]


def _caller(case: Case) -> Iterator[Finding]:
    try:
        caller = case.caller
    except AwsError as error:  # nothing else can be asked then, not even by the deployment
        yield Finding(CALLER, "refused", str(error))
        return
    account, arn = caller["Account"], caller["Arn"]
    allowed, forbidden = (_account_ids(case, name) for name in ("allowedAccountIds", "forbiddenAccountIds"))
    if (allowed and account not in allowed) or account in forbidden:
        text = f"{arn} is in account {account}, which aws:allowedAccountIds or aws:forbiddenAccountIds exclude"
        yield Finding(CALLER, "refused", text, "use credentials of the right account, or change the setting")
        return
    for deployed in case.found("CloudOneAccount"):
        for failure in case.provider.check(dict(deployed.inputs), {"awsAccountId": account}).failures:
            yield Finding(CALLER, "refused", failure.reason)
            return
    yield Finding(CALLER, "ok", f"{arn}, account {account}")


def _account_ids(case: Case, name: str) -> list[str]:
    given: list[str] = json.loads(case.stack.decrypted.values.get(f"aws:{name}") or "[]")
    return given


def _bucket(case: Case) -> Iterator[Finding]:
    if not case.existing_bucket:
        yield Finding(_BUCKET, "ok", "a new one is made")
        return
    yield from bucket_findings(case.stack.aws, _named(case))


def _trail(case: Case) -> Iterator[Finding]:
    if case.existing_bucket:
        yield delivery_finding(case.stack.aws, _named(case))
        return
    region = case.stack.aws_region
    arn = f"arn:{case.partition}:cloudtrail:{region}:{case.account}:trail/{case.stack.project}-{case.stack.name}"
    yield second_trail_finding(case.stack.aws, trail_arn=arn, account_id=case.account, region=region)


def _notifications(case: Case) -> Iterator[Finding]:
    if not case.existing_bucket:
        yield Finding(NOTIFICATIONS, "ok", "a new bucket has none")
        return
    names = {case.settings.stack_name}
    for snapshot in case.found("NotificationSnapshot"):
        names.update(snapshot.outputs.get("stacks", ()))
    bucket = TrailBucket(
        case.stack.aws, name=case.existing_bucket, account_id=case.account, region=case.stack.aws_region
    )
    yield notifications_finding(bucket, sorted(names))


def _templates(case: Case) -> Iterator[Finding]:
    from components.cloud_account import TEMPLATE_FILE, template_url  # loads pulumi_aws, which takes its time

    region, suffix, hosted = case.stack.aws_region, case.url_suffix, case.settings.templates
    urls = [hosted.url(TEMPLATE_FILE, region, suffix) if hosted else template_url(region, suffix)]
    cloudformation = case.stack.aws.client("cloudformation", region)
    for parameters in case.found("CloudTrailParameters"):
        vendors = str(parameters.outputs["templateUrl"])
        urls.append(hosted.url(vendors.rpartition("/")[2], region, suffix) if hosted else vendors)
    for url in urls:
        with calling(f"reading template {url}", "cloudformation:GetTemplateSummary, and to read the template's bucket"):
            cloudformation.get_template_summary(TemplateURL=url)
    later = "" if len(urls) > 1 else "; where the CloudTrail template is, Trend says in step 7"
    yield Finding(_TEMPLATES, "ok", f"{' and '.join(url.rpartition('/')[2] for url in urls)} can be read{later}")


def _named(case: Case) -> Bucket:
    return Bucket(case.existing_bucket, case.account, case.stack.aws_region)
