"""What stands in AWS before anything is tried: the vendor's buckets and templates, and a trail that existed before.

Names and keys of the vendor's buckets are those of the published solution; the templates are this project's own, small
stand-ins with the same parameters, outputs and effects.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends
from moto.s3.models import S3Backend, s3_backends
from moto.sns.models import sns_backends
from moto.utilities.utils import get_partition

REGIONS = (
    "us-east-1",
    "ap-south-1",
    "eu-west-2",
    "ap-southeast-2",
    "eu-central-1",
    "ap-northeast-1",
    "ap-southeast-1",
    "ca-central-1",
    "me-central-1",
    "us-east-2",
)
"""AWS regions that Cloud One regions stand for."""

VENDOR_ACCOUNT = "147995105371"
"""Owner of the vendor's buckets, so that the user's account lists only its own."""

TEMPLATES = Path(__file__).parent / "templates"
ROLE_TEMPLATE = "cloud-account-management-role.template"
CLOUDTRAIL_TEMPLATE = "cloudtrail.yaml"

OWN_ASSETS_BUCKET = "sandbox-assets"
OWN_ASSETS_PREFIX = "trend/"
"""A bucket of one's own with both templates: qsS3BucketName `sandbox-assets-<region>`, qsS3KeyPrefix `trend/`."""


@dataclass(frozen=True)
class Bucket:
    """A bucket to be there from the start.

    Attributes:
        objects: contents by key.
        notifications: configuration in moto's form, or None.
        policy: bucket policy, or None.
    """

    name: str
    region: str
    objects: Mapping[str, bytes] = field(default_factory=dict)
    notifications: Mapping[str, Any] | None = None
    policy: Mapping[str, Any] | None = None


def plant(account: str, extra: Iterable[Bucket] = ()) -> None:
    """Put everything into the AWS of this process; what is there already stays as it is.

    Args:
        account: the account of the sandbox's user.
        extra: buckets besides the sandbox's own.
    """
    for region in REGIONS:
        _plant_bucket(_role_template_bucket(region), VENDOR_ACCOUNT)
        _plant_bucket(_cloudtrail_bucket(region), VENDOR_ACCOUNT)
        _plant_bucket(_own_assets_bucket(region), account)
        _plant_trail(region, account)
    for bucket in extra:
        _plant_bucket(bucket, account)


def existing_trail_bucket(region: str) -> str:
    """Name the trail bucket that exists in a region before the program runs."""
    return f"sandbox-existing-trail-{region}"


def read_seed(file: Path) -> list[Bucket]:
    """Read buckets from a seed file: `{"<bucket>": {"region": "us-east-1", "objects": {"<key>": "<file beside it>"}}}`.

    Raises:
        ValueError: the file is not of that form.
        OSError: it, or a file that it names, cannot be read.
    """
    given = json.loads(file.read_text(encoding="utf-8"))
    try:
        return [
            Bucket(
                name=name,
                region=described["region"],
                objects={key: (file.parent / path).read_bytes() for key, path in described.get("objects", {}).items()},
            )
            for name, described in given.items()
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{file}: a seed file maps bucket names to their region and objects") from error


def _role_template_bucket(region: str) -> Bucket:
    content = (TEMPLATES / ROLE_TEMPLATE).read_bytes()
    return Bucket(f"cloud-one-cloud-accounts-{region}", region, {f"templates/aws/{ROLE_TEMPLATE}": content})


def _cloudtrail_bucket(region: str) -> Bucket:
    content = (TEMPLATES / CLOUDTRAIL_TEMPLATE).read_bytes()
    objects = {CLOUDTRAIL_TEMPLATE: content, "lambda/cloudtrail-client.zip": _forwarder_code()}
    return Bucket(f"cloud-trail-client-stack-template-prod-{region}", region, objects)


def _own_assets_bucket(region: str) -> Bucket:
    objects = {
        f"{OWN_ASSETS_PREFIX}templates/{name}": (TEMPLATES / name).read_bytes()
        for name in (ROLE_TEMPLATE, CLOUDTRAIL_TEMPLATE)
    }
    return Bucket(f"{OWN_ASSETS_BUCKET}-{region}", region, objects)


def _forwarder_code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("forwarder.py", "def handler(event, context):\n    return None\n")
    return packed.getvalue()


def _plant_trail(region: str, account: str) -> None:
    """Make a trail with its bucket, on which others are notified already: a topic, a function and EventBridge."""
    partition, name = get_partition(region), existing_trail_bucket(region)
    topic = f"arn:{partition}:sns:{region}:{account}:sandbox-security-events"
    function = f"arn:{partition}:lambda:{region}:{account}:function:sandbox-log-archive"
    trail = f"arn:{partition}:cloudtrail:{region}:{account}:trail/sandbox-existing-trail"
    sns_backends[account][region].create_topic("sandbox-security-events")
    notifications = {
        "TopicConfiguration": [{"Id": "security-events", "Topic": topic, "Event": ["s3:ObjectRemoved:*"]}],
        "CloudFunctionConfiguration": [
            {
                "Id": "log-archive",
                "CloudFunction": function,
                # Not for new objects: S3 would refuse the vendor's entry, which is for all of them, beside it.
                "Event": ["s3:ObjectRestore:Completed"],
                "Filter": {"S3Key": {"FilterRule": [{"Name": "prefix", "Value": "archive/"}]}},
            }
        ],
        "EventBridgeConfiguration": {},
    }
    policy = _trail_policy(partition, name, trail)
    _plant_bucket(Bucket(name, region, notifications=notifications, policy=policy), account)
    trails = cloudtrail_backends[account][region]
    if "sandbox-existing-trail" not in trails.trails:
        trails.create_trail(
            name="sandbox-existing-trail",
            bucket_name=name,
            s3_key_prefix="",
            sns_topic_name="",
            is_global=True,
            is_multi_region=False,
            log_validation=True,
            is_org_trail=False,
            cw_log_group_arn="",
            cw_role_arn="",
            kms_key_id="",
            tags_list=[],
        )
        trails.start_logging("sandbox-existing-trail")


def _trail_policy(partition: str, bucket: str, trail: str) -> dict[str, Any]:
    common = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    arn, condition = f"arn:{partition}:s3:::{bucket}", {"StringEquals": {"aws:SourceArn": trail}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {**common, "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": condition},
            {**common, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/*", "Condition": condition},
        ],
    }


def _plant_bucket(bucket: Bucket, account: str) -> None:
    backend: S3Backend = s3_backends[account][get_partition(bucket.region)]
    if bucket.name in backend.buckets:
        return
    backend.create_bucket(bucket.name, bucket.region)
    for key, content in bucket.objects.items():
        backend.put_object(bucket.name, key, content, disable_notification=True)
    if bucket.policy is not None:
        backend.put_bucket_policy(bucket.name, json.dumps(bucket.policy).encode())
    if bucket.notifications is not None:
        backend.put_bucket_notification_configuration(bucket.name, dict(bucket.notifications))
