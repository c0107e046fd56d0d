"""Around step 8: existing notifications survive what Trend's stack does to the trail's bucket.

The stack replaces the bucket's whole notification configuration when it is created, and wipes it when it is deleted.
Hence two resources around it: `NotificationSnapshot`, created before the stack and deleted after it, and
`NotificationMerge`, created after the stack and deleted before it.

| when | what |
| --- | --- |
| the stack is about to be created or replaced | the snapshot reads what exists, and refuses what could not stay |
| it was created | the merge adds what is missing |
| it is about to be deleted, for good or for another | the merge reads once more what exists, and records it in AWS |
| it was deleted | the next merge, or the end of the snapshot, restores what is missing, and removes the record |

Where the stack cannot be created, nothing runs after it. `forwarder_hooks` then restores the notifications at once, if
the engine has hooks; else, and where that fails too, the next `up` or `destroy` does.

The state knows what the snapshot read, and a refresh updates it. What was added later is read by the merge alone. The
run may end right after the stack's deletion: it was killed, the deletion failed after the wipe, or only the stack was
to be destroyed. Then the next run restores what `NotificationRecord` holds.
S3 has no conditional put: what another writes between our reading and our putting, a second at most, is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pulumi.dynamic import ReadResult

from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients
from components.aws.errors import AwsError, AwsUnavailable
from components.aws.notification_record import NotificationRecord
from components.aws.notifications import Notifications
from components.resources.aws_provider import AwsCallingProvider
from components.resources.properties import Inputs

GONE = ReadResult("", {})


@dataclass(frozen=True, kw_only=True)
class BucketInputs(Inputs):
    """Which bucket: whose, and where."""

    aws_account_id: str
    aws_region: str
    bucket_name: str


@dataclass(frozen=True)
class LastSeen:
    """What a bucket held right before Trend's stack was deleted, as far as it was seen.

    Attributes:
        existing: the existing notifications.
        of_forwarder: those of Trend's stack.
        complete: whether none of the existing ones was lost before; if not, what is known besides counts, too.
        is_recorded: whether AWS has a record of it.
    """

    existing: Notifications = field(default_factory=Notifications)
    of_forwarder: Notifications = field(default_factory=Notifications)
    complete: bool = False
    is_recorded: bool = False

    def with_known(self, known: Notifications) -> Notifications:
        """Return what the bucket is to hold, as far as it was known besides."""
        return self.existing if self.complete else self.existing.merge(known)[0]


NOTHING_SEEN = LastSeen()

# By bucket. The engine deals with the resources of a bucket one after the other, so that no lock is needed.
last_seen: dict[str, LastSeen] = {}
recorded: dict[str, Notifications] = {}
"""What this process wrote into the state."""


class NotificationProvider(AwsCallingProvider):
    """What the two providers share: the bucket, and what was last seen of it."""

    def bucket(self, inputs: BucketInputs) -> TrailBucket:
        """Return the bucket, ready to be asked."""
        return bucket_of(inputs, self.aws())

    def record(self, inputs: BucketInputs) -> NotificationRecord:
        """Return the bucket's record, ready to be asked."""
        return record_of(inputs, self.aws())

    def seen(self, inputs: BucketInputs) -> LastSeen:
        """Return what the bucket held before the stack was deleted, by this process or by a run before it."""
        return last_seen.get(inputs.bucket_name) or seen_earlier(self.record(inputs), self.say)

    def forget(self, inputs: BucketInputs, seen: LastSeen) -> None:
        """Forget what was seen, now that it is restored."""
        last_seen.pop(inputs.bucket_name, None)
        if not seen.is_recorded:
            return
        record = self.record(inputs)
        try:
            record.remove()
        except AwsError as error:
            self.say(f"the notifications are restored, but their record in AWS ({record.path}) stays: {error}")


def bucket_of(inputs: BucketInputs, aws: AwsClients) -> TrailBucket:
    """Return the bucket, ready to be asked by these clients."""
    return TrailBucket(aws, inputs.bucket_name, inputs.aws_account_id, inputs.aws_region)


def record_of(inputs: BucketInputs, aws: AwsClients) -> NotificationRecord:
    """Return the bucket's record, ready to be asked by these clients."""
    return NotificationRecord(aws, inputs.bucket_name, inputs.aws_region)


def seen_earlier(record: NotificationRecord, say: Callable[[str], None]) -> LastSeen:
    """Return what a run recorded that ended before it could restore it.

    Whoever may not read a record has not written one either, so that is no reason to stop.

    Raises:
        AwsUnavailable: AWS does not answer.
    """
    try:
        recorded_in_aws = record.read()
    except AwsUnavailable:
        raise
    except AwsError as error:
        say(f"cannot determine whether an earlier run has recorded notifications that it could not restore: {error}")
        return NOTHING_SEEN
    return LastSeen(recorded_in_aws, is_recorded=bool(recorded_in_aws))


def complete(bucket: TrailBucket, live: Notifications, staying: Notifications, wanted: Notifications) -> list[str]:
    """Put what is missing, once; nothing where nothing is.

    Args:
        bucket: is put to.
        live: what it holds.
        staying: those of them that stay.
        wanted: what it must hold besides.

    Returns:
        A line for each that is wanted and was refused beside newer ones.
    """
    whole, displaced = staying.merge(wanted)
    if whole != live:
        bucket.put(whole)
    return [
        f"notification {entry} of bucket {bucket.name} is not restored: S3 does not take it beside a newer one; change "
        "one of the two"
        for entry in displaced
    ]


def restore(bucket: TrailBucket, stack_name: str, known: Notifications, seen: LastSeen = NOTHING_SEEN) -> list[str]:
    """Restore the existing notifications after the deletion of Trend's stack.

    Args:
        bucket: is put to, if it exists.
        stack_name: of Trend's stack.
        known: the existing ones, as the state knows them.
        seen: the same, as this process last saw them.

    Returns:
        A line for each that cannot be restored.
    """
    live = bucket.read()
    if live is None:
        return []
    # An entry of a function that is gone serves nobody: the stack should have taken it along.
    _, staying = live.split(seen.of_forwarder.functions - bucket.functions_of(stack_name))
    return complete(bucket, live, staying, seen.with_known(known))
