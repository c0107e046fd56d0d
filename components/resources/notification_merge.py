"""The existing notifications of the trail's bucket beside that of Trend's forwarder; see `notification_provider`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult
from pulumi.output import Unknown

from components.aws.bucket import TrailBucket, until_it_shows
from components.aws.errors import AwsError
from components.aws.notifications import Document, Notifications
from components.resources.base import reported
from components.resources.notification_provider import (
    GONE,
    BucketInputs,
    LastSeen,
    NotificationProvider,
    complete,
    last_seen,
    recorded,
)
from components.resources.notification_snapshot import NotificationSnapshot
from components.resources.properties import OnboardingResource, OutputProperty, Props


@dataclass(frozen=True, kw_only=True)
class MergeInputs(BucketInputs):
    """Inputs of the merge.

    Attributes:
        stack_id: of Trend's stack.
        keep: the existing notifications.
        forwarder_notified: true; a refresh finds false where the entry of Trend's forwarder is gone.
    """

    stack_id: str
    keep: Document
    forwarder_notified: bool = True


class NotificationMergeProvider(NotificationProvider):
    """Adds the existing notifications to what Trend's stack has put.

    The outputs are the inputs, `ofForwarder`, what the stack has put, and after a refresh `known`: what exists and was
    not lost. `keep` shows the loss as drift, which must not be forgotten with it.
    """

    step = "step 8, notifications after the stack"
    identity = ("awsAccountId", "awsRegion", "bucketName", "stackId")

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
        """Add what existed right before the stack, and before an earlier one that was deleted."""
        inputs = MergeInputs.of(props)
        bucket = self.bucket(inputs)
        functions = bucket.functions_of(inputs.stack_id)
        live = self._read_after_the_stack(bucket, functions)
        seen = self.seen(inputs)
        self._complete(bucket, live, seen.with_known(Notifications.of(inputs.keep)))
        self.forget(inputs, seen)
        of_forwarder, _ = live.split(functions)
        return CreateResult(inputs.bucket_name, {**inputs.props(), "ofForwarder": of_forwarder.document()})

    @reported
    def read(self, merge_id: str, props: Props) -> ReadResult:
        """Return what exists now, and whether the forwarder is notified."""
        inputs = MergeInputs.of(props)
        live = self.bucket(inputs).read()
        if live is None:
            return GONE
        of_forwarder, existing = live.split(_put_by_stack(props).functions)
        found = {
            **inputs.props(),
            "keep": existing.document(),
            "forwarderNotified": bool(of_forwarder) or not _put_by_stack(props),
        }
        known = _known(props)
        if existing.left_by_owners(known, forwarder_notified=bool(of_forwarder)):
            known = existing
        outs = {**found, "ofForwarder": props["ofForwarder"], "known": known.document()}
        return ReadResult(merge_id, outs, found)

    @reported
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Add what was lost, the entry of Trend's forwarder included."""
        inputs = MergeInputs.of(news)
        bucket = self.bucket(inputs)
        wanted, _ = _put_by_stack(olds).merge(Notifications.of(inputs.keep))
        self._complete(bucket, self._read(bucket), wanted)
        return UpdateResult({**inputs.props(), "ofForwarder": olds["ofForwarder"]})

    @reported
    def delete(self, _id: str, props: Props) -> None:
        """Read and record what exists, before the stack is deleted and takes it along.

        Raises:
            AwsError: it cannot be recorded, and the state does not know all of it.
        """
        inputs = MergeInputs.of(props)
        live = self.bucket(inputs).read()
        if live is None:
            return
        of_forwarder, existing = live.split(_put_by_stack(props).functions)
        known = _known(props)
        if existing.left_by_owners(known, forwarder_notified=bool(of_forwarder)):
            seen = LastSeen(existing, _put_by_stack(props), complete=True)
        else:  # some are lost; what was seen before may be all that is left of them
            earlier = self.seen(inputs)
            seen = LastSeen(existing.merge(earlier.existing)[0], _put_by_stack(props), earlier.complete)
        is_recorded = self._record(inputs, seen.with_known(known), recorded.get(inputs.bucket_name, known))
        last_seen[inputs.bucket_name] = replace(seen, is_recorded=is_recorded)

    def _record(self, inputs: MergeInputs, wanted: Notifications, in_state: Notifications) -> bool:
        """Record what is to be restored, for the runs after this one; return whether AWS has it."""
        if not wanted:
            return False
        try:
            self.record(inputs).write(wanted)
        except AwsError as error:
            if unknown := in_state.missing(wanted):
                raise AwsError(
                    f"the state of this stack does not know notification {', '.join(map(str, unknown))} of bucket "
                    f"{inputs.bucket_name}, which Trend's stack takes along when it is deleted, and {error}",
                    "or run `pulumi refresh` first",
                ) from None
            self.say(f"should this run be interrupted, the state alone knows the existing notifications: {error}")
            return False
        return True

    def _complete(self, bucket: TrailBucket, live: Notifications, wanted: Notifications) -> None:
        for line in complete(bucket, live, live, wanted):
            self.say(line)

    def _read_after_the_stack(self, bucket: TrailBucket, functions: frozenset[str]) -> Notifications:
        """Read the bucket until the forwarder's entry shows: before that S3 may still answer with what was there."""
        if not functions:
            return self._read(bucket)
        live = until_it_shows(lambda: self._read(bucket), lambda found: bool(found.split(functions)[0]))
        if not live.split(functions)[0]:
            self.say(
                f"Trend's stack has put no notification on bucket {bucket.name}, its forwarder may see no events: "
                "compare the stack's template with Trend's documentation"
            )
        return live

    def _read(self, bucket: TrailBucket) -> Notifications:
        live = bucket.read()
        if live is None:
            raise AwsError(f"bucket {bucket.name} does not exist any more", "run `pulumi up --refresh`")
        return live


def _put_by_stack(props: Props) -> Notifications:
    return Notifications.of(props["ofForwarder"])


def _known(props: Props) -> Notifications:
    """Return what existed when nothing was lost; a state without a refresh holds just what is to be kept."""
    return Notifications.of(props["known"] if "known" in props else props["keep"])


class NotificationMerge(OnboardingResource, module="trend", name="NotificationMerge"):
    """The existing notifications beside that of Trend's forwarder, `trend:NotificationMerge`.

    Args:
        name: the resource's name.
        snapshot: what existed before the stack, and in which bucket.
        aws_account_id, aws_region: where bucket and stack are.
        stack_id: of Trend's stack.
    """

    of_forwarder = OutputProperty[Document]()
    """What Trend's stack has put, as S3's document."""

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
            "stackId": stack_id,
            "keep": snapshot.existing,
            "forwarderNotified": True,
        }
        super().__init__(NotificationMergeProvider(), name, inputs, opts)
