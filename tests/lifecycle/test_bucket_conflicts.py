"""S3 refuses a change to a bucket while another is under way: it is tried again, for a bounded time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from tenacity import wait_fixed

from components import waiting
from components.aws import bucket as trail_bucket
from components.aws.bucket import TrailBucket
from components.aws.errors import AwsError
from components.aws.notifications import Notifications
from sandbox.gate.faults import Fault
from tests.lifecycle.aws_scene import AwsScene
from tests.lifecycle.notified_bucket import EXISTING, PUT


@pytest.fixture
def bucket(aws: AwsScene, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrailBucket]:
    monkeypatch.setattr(trail_bucket, "CONFLICT_PAUSES", wait_fixed(0.05))
    yield aws.bucket()
    waiting._interrupted.clear()


def conflict(aws: AwsScene, times: int | None) -> None:
    message = "A conflicting conditional operation is currently in progress against this resource. Please try again."
    fault = Fault(action=PUT, count=times, status=409, code="OperationAborted", message=message)
    aws.sandbox.aws_control.add_fault(fault)


def puts(aws: AwsScene) -> int:
    return len([call for call in aws.sandbox.aws_requests() if call.action == PUT])


def test_a_change_is_made_once_the_other_is_done(aws: AwsScene, bucket: TrailBucket) -> None:
    conflict(aws, 3)
    bucket.put(Notifications.of(EXISTING))
    assert puts(aws) == 4
    assert bucket.read() == Notifications.of(EXISTING)


def test_a_conflict_that_does_not_end_is_one_line_after_a_bounded_time(
    aws: AwsScene, bucket: TrailBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_bucket, "CONFLICT_SECONDS", 5.0)
    monkeypatch.setattr(trail_bucket, "CONFLICT_PAUSES", wait_fixed(0.2))
    bucket.read()  # a loaded machine takes seconds for the first call of a client
    conflict(aws, None)
    with pytest.raises(AwsError, match="OperationAborted: A conflicting conditional operation"):
        bucket.put(Notifications.of(EXISTING))
    assert 1 < puts(aws) < 30


def test_an_interruption_ends_it(aws: AwsScene, bucket: TrailBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_bucket, "CONFLICT_PAUSES", wait_fixed(60))
    conflict(aws, None)
    threading.Timer(0.5, waiting.interrupt).start()
    with pytest.raises(waiting.Interrupted, match="S3 is busy with another change to the bucket"):
        bucket.put(Notifications.of(EXISTING))
    assert puts(aws) == 1


def test_any_other_refusal_is_not_repeated(aws: AwsScene, bucket: TrailBucket) -> None:
    aws.deny(PUT)
    with pytest.raises(AwsError, match="s3:PutBucketNotification"):
        bucket.put(Notifications.of(EXISTING))
    assert puts(aws) == 1
