"""Whether an existing trail can be read by Vision One: found by its bucket, and compared with what Vision One asks for.

Source of the rules: Trend's manual on the feature (`docs/limits.md`). Which bucket a trail delivers to, and how that is
encrypted, is not among them. Nothing here knows Pulumi or changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from components.aws.clients import AwsClients
from components.aws.context import AwsContext
from components.aws.errors import AwsError, AwsUnavailable, calling
from components.checks.findings import Finding
from components.checks.trail import Trail, is_logging, trails_seen

SUBJECT = "trail that Vision One is to read"
_BASIC, _ADVANCED = "EventSelectors", "AdvancedEventSelectors"


class AuditedTrail(NamedTuple):
    """What was found.

    Attributes:
        arn: of the trail; empty where none can be used.
        topic_arn: of the topic to which it says what it delivered.
        findings: what there is to say of it; each deviation is one.
    """

    arn: str
    topic_arn: str
    findings: tuple[Finding, ...]


def audited_trail(aws: AwsClients, where: AwsContext, bucket_name: str) -> AuditedTrail:
    """Look for a trail that delivers to a bucket, and judge it; of several, one without deviations is taken.

    A look that AWS does not allow or answer is `failed`: nothing can be declared without the trail's name.
    """
    try:
        return judged_trail(aws, where, bucket_name)
    except AwsError as error:
        text = f"{SUBJECT} not found: {error}"
        return AuditedTrail("", "", (Finding(SUBJECT, "failed", text, unanswered=isinstance(error, AwsUnavailable)),))


def judged_trail(aws: AwsClients, where: AwsContext, bucket_name: str) -> AuditedTrail:
    """The same.

    Raises:
        AwsError: AWS does not allow a look, or does not answer.
    """
    candidates = [
        AuditedTrail(str(each["TrailARN"]), str(each.get("SnsTopicARN") or ""), tuple(_findings(aws, where, each)))
        for each in trails_seen(aws, where.region)
        if each["S3BucketName"] == bucket_name
    ]
    candidates.sort(key=lambda each: [finding.verdict for finding in each.findings].count("failed"))
    if candidates:
        return candidates[0]
    text = f"no trail that account {where.account_id} sees in {where.region} delivers to bucket '{bucket_name}'"
    hint = "name the bucket of one (existingCloudtrailBucketName), or set createNewTrail to true"
    return AuditedTrail("", "", (Finding(SUBJECT, "failed", text, hint),))


def _findings(aws: AwsClients, where: AwsContext, trail: Trail) -> Iterator[Finding]:
    arn, update = trail["TrailARN"], f"aws cloudtrail update-trail --region {where.region} --name {trail['TrailARN']}"
    home = where.arn("cloudtrail", f"trail/{trail['Name']}")
    if arn != home:
        yield _failed(
            f"trail {arn} is of another account or region than {where.account_id}, {where.region}",
            "name the bucket of a trail of this account and region, or set createNewTrail to true",
        )
        return  # its owner alone can change it
    topic = str(trail.get("SnsTopicARN") or "")
    if not topic:
        yield _failed(
            f"trail {arn} has no SNS topic", f"give it one that it may publish to: `{update} --sns-topic-name …`"
        )
    elif not topic.startswith(where.arn("sns", "")):
        yield _failed(
            f"trail {arn} publishes to {topic}, which is not of this account and region",
            f"give it a topic of {where.account_id}, {where.region}: `{update} --sns-topic-name …`",
        )
    if not trail.get("LogFileValidationEnabled"):
        yield _failed(f"trail {arn} does not validate its logs", f"`{update} --enable-log-file-validation`")
    if trail.get("HasCustomEventSelectors"):
        yield from _selector_findings(aws, where, arn)
    if not is_logging(aws, where.region, trail):
        text = f"trail {arn} is stopped: Vision One reads nothing until it runs"
        command = f"aws cloudtrail start-logging --region {where.region} --name {arn}"
        yield Finding(SUBJECT, "unknown", text, f"start it: `{command}`")


def _selector_findings(aws: AwsClients, where: AwsContext, arn: str) -> Iterator[Finding]:
    """Judge what a trail records; without selectors of its own it records all management events."""
    with calling(f"reading what trail {arn} records", "cloudtrail:GetEventSelectors on the trail"):
        reply = aws.client("cloudtrail", where.region).get_event_selectors(TrailName=arn)
    command = f"aws cloudtrail put-event-selectors --region {where.region} --trail-name {arn} --event-selectors …"
    hint = f"let it record all management events, read and write, without exclusions: `{command}`"
    recorded = {kind for selector in _management(reply) for kind in selector.kinds}
    excluded = sorted({source for selector in _management(reply) for source in selector.excluded})
    if missing := sorted({"read", "write"} - recorded):
        yield _failed(f"trail {arn} does not record {' and '.join(missing)} management events", hint)
    if excluded:
        yield _failed(f"trail {arn} leaves out management events of {', '.join(excluded)}", hint)


class _Selector(NamedTuple):
    """Management events that a selector records: `read`, `write` or both, less those that it excludes."""

    kinds: frozenset[str]
    excluded: tuple[str, ...]


_KINDS = {"All": {"read", "write"}, "ReadOnly": {"read"}, "WriteOnly": {"write"}}


def _management(reply: Mapping[str, Any]) -> Iterator[_Selector]:
    for each in reply.get(_BASIC) or ():
        if each.get("IncludeManagementEvents", True):
            kinds = frozenset(_KINDS[each.get("ReadWriteType", "All")])
            yield _Selector(kinds, tuple(each.get("ExcludeManagementEventSources") or ()))
    for each in reply.get(_ADVANCED) or ():
        fields = {field["Field"]: field for field in each["FieldSelectors"]}
        if "Management" in fields.pop("eventCategory", {}).get("Equals", ()):
            read_only = fields.pop("readOnly", {}).get("Equals", ["true", "false"])
            kinds = frozenset("read" if value == "true" else "write" for value in read_only)
            # Any other field narrows what is recorded, whichever way it is written.
            yield _Selector(kinds, tuple(f"{name} {_other(field)}" for name, field in fields.items()))


def _other(field: Mapping[str, Any]) -> str:
    return " ".join(f"{rule} {value}" for rule, value in field.items() if rule != "Field")


def _failed(text: str, hint: str) -> Finding:
    return Finding(SUBJECT, "failed", text, hint)
