"""The rights for trail and bucket, and for the topic to which a trail of route `visionOne` says what it delivered."""

from __future__ import annotations

from collections.abc import Iterator

from components.settings.model import ExistingTrail, NewTrail
from operate.policy.place import Place
from operate.policy.statement import Statement

BUCKET_READS = (
    # aws_s3_bucket reads all of these, configured or not; one refusal fails the read.
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPolicy",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListTagsForResource",
    # The resources beside the bucket.
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPublicAccessBlock",
)


def looks(place: Place) -> Iterator[Statement]:
    """Yield what the program looks at before it registers anything, in previews too."""
    # Of any account: an organization's trail is shown in each of its accounts under the ARN of the one that created it.
    others = f"arn:{place.where.partition}:cloudtrail:*:*:trail/*"
    match place.settings.trail:
        case NewTrail():
            # Whether another trail records the same already.
            yield Statement("Look", "Trails", ["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"], [others])
        case ExistingTrail() if place.settings.direct is not None:
            yield Statement("Find", "Trail", ["cloudtrail:DescribeTrails"], ["*"])
            # Whether it records what Vision One asks for.
            yield Statement("Look", "Trails", ["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"], [others])
        case ExistingTrail():
            looked_at = ["s3:GetEncryptionConfiguration", "s3:ListBucket"]
            yield Statement("Look", "TrailBucket", looked_at, [place.bucket_arn])
            yield Statement("Find", "Trail", ["cloudtrail:DescribeTrails"], ["*"])
            yield Statement("Look", "Trails", ["cloudtrail:GetTrailStatus"], [others])


def reads(place: Place, *, program_runs: bool) -> Iterator[Statement]:
    """Yield what every run reads of a new trail.

    Args:
        place: names the resources.
        program_runs: whether `looks` is granted too, which holds the status of all trails.
    """
    if not isinstance(place.settings.trail, NewTrail):
        return
    yield Statement("Read", "TrailBucket", BUCKET_READS, [place.bucket_arn])
    yield Statement("Find", "Trail", ["cloudtrail:DescribeTrails"], ["*"])
    status = [] if program_runs else ["cloudtrail:GetTrailStatus"]
    yield Statement("Read", "Trail", ["cloudtrail:ListTags", *status], [place.trail_arn])
    if place.settings.direct is not None:
        yield Statement("Read", "TrailTopic", ["sns:GetTopicAttributes", "sns:ListTagsForResource"], [place.topic_arn])


def creates(place: Place) -> Iterator[Statement]:
    """Yield what an up creates and updates for a new trail."""
    if not isinstance(place.settings.trail, NewTrail):
        return
    yield Statement("Create", "TrailBucket", _BUCKET_WRITES, [place.bucket_arn])
    yield Statement("Create", "Trail", _TRAIL_WRITES, [place.trail_arn])
    if place.settings.direct is not None:
        yield Statement("Create", "TrailTopic", _TOPIC_WRITES, [place.topic_arn])


def deletes(place: Place) -> Iterator[Statement]:
    """Yield what a destroy deletes of a new trail."""
    trail = place.settings.trail
    if not isinstance(trail, NewTrail):
        return
    yield Statement("Delete", "Trail", ["cloudtrail:DeleteTrail"], [place.trail_arn])
    if place.settings.direct is not None:
        yield Statement("Delete", "TrailTopic", ["sns:DeleteTopic", "sns:SetTopicAttributes"], [place.topic_arn])
    if trail.on_destroy == "delete":
        undone = [each for each in _BUCKET_WRITES if each not in _ONLY_CREATED]
        yield Statement(
            "Delete",
            "TrailBucket",
            [*undone, "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:ListBucketVersions"],
            [place.bucket_arn],
        )
        yield Statement("Empty", "TrailBucket", ["s3:DeleteObjectVersion"], [f"{place.bucket_arn}/*"])


_BUCKET_WRITES = [
    "s3:CreateBucket",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:TagResource",
    "s3:UntagResource",
]
_ONLY_CREATED = ("s3:CreateBucket", "s3:PutBucketPolicy", "s3:TagResource", "s3:UntagResource")
_TRAIL_WRITES = (
    "cloudtrail:AddTags",
    "cloudtrail:CreateTrail",
    "cloudtrail:RemoveTags",
    "cloudtrail:StartLogging",
    "cloudtrail:UpdateTrail",
)
_TOPIC_WRITES = ("sns:CreateTopic", "sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource")
