"""Around step 8: the notifications of others survive what the vendor's stack does to the trail's bucket.

The stack replaces the bucket's whole notification configuration when it is made, and wipes it when it goes. Hence two
resources around it: `NotificationSnapshot`, made before the stack and deleted after it, and `NotificationMerge`, made
after the stack and deleted before it.

| when | what |
| --- | --- |
| the stack is about to be made | the snapshot reads what others have, and refuses what could not stay |
| it stands | the merge adds what is missing again |
| it is about to go, for good or for another | the merge records what others have by now |
| it is gone | the next merge, or the end of the snapshot, puts back what is missing |

Where the making of the stack fails, none of this runs after it. `failed_stack` then puts the notifications back at
once, if the engine has error hooks; else, and where that fails too, the next `up` or `destroy` does.
S3 has no conditional put: what another writes between our reading and our putting, a second at most, is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi.dynamic import ConfigureRequest, ReadResult

from components.aws.bucket import TrailBucket
from components.aws.clients import AwsError, AwsSettings, clients
from components.aws.notifications import Configuration, Entry, entries, merge, names, split
from components.resources.base import OnboardingProvider
from components.resources.notification_record import Record
from components.resources.properties import Inputs
from components.waiting import Interrupted

GONE = ReadResult("", {})


@dataclass(frozen=True, kw_only=True)
class BucketInputs(Inputs):
    """Which bucket: whose, and where."""

    aws_account_id: str
    aws_region: str
    bucket_name: str


class NotificationProvider(OnboardingProvider):
    """What the two providers share: who calls AWS, and how a bucket is completed."""

    failures = (AwsError, OSError, Interrupted)  # the second one is of the record's file
    _aws: AwsSettings

    def configure(self, req: ConfigureRequest) -> None:
        """Take the AWS provider's settings; they are used by the first call."""
        super().configure(req)
        self._aws = AwsSettings.of(lambda name: req.config.get(f"aws:{name}"))

    def redact(self, text: str) -> str:
        """Return the text without AWS credentials."""
        return self._aws.redactor()(text)

    def bucket(self, inputs: BucketInputs) -> TrailBucket:
        """Return the bucket, ready to be asked."""
        return bucket_of(inputs, self._aws)

    def complete(self, bucket: TrailBucket, live: list[Entry], wanted: list[Entry]) -> None:
        """Add what is missing, and name what cannot be added."""
        for entry in complete(bucket, live, live, wanted):
            self.say(left_out(entry, bucket))


def bucket_of(inputs: BucketInputs, settings: AwsSettings) -> TrailBucket:
    """Return the bucket, ready to be asked with these credentials."""
    return TrailBucket(
        clients(settings), name=inputs.bucket_name, account_id=inputs.aws_account_id, region=inputs.aws_region
    )


def complete(bucket: TrailBucket, live: list[Entry], staying: list[Entry], wanted: list[Entry]) -> list[Entry]:
    """Put what is missing, once; nothing where nothing is.

    Args:
        bucket: is put to.
        live: what it holds.
        staying: those of them that stay.
        wanted: what it must hold besides.

    Returns:
        What is wanted, but would be refused beside newer entries.
    """
    whole, displaced = merge(staying, wanted)
    if whole != live:
        bucket.put(whole)
    return displaced


def put_back(bucket: TrailBucket, stack_name: str, record: Record, earlier: Configuration) -> list[Entry]:
    """Put back what others had, now that the vendor's stack is gone.

    Args:
        bucket: is put to, unless it is gone too.
        stack_name: of the vendor's stack.
        record: what others had right before the stack went, if that was recorded.
        earlier: what they had when the snapshot was taken.

    Returns:
        What S3 would refuse beside newer entries.
    """
    live = bucket.read()
    if live is None:
        return []
    # An entry of a function that is gone serves nobody: the stack should have taken it along.
    leftover, staying = split(live, names(entries(record.vendors)) - bucket.functions_of(stack_name))
    return complete(bucket, [*leftover, *staying], staying, record.with_known(earlier))


def left_out(entry: Entry, bucket: TrailBucket) -> str:
    """Say that an entry could not be put back."""
    return f"left notification {entry} of bucket {bucket.name} out: S3 does not take it beside newer ones"
