"""Existing notifications at the two moments at which no resource can act: right before Trend's stack is created, and
after that has failed.

The engine calls a hook for each, in the program's own process.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pulumi
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import monitor_supports_feature

from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients, clients
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings, redactor
from components.aws.notification_record import NotificationRecord
from components.aws.notifications import Document, Notifications
from components.resources.base import OnboardingError
from components.resources.notification_provider import BucketInputs, bucket_of, record_of, restore, seen_earlier
from components.resources.notification_snapshot import NotificationSnapshot


def forwarder_hooks(
    snapshot: NotificationSnapshot, *, aws_account_id: str, aws_region: str, stack_name: str
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks for Trend's stack; None where the engine has none, which is an older CLI.

    Args:
        snapshot: what exists, and in which bucket.
        aws_account_id, aws_region: where bucket and stack are.
        stack_name: of Trend's stack.
    """
    if not monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS):
        return None
    get = pulumi.Config("aws").get
    aws, redact = clients(AwsSettings.of(get)), redactor(get)

    async def known() -> ExistingNotifications:
        existing = await snapshot.existing.future() or {}
        bucket_name = await snapshot.bucket_name.future() or ""
        inputs = BucketInputs(aws_account_id=aws_account_id, aws_region=aws_region, bucket_name=bucket_name)
        return ExistingNotifications.of(aws, inputs, stack_name, existing)

    async def before_create(_args: pulumi.ResourceHookArgs) -> None:
        if snapshot.read_in_this_run:
            return
        notifications = await known()
        try:
            await asyncio.to_thread(notifications.require_known)
        except AwsError as error:
            raise OnboardingError(redact(f"step 8: {error}")) from None

    async def on_error(_args: pulumi.ErrorHookArgs) -> bool:
        notifications = await known()
        try:
            lines = await asyncio.to_thread(notifications.restore)
        except AwsError as error:
            lines = [f"existing notifications are not restored yet, the next `up` or `destroy` does it: {error}"]
        for line in lines:
            pulumi.log.warn(redact(f"step 8: {line}"))
        return False  # not to be tried again

    return pulumi.ResourceHookBinding(
        before_create=[pulumi.ResourceHook(f"notifications-known-{stack_name}", before_create)],
        on_error=[pulumi.ErrorHook(f"restore-notifications-{stack_name}", on_error)],
    )


@dataclass(frozen=True)
class ExistingNotifications:
    """The existing notifications of a bucket, while Trend's stack does not exist.

    Attributes:
        bucket: it.
        record: what a run recorded before it deleted the stack.
        stack_name: of Trend's stack.
        known: those that the state knows.
    """

    bucket: TrailBucket
    record: NotificationRecord
    stack_name: str
    known: Notifications

    @classmethod
    def of(cls, aws: AwsClients, inputs: BucketInputs, stack_name: str, existing: Document) -> ExistingNotifications:
        """Return those of a bucket, with S3's document of the known ones."""
        return cls(bucket_of(inputs, aws), record_of(inputs, aws), stack_name, Notifications.of(existing))

    def restore(self) -> list[str]:
        """Restore those that are missing; return a line for each that cannot be.

        The record stays: what is in it alone, the next creation of the stack is to add again.
        """
        lines: list[str] = []
        seen = seen_earlier(self.record, lines.append)
        return [*lines, *restore(self.bucket, self.stack_name, self.known, seen)]

    def require_known(self) -> None:
        """Make sure that the state, or the record, knows all that the stack is about to replace.

        A stack that is created again without a change of its settings, after it was deleted alone or by hand, finds
        what others have added meanwhile, and the snapshot is not read again for it.

        Raises:
            AwsError: it does not, or AWS cannot be asked. What was missing of the known ones is restored then.
        """
        live = self.bucket.read()
        if live is None or not self.known.missing(live):
            return
        lines: list[str] = []
        known, _ = self.known.merge(seen_earlier(self.record, lines.append).existing)
        unknown = known.missing(live)
        if not unknown:
            return
        lines += restore(self.bucket, self.stack_name, known)
        text = (
            f"the state of this stack does not know notification {', '.join(map(str, unknown))} of bucket "
            f"{self.bucket.name}, which Trend's stack would replace"
        )
        raise AwsError("; ".join([text, *lines]), "run `pulumi up --refresh`")
