"""What others have in the trail's bucket, put beside what the vendor's stack has put; see `notifications`."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult
from pulumi.output import Unknown

from components.aws.bucket import TrailBucket, until_it_shows
from components.aws.clients import AwsError
from components.aws.notifications import (
    Configuration,
    Entry,
    configuration,
    entries,
    is_as_others_left_it,
    merge,
    names,
    split,
)
from components.resources.base import reported
from components.resources.notification_record import Record, records
from components.resources.notification_snapshot import NotificationSnapshot
from components.resources.notifications import GONE, BucketInputs, NotificationProvider
from components.resources.properties import OnboardingResource, OutputProperty, Props


@dataclass(frozen=True, kw_only=True)
class MergeInputs(BucketInputs):
    """Inputs of the merge.

    Attributes:
        snapshot_id, stack_id: of the snapshot and of the vendor's stack.
        keep: what others have.
        forwarder_notified: true; a refresh finds false where the vendor's entry is gone.
    """

    snapshot_id: str
    stack_id: str
    keep: Configuration
    forwarder_notified: bool = True


class NotificationMergeProvider(NotificationProvider):
    """Adds what others have to what the vendor's stack has put."""

    step = "step 8, notifications after the stack"
    identity = ("awsAccountId", "awsRegion", "bucketName", "snapshotId", "stackId")

    def diff(self, merge_id: str, olds: Props, news: Props) -> DiffResult:
        """Replace the merge with the stack, so that it goes before the stack does.

        While the engine finds out what must go before a stack that is replaced, the new stack's id is unknown.
        """
        result = super().diff(merge_id, olds, news)
        if isinstance(news.get("stackId"), Unknown):
            result.replaces = [*(result.replaces or ()), "stackId"]
        return result

    @reported
    def create(self, props: Props) -> CreateResult:
        """Add what others had, as it was right before the stack."""
        inputs = MergeInputs.of(props)
        record = records().find(inputs.snapshot_id)
        bucket = self.bucket(inputs)
        vendors, foreign = self._after_the_stack(bucket, inputs)
        live = [*vendors, *foreign]
        self.complete(bucket, live, record.with_known(inputs.keep))
        records().forget(inputs.snapshot_id)
        return CreateResult(inputs.bucket_name, {**inputs.props(), "vendors": configuration(vendors)})

    @reported
    def read(self, merge_id: str, props: Props) -> ReadResult:
        """Return what others have now, and whether the forwarder is notified."""
        inputs = MergeInputs.of(props)
        live = self.bucket(inputs).read()
        if live is None:
            return GONE
        vendors, foreign = self._split(live, props)
        found = {
            **inputs.props(),
            "keep": configuration(foreign),
            "forwarderNotified": bool(vendors) or not props["vendors"],
        }
        known = _known(inputs, props)
        if is_as_others_left_it(known, foreign, vendors_stands=bool(vendors)):
            known = foreign
        # `keep` shows the loss as drift. What was lost is not to be forgotten with it.
        return ReadResult(merge_id, {**found, "vendors": props["vendors"], "known": configuration(known)}, found)

    @reported
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Add what got lost, the vendor's entry included."""
        inputs = MergeInputs.of(news)
        bucket = self.bucket(inputs)
        live = entries(self._read(bucket))
        self.complete(bucket, live, [*entries(olds["vendors"]), *entries(inputs.keep)])
        return UpdateResult({**inputs.props(), "vendors": olds["vendors"]})

    @reported
    def delete(self, _id: str, props: Props) -> None:
        """Record what others have, before the stack goes and takes it along."""
        inputs = MergeInputs.of(props)
        live = self.bucket(inputs).read()
        if live is None:
            return
        vendors, foreign = self._split(live, props)
        if is_as_others_left_it(_known(inputs, props), foreign, vendors_stands=bool(vendors)):
            record = Record(configuration(foreign), props["vendors"], complete=True)
        else:  # after a run that failed in between, an earlier record may be all that is left
            earlier = records().find(inputs.snapshot_id)
            left, _ = merge(foreign, entries(earlier.foreign))
            record = Record(configuration(left), props["vendors"], earlier.complete)
        try:
            records().keep(inputs.snapshot_id, record)
        except OSError as error:
            self.say(
                f"the notifications of bucket {inputs.bucket_name} could not be written down ({error}); should this "
                "run be killed before its end, those made since the last refresh are lost"
            )

    def _after_the_stack(self, bucket: TrailBucket, inputs: MergeInputs) -> tuple[list[Entry], list[Entry]]:
        """Read the bucket until the vendor's entry shows: before that S3 may still answer with what was there."""
        functions = bucket.functions_of(inputs.stack_id)
        vendors, foreign = until_it_shows(
            lambda: split(self._read(bucket), functions), lambda found: bool(found[0]) or not functions
        )
        if functions and not vendors:
            self.say(
                f"the vendor's stack has put no notification on bucket {bucket.name}: its forwarder may see no events"
            )
        return vendors, foreign

    def _read(self, bucket: TrailBucket) -> Configuration:
        live = bucket.read()
        if live is None:
            raise AwsError(f"there is no bucket {bucket.name} any more", "run `pulumi up --refresh`")
        return live

    def _split(self, live: Configuration, props: Props) -> tuple[list[Entry], list[Entry]]:
        return split(live, names(entries(props["vendors"])))


def _known(inputs: MergeInputs, props: Props) -> list[Entry]:
    """Return what others had when it was last seen whole; a state without a refresh holds just what is to be kept."""
    return entries(props.get("known", inputs.keep))


class NotificationMerge(OnboardingResource, module="trend", name="NotificationMerge"):
    """The notifications of others beside the vendor's, `trend:NotificationMerge`.

    Args:
        name: the resource's name.
        snapshot: what others had before the stack, and in which bucket.
        aws_account_id, aws_region: where bucket and stack are.
        stack_id: of the vendor's stack.
    """

    vendors = OutputProperty[Configuration]()
    """The notifications of Trend's stack."""

    def __init__(
        self,
        name: str,
        *,
        snapshot: NotificationSnapshot,
        aws_account_id: pulumi.Input[str],
        aws_region: pulumi.Input[str],
        stack_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "awsAccountId": aws_account_id,
            "awsRegion": aws_region,
            "bucketName": snapshot.bucket_name,
            "snapshotId": snapshot.id,
            "stackId": stack_id,
            "keep": snapshot.earlier,
            "forwarderNotified": True,
        }
        super().__init__(NotificationMergeProvider(), name, inputs, opts)
