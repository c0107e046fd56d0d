"""Which trails there are: who delivers to a bucket that exists, and what a new trail would record a second time.

Nothing here knows Pulumi or changes anything, so that the program and `python -m operate doctor` ask alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from components.aws.bucket import TrailBucket
from components.aws.bucket_policy import deliverers
from components.aws.clients import AwsClients
from components.aws.context import AwsContext
from components.aws.errors import AwsError, calling
from components.checks.bucket import CANNOT_DECRYPT, bucket_findings
from components.checks.findings import Finding, TrailDoubt, checked

DELIVERY, NEW_TRAIL, SECOND_TRAIL = "trail that delivers to the bucket", "new trail", "other trails"

Trail = Mapping[str, Any]
"""As DescribeTrails shows it."""


def delivery_finding(bucket: TrailBucket) -> Finding:
    """Look which trail delivers to the bucket, whether it runs, and how it encrypts.

    Where none is seen from this account, the bucket's policy says whether another account's may, such as that of an
    organization. None, or a stopped one, is no reason to refuse: the trail may be another region's, and can be created
    or started at any time after the deployment, which then works as it is.
    """
    found = checked(DELIVERY, lambda: _delivery(bucket))
    return replace(found, doubt=TrailDoubt.DELIVERY) if found.verdict == "unknown" else found


def new_trail_finding(aws: AwsClients, where: AwsContext, name: str) -> Finding:
    """Look whether a new trail would be the second one to record management events, which AWS charges for.

    Once the new trail is there this is decided, and only whether it runs is left to say. Nothing is to say either where
    no existing trail's bucket can be used.

    Args:
        aws: is asked.
        where: the AWS account and region of the new trail.
        name: of the new trail.
    """
    return checked(SECOND_TRAIL, lambda: _new_trail(aws, where, where.arn("cloudtrail", f"trail/{name}")))


def _delivery(bucket: TrailBucket) -> Finding:
    delivering = [each for each in trails_seen(bucket.aws, bucket.region) if each["S3BucketName"] == bucket.name]
    if not delivering:
        return _delivery_from_elsewhere(bucket)
    readable = [each for each in delivering if not each.get("KmsKeyId")]
    if not readable:
        text = f"{named(delivering)} encrypts with SSE-KMS what it delivers to bucket '{bucket.name}': {CANNOT_DECRYPT}"
        return Finding(
            DELIVERY, "failed", text, "take the KMS key out of the trail's settings, or set createNewTrail to true"
        )
    if not any(is_logging(bucket.aws, bucket.region, each) for each in readable):
        text = f"{named(readable)} is stopped: nothing will be forwarded until it runs"
        name, home = readable[0]["TrailARN"], readable[0]["HomeRegion"]
        return Finding(
            DELIVERY, "unknown", text, f"start it: `aws cloudtrail start-logging --region {home} --name {name}`"
        )
    return Finding(DELIVERY, "ok", f"{named(readable)} delivers to bucket '{bucket.name}'")


def _delivery_from_elsewhere(bucket: TrailBucket) -> Finding:
    """Judge a bucket by its policy: a trail of another account is not shown here, unless it is the organization's."""
    unseen = f"no trail that account {bucket.account_id} sees in {bucket.region} delivers to bucket '{bucket.name}'"
    try:
        policy = bucket.policy()
    except AwsError as error:
        return Finding(DELIVERY, "unknown", f"{unseen}, and whether another account's may is not known: {error}")
    for trail in deliverers(policy):
        if trail.account_id != bucket.account_id:
            of_organization = f" for organization {trail.organization}" if trail.organization else ""
            text = (
                f"the policy of bucket '{bucket.name}' lets trail {trail.trail_arn} of account {trail.account_id} "
                f"deliver{of_organization}; whether it runs, only that account can tell"
            )
            return Finding(DELIVERY, "ok", text)
    return Finding(
        DELIVERY,
        "unknown",
        f"{unseen}, and its policy names none of another account: unless another region's does, nothing will be "
        "forwarded",
        "name the bucket of an active trail, let one deliver there, or set createNewTrail to true",
    )


