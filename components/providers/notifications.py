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

Where the making of the stack fails, nothing runs after it: the next `up` or `destroy` puts the notifications back.
S3 has no conditional put: what another writes between our reading and our putting, a second at most, is lost.
"""

from __future__ import annotations

from pulumi.dynamic import ConfigureRequest, ReadResult

from components.notification_rules import Entry, merge
from components.providers.aws_clients import AwsError, AwsSettings, clients
from components.providers.base import Inputs, OnboardingProvider
from components.providers.trail_bucket import TrailBucket

GONE = ReadResult("", {})


class BucketInputs(Inputs):
    """Which bucket: whose, and where."""

    aws_account_id: str
    aws_region: str
    bucket_name: str


class NotificationProvider(OnboardingProvider):
    """What the two providers share: who calls AWS, and how a bucket is completed."""

    failures = (AwsError, OSError)  # the latter of the record's file
    _aws: AwsSettings

    def configure(self, req: ConfigureRequest) -> None:
        """Take the AWS provider's settings; they are used by the first call."""
        super().configure(req)
        self._aws = AwsSettings.of(req)

    def redact(self, text: str) -> str:
        """Return the text without AWS credentials."""
        return self._aws.redactor()(text)

    def bucket(self, inputs: BucketInputs) -> TrailBucket:
        """Return the bucket, ready to be asked."""
        return TrailBucket(
            clients(self._aws), name=inputs.bucket_name, account_id=inputs.aws_account_id, region=inputs.aws_region
        )

    def complete(self, bucket: TrailBucket, live: list[Entry], staying: list[Entry], wanted: list[Entry]) -> None:
        """Put what is missing, once; nothing where nothing is.

        Args:
            bucket: is put to.
            live: what it holds.
            staying: those of them that stay.
            wanted: what it must hold besides.
        """
        whole, displaced = merge(staying, wanted)
        for entry in displaced:
            self.say(f"left notification {entry} of bucket {bucket.name} out: S3 does not take it beside newer ones")
        if whole != live:
            bucket.put(whole)
