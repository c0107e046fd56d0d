"""What stands in AWS before anything is tried: Trend's buckets and templates, and a trail that existed before.

Names and keys of Trend's buckets are those of the published solution; the templates are this project's own, small
stand-ins with the same parameters, outputs and effects.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends
from moto.s3.models import S3Backend, s3_backends
from moto.sns.models import sns_backends
from moto.utilities.utils import get_partition

from sandbox.aws import organizations
from sandbox.organization import TRAIL, TRAIL_BUCKET, TRAIL_REGION, AccountKind, Organization

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
"""Owner of Trend's buckets, so that the user's account lists only its own."""

TEMPLATES = Path(__file__).parent / "templates"
ROLE_TEMPLATE = "cloud-account-management-role.template"
CLOUDTRAIL_TEMPLATE = "cloudtrail.yaml"

OWN_ASSETS_BUCKET = "sandbox-assets"
OWN_ASSETS_PREFIX = "trend/"
"""A bucket of one's own with both templates: qsS3BucketName `sandbox-assets-<region>`, qsS3KeyPrefix `trend/`."""


def plant(account: str, organization: Organization | None) -> None:
    """Put everything into the AWS of this process.

    Args:
        account: the account of the sandbox's user.
        organization: of which it is the management account.
    """
    role, cloudtrail = ((TEMPLATES / name).read_bytes() for name in (ROLE_TEMPLATE, CLOUDTRAIL_TEMPLATE))
    code = _forwarder_code()
    for region in REGIONS:
        own = {f"{OWN_ASSETS_PREFIX}templates/{ROLE_TEMPLATE}": role}
        own[f"{OWN_ASSETS_PREFIX}templates/{CLOUDTRAIL_TEMPLATE}"] = cloudtrail
        _plant_bucket(
            VENDOR_ACCOUNT, f"cloud-one-cloud-accounts-{region}", region, {f"templates/aws/{ROLE_TEMPLATE}": role}
        )
        _plant_bucket(
            VENDOR_ACCOUNT,
            f"cloud-trail-client-stack-template-prod-{region}",
            region,
            {CLOUDTRAIL_TEMPLATE: cloudtrail, "lambda/cloudtrail-client.zip": code},
        )
        _plant_bucket(account, f"{OWN_ASSETS_BUCKET}-{region}", region, own)
        _plant_trail(region, account)
    if organization:
        organizations.plant(organization)
        _plant_organization_trail(account, organization.the(AccountKind.LOG_ARCHIVE).id)


def _forwarder_code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("forwarder.py", "def handler(event, context):\n    return None\n")
    return packed.getvalue()


def _plant_trail(region: str, account: str) -> None:
    """Make a trail with its bucket, on which others are notified already: a topic, a function and EventBridge."""
    partition, name = get_partition(region), f"sandbox-existing-trail-{region}"
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
                # Not for new objects: S3 would refuse Trend's entry, which is for all of them, beside it.
                "Event": ["s3:ObjectRestore:Completed"],
                "Filter": {"S3Key": {"FilterRule": [{"Name": "prefix", "Value": "archive/"}]}},
            }
        ],
        "EventBridgeConfiguration": {},
    }
    s3 = _plant_bucket(account, name, region, {})
    s3.put_bucket_policy(name, json.dumps(_trail_policy(partition, name, trail)).encode())
    s3.put_bucket_notification_configuration(name, notifications)
    _create_trail(account, region, "sandbox-existing-trail", name)


def _plant_organization_trail(management: str, log_archive: str) -> None:
    """Make the trail of all accounts, which delivers to a bucket of the log archive's account."""
    trail = f"arn:aws:cloudtrail:{TRAIL_REGION}:{management}:trail/{TRAIL}"
    s3 = _plant_bucket(log_archive, TRAIL_BUCKET, TRAIL_REGION, {})
    s3.put_bucket_policy(TRAIL_BUCKET, json.dumps(_trail_policy("aws", TRAIL_BUCKET, trail)).encode())
    _create_trail(management, TRAIL_REGION, TRAIL, TRAIL_BUCKET, is_multi_region=True, is_org_trail=True)


def _create_trail(account: str, region: str, name: str, bucket: str, **kind: bool) -> None:
    trails = cloudtrail_backends[account][region]
    trails.create_trail(
        name=name,
        bucket_name=bucket,
        s3_key_prefix="",
        sns_topic_name="",
        is_global=True,
        log_validation=True,
        cw_log_group_arn="",
        cw_role_arn="",
        kms_key_id="",
        tags_list=[],
        **{"is_multi_region": False, "is_org_trail": False, **kind},
    )
    trails.start_logging(name)


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


def _plant_bucket(account: str, name: str, region: str, objects: Mapping[str, bytes]) -> S3Backend:
    backend: S3Backend = s3_backends[account][get_partition(region)]
    backend.create_bucket(name, region)
    for key, content in objects.items():
        backend.put_object(name, key, content, disable_notification=True)
    return backend