def _new_trail(aws: AwsClients, where: AwsContext, trail_arn: str) -> Finding:
    trails = trails_seen(aws, where.region)
    for trail in trails:
        if trail["TrailARN"] == trail_arn:
            if is_logging(aws, where.region, trail):
                return Finding(NEW_TRAIL, "ok", "the new trail is there already, and runs")
            text = f"{named([trail])}, which this stack created, is stopped: nothing will be forwarded until it runs"
            return Finding(NEW_TRAIL, "unknown", text, "`pulumi up --refresh` starts it", doubt=TrailDoubt.STOPPED)
    of_all_regions = [each for each in trails if each["IsMultiRegionTrail"] and not each.get("KmsKeyId")]
    for trail in of_all_regions:
        if not trail.get("IsOrganizationTrail") and _records(aws, where.region, trail):
            bucket = TrailBucket(aws, trail["S3BucketName"], where.account_id, where.region)
            if all(each.verdict != "failed" for each in bucket_findings(bucket)):
                return _second_trail(trail)
    for trail in of_all_regions:
        if trail.get("IsOrganizationTrail") and (found := _second_to_organization(aws, where, trail)):
            return found
    return Finding(SECOND_TRAIL, "ok", "no other trail that could be used records the management events of all regions")


def _second_trail(trail: Trail) -> Finding:
    return Finding(
        SECOND_TRAIL,
        "unknown",
        f"{named([trail])} records the management events of all regions already, and AWS charges for the copy that a "
        "second trail records",
        "to use the existing one, run `pulumi config set createNewTrail false` and "
        f"`pulumi config set existingCloudtrailBucketName {trail['S3BucketName']}`",
    )


def _second_to_organization(aws: AwsClients, where: AwsContext, trail: Trail) -> Finding | None:
    """Judge an organization's trail, whose bucket usually is another account's: a log archive's.

    Every account of the organization is shown it, and need not be allowed to look whether it runs.
    """
    unsure = ""
    try:
        if not _records(aws, where.region, trail):
            return None
    except AwsError as error:
        unsure = f" (unless it is stopped, which could not be looked at: {error})"
    bucket = TrailBucket(aws, trail["S3BucketName"], where.account_id, where.region)
    place, *others = bucket_findings(bucket)
    if place.verdict == "ok":
        return _second_trail(trail) if all(each.verdict != "failed" for each in others) else None
    owner = str(trail["TrailARN"]).split(":")[4]
    return Finding(
        SECOND_TRAIL,
        "unknown",
        f"the organization's {named([trail])} of account {owner} delivers the management events of this account to "
        f"bucket '{bucket.name}' already{unsure}, and AWS charges for the copy that a second trail records",
        "to do without one, run `pulumi config rm createNewTrail` and `pulumi config set cloudTrail false` here; in "
        f"the stack of the account that owns the bucket, set existingCloudtrailBucketName to {bucket.name}",
    )


def trails_seen(aws: AwsClients, region: str) -> list[Trail]:
    """Return the trails seen in a region: its own, and the account's and organization's that cover all regions."""
    with calling("reading the trails of the account", "cloudtrail:DescribeTrails"):
        trails: list[Trail] = aws.client("cloudtrail", region).describe_trails(includeShadowTrails=True)["trailList"]
        return trails


def is_logging(aws: AwsClients, region: str, trail: Trail) -> bool:
    arn = trail["TrailARN"]
    with calling(f"reading whether trail {arn} runs", "cloudtrail:GetTrailStatus on the trail"):
        return bool(aws.client("cloudtrail", region).get_trail_status(Name=arn)["IsLogging"])


def _records(aws: AwsClients, region: str, trail: Trail) -> bool:
    """Whether a trail runs and records management events; without selectors of its own it records all of them."""
    if not is_logging(aws, region, trail):
        return False
    if not trail.get("HasCustomEventSelectors"):
        return True
    arn = trail["TrailARN"]
    with calling(f"reading what trail {arn} records", "cloudtrail:GetEventSelectors on the trail"):
        reply = aws.client("cloudtrail", trail["HomeRegion"]).get_event_selectors(TrailName=arn)
    basic = [each.get("IncludeManagementEvents", True) for each in reply.get("EventSelectors") or ()]
    fields = [field for each in reply.get("AdvancedEventSelectors") or () for field in each["FieldSelectors"]]
    return any(basic) or any(
        field["Field"] == "eventCategory" and "Management" in field.get("Equals", ()) for field in fields
    )


def named(trails: list[Trail]) -> str:
    return "trail " + ", ".join(str(each["TrailARN"]) for each in trails)
