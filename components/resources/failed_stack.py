"""Restores existing notifications as soon as Trend's stack could not be created.

A resource can only run before or after the stack, and after one that failed nothing runs. An error hook does, in the
program's own process. It changes nothing about the failure.
"""

from __future__ import annotations

import asyncio

import pulumi
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import monitor_supports_feature

from components.aws.clients import clients
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings, redactor
from components.aws.notifications import Document, Notifications
from components.resources.notification_provider import BucketInputs, bucket_of, restore
from components.resources.notification_snapshot import NotificationSnapshot


def restore_on_failure(
    snapshot: NotificationSnapshot,
    *,
    aws_account_id: str,
    aws_region: str,
    stack_name: str,
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks for Trend's stack; None where the engine has none, which is an older CLI or a test's mock.

    Args:
        snapshot: what exists, and in which bucket.
        aws_account_id, aws_region: where bucket and stack are.
        stack_name: of Trend's stack.
    """
    if not monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS):
        return None
    known = pulumi.Output.all(snapshot.existing, snapshot.bucket_name)
    get = pulumi.Config("aws").get
    aws, redact = clients(AwsSettings.of(get)), redactor(get)

    def act(existing: Document, bucket: str) -> list[str]:
        inputs = BucketInputs(aws_account_id=aws_account_id, aws_region=aws_region, bucket_name=bucket)
        return restore(bucket_of(inputs, aws), stack_name, Notifications.of(existing))

    async def on_error(_args: pulumi.ErrorHookArgs) -> bool:
        values = await known.future()
        if values is not None:
            try:
                lines = await asyncio.to_thread(act, *values)
            except AwsError as error:
                lines = [f"existing notifications are not restored yet, the next `up` or `destroy` does it: {error}"]
            for line in lines:
                pulumi.log.warn(redact(f"step 8: {line}"))
        return False  # not to be tried again

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"restore-notifications-{stack_name}", on_error)])
