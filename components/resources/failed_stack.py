"""Puts the notifications of others back as soon as the vendor's stack turns out to have failed.

A resource can only run before or after the stack, and after one that failed nothing runs. An error hook does, in the
program's own process. It changes nothing about the failure.
"""

from __future__ import annotations

import asyncio

import pulumi
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import monitor_supports_feature

from components.aws.clients import AwsError, AwsSettings
from components.aws.notifications import Configuration
from components.resources.notification_record import records
from components.resources.notification_snapshot import NotificationSnapshot
from components.resources.notifications import BucketInputs, bucket_of, left_out, put_back


def put_back_on_failure(
    snapshot: NotificationSnapshot,
    *,
    aws_account_id: str,
    aws_region: str,
    stack_name: str,
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks for the vendor's stack; None where the engine has none, which is an older CLI or a test's mock.

    Args:
        snapshot: what others had, and in which bucket.
        aws_account_id, aws_region: where bucket and stack are.
        stack_name: of the vendor's stack.
    """
    if not monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS):
        return None
    known = pulumi.Output.all(snapshot.id, snapshot.earlier, snapshot.bucket_name)
    settings = AwsSettings.of(pulumi.Config("aws").get)

    def act(snapshot_id: str, earlier: Configuration, bucket: str) -> list[str]:
        inputs = BucketInputs(aws_account_id=aws_account_id, aws_region=aws_region, bucket_name=bucket)
        trail_bucket = bucket_of(inputs, settings)
        displaced = put_back(trail_bucket, stack_name, records().find(snapshot_id), earlier)
        return [left_out(entry, trail_bucket) for entry in displaced]

    async def on_error(_args: pulumi.ErrorHookArgs) -> bool:
        values = await known.future()
        if values is not None:
            try:
                said = await asyncio.to_thread(act, *values)
            except (AwsError, OSError) as error:
                said = [f"others' notifications are not back yet; the next `up` or `destroy` sees to them: {error}"]
            for line in said:
                pulumi.log.warn(settings.redactor()(f"step 8: {line}"))
        return False  # not to be tried again

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"put-back-notifications-{stack_name}", on_error)])
