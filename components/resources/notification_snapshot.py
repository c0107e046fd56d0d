"""What others have in the trail's bucket, from before the vendor's stack until after it; see `notifications`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, ReadResult, UpdateResult

from components.aws.clients import AwsError
from components.aws.notifications import (
    Configuration,
    configuration,
    entries,
    is_as_others_left_it,
    merge,
    split,
)
from components.checks.bucket import NOTIFICATIONS, notifications_finding, overlap_finding
from components.checks.findings import Finding, checked
from components.resources.base import reported
from components.resources.notification_record import records
from components.resources.notifications import GONE, BucketInputs, NotificationProvider, left_out, put_back
from components.resources.properties import OnboardingResource, OutputProperty, Props


@dataclass(frozen=True, kw_only=True)
class SnapshotInputs(BucketInputs):
    """Inputs of the snapshot.

    Attributes:
        stack_name: of the vendor's stack.
        stack_settings: what replaces that stack when it changes, so that the snapshot is taken anew before.
    """

    stack_name: str
    stack_settings: dict[str, Any]


class NotificationSnapshotProvider(NotificationProvider):
    """Knows what others have in the bucket, from before the stack until after it.

    The outputs are the inputs, `earlier`, and `stacks`: every name that the vendor's stack has had. While the stack
    gets another name, the one before still has its entry in the bucket, and after a killed run perhaps an older one.
    """

    step = "step 8, notifications before the stack"
    identity = ("awsAccountId", "awsRegion", "bucketName")

    @reported
    def check(self, olds: Props, news: Props) -> CheckResult:
        """Refuse what could not stay as early as in a preview, where the snapshot is going to be made.

        Later on the vendor's entry stands in the bucket, and S3 itself lets nobody add what does not go with it.
        """
        bucket_name = news["bucketName"]
        if isinstance(bucket_name, str) and bucket_name != olds.get("bucketName"):
            bucket = self.bucket(SnapshotInputs.of(news))
            finding = checked(NOTIFICATIONS, lambda: notifications_finding(bucket, [news["stackName"]]))
            _must_go_together(finding)
            if finding.verdict == "unknown":
                self.say(str(finding))
        return super().check(olds, news)

    @reported
    def create(self, props: Props) -> CreateResult:
        """Read what others have, and refuse what could not stay."""
        inputs = SnapshotInputs.of(props)
        snapshot_id = f"{inputs.aws_account_id}-{inputs.bucket_name}-{uuid.uuid4().hex[:12]}"
        return CreateResult(snapshot_id, self._take(inputs, {}, [inputs.stack_name]))

    @reported
    def read(self, snapshot_id: str, props: Props) -> ReadResult:
        """Take up what others have changed."""
        inputs = SnapshotInputs.of(props)
        stacks = _stacks(inputs, props)
        now = self._now(inputs, props["earlier"], stacks)
        if now is None:
            return GONE
        return ReadResult(snapshot_id, {**inputs.props(), "earlier": now, "stacks": stacks}, inputs.props())

    @reported
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Take up what others have changed, before the stack is replaced."""
        inputs = SnapshotInputs.of(news)
        return UpdateResult(self._take(inputs, olds["earlier"], _stacks(inputs, olds)))

    @reported
    def delete(self, snapshot_id: str, props: Props) -> None:
        """Put back what is missing, now that the stack is gone."""
        bucket = self.bucket(SnapshotInputs.of(props))
        for entry in put_back(bucket, props["stackName"], records().find(snapshot_id), props["earlier"]):
            self.say(left_out(entry, bucket))
        records().forget(snapshot_id)

    def _take(self, inputs: SnapshotInputs, known: Configuration, stacks: list[str]) -> Props:
        now = self._now(inputs, known, stacks)
        if now is None:
            raise AwsError(f"there is no bucket {inputs.bucket_name}", "name the bucket that the trail delivers to")
        _must_go_together(overlap_finding(inputs.bucket_name, entries(now)))
        return {**inputs.props(), "earlier": now, "stacks": stacks}

    def _now(self, inputs: SnapshotInputs, known: Configuration, stacks: list[str]) -> Configuration | None:
        bucket = self.bucket(inputs)
        live = bucket.read()
        if live is None:
            return None
        functions = frozenset[str]().union(*(bucket.functions_of(name) for name in stacks))
        vendors, foreign = split(live, functions)
        if not is_as_others_left_it(entries(known), foreign, vendors_stands=bool(vendors)):
            foreign, _ = merge(foreign, entries(known))
        return configuration(foreign)


def _must_go_together(finding: Finding) -> None:
    if finding.verdict == "failed":
        raise AwsError(finding.text, finding.hint)


def _stacks(inputs: SnapshotInputs, olds: Props) -> list[str]:
    """Return every name that the vendor's stack has had, the wanted one included."""
    return sorted({*olds.get("stacks", [olds["stackName"]]), inputs.stack_name})


class NotificationSnapshot(OnboardingResource, module="trend", name="NotificationSnapshot"):
    """What others have in the trail's bucket, `trend:NotificationSnapshot`. The vendor's stack must depend on it.

    Args:
        name: the resource's name.
        aws_account_id, aws_region: where bucket and stack are.
        bucket_name: the trail's bucket.
        stack_name: of the vendor's stack.
        stack_settings: what replaces that stack when it changes.
    """

    bucket_name = OutputProperty[str]()
    """The trail's bucket, for Trend's stack to take it from here.

    So a stack that moves to another bucket goes first, then the snapshot, which restores what the stack took along from
    the old bucket, and only then the new stack is created: if that fails, nobody misses a notification.
    """

    earlier = OutputProperty[Configuration]()
    """The existing notifications, as a document of S3's API."""

    def __init__(
        self,
        name: str,
        *,
        aws_account_id: pulumi.Input[str],
        aws_region: pulumi.Input[str],
        bucket_name: pulumi.Input[str],
        stack_name: str,
        stack_settings: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "awsAccountId": aws_account_id,
            "awsRegion": aws_region,
            "bucketName": bucket_name,
            "stackName": stack_name,
            "stackSettings": dict(stack_settings),
        }
        super().__init__(NotificationSnapshotProvider(), name, inputs, opts)
