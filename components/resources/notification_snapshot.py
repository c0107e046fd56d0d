"""The existing notifications of the trail's bucket, from before Trend's stack until after it; see
`notification_provider`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, ReadResult, UpdateResult
from pulumi.runtime import rpc
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import monitor_supports_feature

from components.aws.errors import AwsError
from components.aws.notifications import Document, Notifications
from components.checks.bucket import coexistence_finding
from components.resources.base import reported
from components.resources.notification_provider import (
    GONE,
    NOTHING_SEEN,
    BucketInputs,
    NotificationProvider,
    last_seen,
    recorded,
    restore,
)
from components.resources.properties import OnboardingResource, OutputProperty, Props


@dataclass(frozen=True, kw_only=True)
class SnapshotInputs(BucketInputs):
    """Inputs of the snapshot.

    Attributes:
        stack_name: of Trend's stack.
        stack_settings: what replaces that stack when it changes, so that the notifications are read before.
        stacks: every name that the stack has had. While it gets another name, the one before still has its entry in
            the bucket, and after a killed run perhaps an older one.
        existing: the existing notifications.
    """

    stack_name: str
    stack_settings: dict[str, Any]
    stacks: list[str] | None = None
    existing: Document | None = None


class NotificationSnapshotProvider(NotificationProvider):
    """Knows the existing notifications of the bucket, from before the stack until after it.

    `check` puts them into the inputs: computed outputs are unknown in the preview of an update, and would look deleted
    wherever they are used.
    """

    step = "step 8, notifications before the stack"
    identity = ("awsAccountId", "awsRegion", "bucketName")

    @reported
    def check(self, olds: Props, news: Props) -> CheckResult:
        """Read what exists where the stack is about to be created or replaced; else what the state knows stays.

        What could not stay is refused here, in a preview already. Later on Trend's entry is in the bucket, and S3
        itself lets nobody add what does not go with it.
        """
        result = super().check(olds, news)
        if not isinstance(news["bucketName"], str):
            result.inputs["existing"] = rpc.UNKNOWN
            return result
        before = olds if olds.get("bucketName") == news["bucketName"] else {}
        stacks = sorted({*before.get("stacks", ()), news["stackName"]})
        existing = before.get("existing")
        if existing is None or any(before.get(name) != news[name] for name in ("stackName", "stackSettings")):
            try:
                existing = self._take(SnapshotInputs.of({**news, "stacks": stacks}), existing or {}).document()
            except AwsError as error:
                if isinstance(error, _CannotStay):
                    raise
                self.say(f"existing notifications not checked: {error}")
        result.inputs["stacks"] = stacks
        if existing is not None:
            result.inputs["existing"] = existing
        return result

    @reported
    def create(self, props: Props) -> CreateResult:
        """Read what exists, and refuse what could not stay."""
        inputs = SnapshotInputs.of(props)
        outs = self._outs(inputs, {})
        last_seen.setdefault(inputs.bucket_name, NOTHING_SEEN)  # no run before this one can have recorded anything
        return CreateResult(inputs.bucket_name, outs)

    @reported
    def read(self, snapshot_id: str, props: Props) -> ReadResult:
        """Return what exists now."""
        inputs = SnapshotInputs.of(props)
        existing = self._existing(inputs, props["existing"])
        if existing is None:
            return GONE
        found = {**inputs.props(), "existing": existing.document()}
        return ReadResult(snapshot_id, found, found)

    @reported
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Read what exists, before the stack is replaced."""
        return UpdateResult(self._outs(SnapshotInputs.of(news), olds["existing"]))

    @reported
    def delete(self, _id: str, props: Props) -> None:
        """Restore what is missing, now that the stack is gone."""
        inputs = SnapshotInputs.of(props)
        seen = self.seen(inputs)
        for line in restore(self.bucket(inputs), inputs.stack_name, Notifications.of(props["existing"]), seen):
            self.say(line)
        self.forget(inputs, seen)

    def _outs(self, inputs: SnapshotInputs, known: Document) -> Props:
        existing = self._take(inputs, known)
        recorded[inputs.bucket_name] = existing
        return {**inputs.props(), "existing": existing.document()}

    def _take(self, inputs: SnapshotInputs, known: Document) -> Notifications:
        existing = self._existing(inputs, known)
        if existing is None:
            raise _CannotStay(
                f"bucket '{inputs.bucket_name}' does not exist",
                "check the name, or name another one (existingCloudtrailBucketName)",
            )
        finding = coexistence_finding(inputs.bucket_name, existing)
        if finding.verdict == "failed":
            raise _CannotStay(finding.text, finding.hint)
        return existing

    def _existing(self, inputs: SnapshotInputs, known: Document) -> Notifications | None:
        """Return the existing notifications, lost ones that are known included; None without the bucket."""
        bucket = self.bucket(inputs)
        live = bucket.read()
        if live is None:
            return None
        functions = frozenset[str]().union(*map(bucket.functions_of, inputs.stacks or [inputs.stack_name]))
        of_forwarder, existing = live.split(functions)
        before = Notifications.of(known)
        if not existing.left_by_owners(before, forwarder_notified=bool(of_forwarder)):
            existing, _ = existing.merge(before)
        return existing


class _CannotStay(AwsError):
    """The bucket, or what exists in it, does not go with Trend's stack: no preview may pass that over."""


class NotificationSnapshot(OnboardingResource, module="trend", name="NotificationSnapshot"):
    """The existing notifications of the trail's bucket, `trend:NotificationSnapshot`. Trend's stack depends on it.

    Args:
        name: the resource's name.
        aws_account_id, aws_region: where bucket and stack are.
        bucket_name: the trail's bucket.
        stack_name: of Trend's stack.
        stack_settings: what replaces that stack when it changes.

    Attributes:
        read_in_this_run: whether the bucket was read for it in this run of the program.
    """

    bucket_name = OutputProperty[str]()
    """The trail's bucket, for Trend's stack to take it from here.

    So a stack that moves to another bucket goes first, then the snapshot, which restores what the stack took along from
    the old bucket, and only then the new stack is created: if that fails, nobody misses a notification.
    """

    existing = OutputProperty[Document]()
    """The existing notifications, as S3's document."""

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
        self.read_in_this_run = False
        if monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS):
            read = pulumi.ResourceHookBinding(after_create=[self._note_read], after_update=[self._note_read])
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(hooks=read))
        super().__init__(NotificationSnapshotProvider(), name, inputs, opts)

    async def _note_read(self, _args: pulumi.ResourceHookArgs) -> None:
        self.read_in_this_run = True
