"""What is looked at in AWS: who calls, what it may do, the trail and its bucket, and Trend's templates."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from components.aws.bucket import TrailBucket
from components.aws.errors import AwsError
from components.aws.names import role_template_url, stack_names
from components.aws.template import read_template
from components.checks.bucket import NOTIFICATIONS, bucket_findings, notifications_finding
from components.checks.examination import CALLER, Check
from components.checks.findings import Finding
from components.checks.oidc import OIDC_PROVIDER, oidc_findings
from components.checks.stacks import STACKS, StackIds, managed_among, stack_findings
from components.checks.trail import delivery_finding, new_trail_finding
from operate.doctor.case import SETTINGS, Case
from operate.doctor.permissions import SUBJECT, permissions
from operate.policy.place import Place
from operate.policy.surroundings import known_names

_BUCKET, _TEMPLATES = "trail bucket", "Trend's templates"


def checks(case: Case) -> list[Check]:
    """Return the checks of AWS's side."""
    return [
        Check(CALLER, lambda: _caller(case), (SETTINGS,)),
        Check(SUBJECT, case.of_account(_permissions), (CALLER,)),
        Check(_BUCKET, case.of_trail(_bucket), (CALLER,)),
        Check("trail", case.of_trail(_trail), (CALLER, _BUCKET)),
        Check(NOTIFICATIONS, case.of_trail(_notifications), (CALLER, _BUCKET)),
        Check(STACKS, case.of_cloud_one_account(_stacks), (CALLER,)),
        Check(OIDC_PROVIDER, case.of_cloud_one_account(_oidc), (CALLER,)),
        Check(_TEMPLATES, case.of_cloud_one_account(_templates), (CALLER,)),
    ]


def _caller(case: Case) -> Iterator[Finding]:
    try:
        caller = case.caller
    except AwsError as error:  # nothing else can be asked then, not even by the deployment
        yield Finding(CALLER, "failed", str(error))
        return
    account, arn = caller.account_id, caller.arn
    if not case.stack.aws_settings.allows(account):
        text = f"{arn} is in account {account}, which aws:allowedAccountIds or aws:forbiddenAccountIds exclude"
        yield Finding(CALLER, "failed", text, "use credentials of the right account, or change the setting")
        return
    for deployed in case.found("CloudOneAccount"):
        for failure in case.provider.check(dict(deployed.inputs), {"awsAccountId": account}).failures:
            yield Finding(CALLER, "failed", failure.reason)
            return
    yield Finding(CALLER, "ok", f"{arn}, account {account}")


def _permissions(case: Case) -> Iterable[Finding]:
    place = Place(
        settings=case.settings,
        project=case.stack.project,
        stack=case.stack.name,
        where=case.where,
        known=known_names(case.state, bind_names=True),
    )
    return permissions(case.stack.aws, place, is_deployed=bool(case.state.real()))


def _bucket(case: Case) -> Iterator[Finding]:
    if not case.existing_bucket:
        yield Finding(_BUCKET, "ok", "a new one is created")
        return
    yield from bucket_findings(_trail_bucket(case))


def _trail(case: Case) -> Iterator[Finding]:
    if case.existing_bucket:
        yield delivery_finding(_trail_bucket(case))
        return
    yield new_trail_finding(case.stack.aws, case.where, f"{case.stack.project}-{case.stack.name}")


def _notifications(case: Case) -> Iterator[Finding]:
    if not case.existing_bucket:
        yield Finding(NOTIFICATIONS, "ok", "a new bucket has none")
        return
    names = {case.settings.stack_name}
    for snapshot in case.found("NotificationSnapshot"):
        names.update(snapshot.outputs.get("stacks", ()))
    yield notifications_finding(_trail_bucket(case), sorted(names))


def _oidc(case: Case) -> Iterable[Finding]:
    return oidc_findings(case.stack.aws, case.settings, case.where, _managed(case))


def _stacks(case: Case) -> Iterable[Finding]:
    return stack_findings(case.stack.aws, stack_names(case.settings), case.where.region, _managed(case))


def _managed(case: Case) -> StackIds:
    return managed_among({resource.urn: resource.id for resource in case.state.resources})


def _templates(case: Case) -> Iterator[Finding]:
    where, hosted = case.where, case.settings.templates
    urls = [role_template_url(hosted, where)]
    for parameters in case.found("CloudTrailParameters") if case.settings.trail else ():
        from_trend = str(parameters.outputs["templateUrl"])
        name = from_trend.rpartition("/")[2]
        urls.append(hosted.url(name, where.region, where.url_suffix) if hosted else from_trend)
    templates = {url.rpartition("/")[2]: read_template(case.stack.aws, url, where.region) for url in urls}
    retired = [
        f"{function} in {name} runs on {runtime}"
        for name, template in templates.items()
        for function, runtime in template.retired_runtimes(datetime.date.today()).items()
    ]
    if retired:
        text = f"AWS has retired a runtime: {', '.join(retired)}"
        yield Finding(_TEMPLATES, "unknown", text, "ask Trend, or host a copy with a newer one (qsS3BucketName)")
        return
    is_later = case.settings.trail and len(urls) == 1
    later = "" if not is_later else "; where the CloudTrail template is, Trend says in step 7"
    yield Finding(_TEMPLATES, "ok", f"{' and '.join(templates)} can be read{later}")


def _trail_bucket(case: Case) -> TrailBucket:
    return TrailBucket(case.stack.aws, case.existing_bucket, case.where.account_id, case.where.region)
