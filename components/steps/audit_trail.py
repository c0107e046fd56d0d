"""The trail whose events Trend reads: a new one with its bucket, or the bucket of one that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws

from components.aws.context import AwsContext
from components.aws.names import topic_name, trail_name
from components.resources.account import CloudOneAccount
from components.resources.key_check import KeyCheck
from components.settings.model import ExistingTrail, NewTrail


class AuditTrail(pulumi.ComponentResource):
    """`trend:onboarding:AuditTrail`: the bucket that a trail delivers to.

    For an existing trail it creates nothing, and neither the bucket nor its policy is touched. A new bucket is
    encrypted with S3's own keys, since Trend's forwarder cannot decrypt KMS.

    Args:
        name: the component's name.
        account: the Cloud One account; None where a new trail has a topic instead, by which Vision One learns of what
            it delivers. There the link goes first in a destroy and asks for the key.
        source: a new trail, or the bucket of an existing one.
        where: the AWS account and region.
        tags: of the new bucket and trail.
        stopped: whether the new trail is there and does not run.

    Attributes:
        bucket_name: the bucket, new or existing.
        trail_arn: the new trail's ARN; None for an existing trail.
    """

    bucket_name: pulumi.Output[str]
    trail_arn: pulumi.Output[str] | None

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount | None,
        source: NewTrail | ExistingTrail,
        where: AwsContext,
        tags: Mapping[str, pulumi.Input[str]],
        stopped: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:AuditTrail", name, None, opts)
        if isinstance(source, ExistingTrail):
            self.bucket_name = pulumi.Output.from_input(source.bucket_name)
            self.trail_arn = None
            self.register_outputs({"bucketName": self.bucket_name})
            return
        # Load-bearing: the bucket's policy must name the trail before it can be created.
        name_of_trail = trail_name()
        bucket, last_part = self._bucket(source, where, name_of_trail, tags)
        outputs = {"bucketName": bucket.id}
        if account is None:
            topic, topic_policy = self._topic(where, name_of_trail, tags)
            trail = self._trail(name_of_trail, bucket, [last_part, topic_policy], tags, stopped=stopped, topic=topic)
            outputs["topicArn"] = topic.arn
        else:
            trail = self._trail(name_of_trail, bucket, [last_part], tags, stopped=stopped)
            KeyCheck("trail-key-check", account=account, before=[trail.arn], opts=pulumi.ResourceOptions(parent=self))
        self.bucket_name, self.trail_arn = bucket.id, trail.arn
        self.register_outputs({**outputs, "trailArn": self.trail_arn})

    def _bucket(
        self, source: NewTrail, where: AwsContext, name_of_trail: str, tags: Mapping[str, pulumi.Input[str]]
    ) -> tuple[aws.s3.Bucket, pulumi.Resource]:
        """Declare the bucket and its parts; return it, and the part that is created last."""
        keep = source.on_destroy == "keep"
        options = pulumi.ResourceOptions(parent=self, retain_on_delete=keep)
        bucket = aws.s3.Bucket("trail-bucket", force_destroy=not keep, tags=dict(tags), opts=options)
        policy = bucket_policy(bucket.arn, where.arn("cloudtrail", f"trail/{name_of_trail}"), where.account_id)
        last: pulumi.Resource = bucket
        for part, declare in bucket_parts(policy, source.retention_days).items():
            # One after the other: S3 refuses parallel changes to one bucket.
            after = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[last]))
            last = declare(f"trail-bucket-{part}", bucket=bucket.id, opts=after)
        return bucket, last

    def _topic(
        self, where: AwsContext, name_of_trail: str, tags: Mapping[str, pulumi.Input[str]]
    ) -> tuple[aws.sns.Topic, aws.sns.TopicPolicy]:
        """Declare the topic to which the trail says what it has delivered, and its policy.

        It is not encrypted: CloudTrail cannot publish to a topic with SNS's own key, and a key of ours would cost, and
        lock Trend's subscriber out. What passes it are names of objects in the bucket, and no event.
        """
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic("trail-topic", name=topic_name(name_of_trail), tags=dict(tags), opts=child)
        policy = topic_policy(topic.arn, where.arn("cloudtrail", f"trail/{name_of_trail}"))
        document = pulumi.Output.json_dumps(policy)
        return topic, aws.sns.TopicPolicy("trail-topic-policy", arn=topic.arn, policy=document, opts=child)

    def _trail(
        self,
        name_of_trail: str,
        bucket: aws.s3.Bucket,
        after: Sequence[pulumi.Resource],
        tags: Mapping[str, pulumi.Input[str]],
        *,
        stopped: bool,
        topic: aws.sns.Topic | None = None,
    ) -> aws.cloudtrail.Trail:
        """Declare the trail, which CloudTrail creates only where bucket's and topic's policies let it deliver.

        Without selectors of its own it records all management events, those of KMS and RDS Data included.
        """
        return aws.cloudtrail.Trail(
            "trail",
            name=name_of_trail,
            s3_bucket_name=bucket.id,
            sns_topic_name=topic.name if topic else None,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            tags=dict(tags),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=list(after),
                # The provider does not start a trail that a failed run created and did not start: only a new one. A
                # trail that runs is never recreated for an error, since nothing records meanwhile.
                replace_on_changes=["#initerror"] if stopped else None,
                delete_before_replace=stopped or None,
            ),
        )


def bucket_parts(policy: Mapping[str, Any], retention_days: int) -> dict[str, Callable[..., pulumi.Resource]]:
    """Return what declares each part of the bucket, in the order in which they are created.

    The policy comes before the block of public access, which judges it.

    Args:
        policy: the bucket's, see `bucket_policy`.
        retention_days: days after which logs expire; 0 for never.
    """
    return {
        "ownership": partial(aws.s3.BucketOwnershipControls, rule={"object_ownership": "BucketOwnerEnforced"}),
        "encryption": partial(
            aws.s3.BucketServerSideEncryptionConfiguration,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        ),
        "versioning": partial(aws.s3.BucketVersioning, versioning_configuration={"status": "Enabled"}),
        "lifecycle": partial(aws.s3.BucketLifecycleConfiguration, rules=[lifecycle_rule(retention_days)]),
        "policy": partial(aws.s3.BucketPolicy, policy=pulumi.Output.json_dumps(policy)),
        "access": partial(
            aws.s3.BucketPublicAccessBlock,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        ),
    }


def lifecycle_rule(retention_days: int) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    """Return the rule by which logs expire; where they never do, only what was not uploaded whole does.

    It exists in any case: one that a setting takes away would stay on a bucket that outlives the stack.
    """
    rule: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": "expire-logs",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }
    if retention_days:
        rule["expiration"] = {"days": retention_days}
        rule["noncurrent_version_expiration"] = {"noncurrent_days": 30}
    return rule


def bucket_policy(bucket_arn: pulumi.Output[str], trail_arn: str, account_id: str) -> dict[str, Any]:
    """Return a policy that lets this trail alone deliver, and nobody talk to the bucket without TLS.

    Source: CloudTrail user guide, bucket policy for CloudTrail.
    """
    from_trail = {"StringEquals": {"aws:SourceArn": trail_arn}}
    writes = {"StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}}
    objects = pulumi.Output.format("{0}/*", bucket_arn)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TrailReadsAcl",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:GetBucketAcl",
                "Resource": bucket_arn,
                "Condition": from_trail,
            },
            {
                "Sid": "TrailWritesLogs",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": pulumi.Output.format("{0}/AWSLogs/{1}/*", bucket_arn, account_id),
                "Condition": writes,
            },
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket_arn, objects],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }


def topic_policy(topic_arn: pulumi.Output[str], trail_arn: str) -> dict[str, Any]:
    """Return a policy that lets CloudTrail publish on behalf of this trail alone.

    Source: CloudTrail user guide, Amazon SNS topic policy for CloudTrail.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TrailPublishes",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": topic_arn,
                "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
            }
        ],
    }
