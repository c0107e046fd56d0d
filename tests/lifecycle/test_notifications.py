"""What others have in the trail's bucket, around the vendor's stack: read, refused, merged, put back."""

from __future__ import annotations

import pytest
from pulumi.output import Unknown

from components.resources.notification_snapshot import NotificationSnapshotProvider
from tests.lifecycle.engine import Resource
from tests.lifecycle.notified_bucket import (
    ADDED,
    BEFORE,
    BUCKET,
    GET,
    OTHERS,
    STACK,
    Bucket,
    Deployment,
    of_others,
    refusal,
    with_added,
)


def test_a_snapshot_holds_every_kind_as_it_is(snapshot: Resource) -> None:
    snapshot.up(BEFORE)
    assert snapshot.outs == {**BEFORE, "earlier": OTHERS, "stacks": [STACK]}


def test_a_snapshot_taken_while_the_stack_stands_is_without_the_vendors_entry(
    bucket: Bucket, snapshot: Resource
) -> None:
    bucket.make_stack()
    bucket.put({**bucket.holds(), "QueueConfigurations": [ADDED]})
    snapshot.up(BEFORE)
    assert snapshot.outs["earlier"] == {"QueueConfigurations": [ADDED]}


@pytest.mark.parametrize("event", ["s3:ObjectCreated:*", "s3:ObjectCreated:Put"])
def test_an_entry_that_overlaps_the_vendors_is_refused_by_name(bucket: Bucket, snapshot: Resource, event: str) -> None:
    bucket.put({"QueueConfigurations": [{**ADDED, "Events": [event]}]})
    said = refusal(snapshot.up, BEFORE)
    for word in (BUCKET, "'added'", ADDED["QueueArn"], event, "EventBridge", "createNewTrail"):
        assert word in said
    assert snapshot.state is None


def test_a_read_that_is_denied_is_one_line_with_the_permission(bucket: Bucket, snapshot: Resource) -> None:
    bucket.refuse(GET)
    said = refusal(snapshot.up, BEFORE)
    assert "AccessDenied: not allowed; allow the deploying identity s3:GetBucketNotification" in said


def test_denied_is_not_gone(bucket: Bucket, deployment: Deployment) -> None:
    bucket.refuse(GET)
    for step in (deployment.snapshot.refresh, deployment.merge.refresh, deployment.snapshot.destroy):
        refusal(step)
    assert deployment.snapshot.state is not None
    assert deployment.merge.state is not None


def test_the_merge_adds_what_the_stack_took_with_one_put(bucket: Bucket, deployment: Deployment) -> None:
    assert of_others(bucket.holds()) == OTHERS
    assert bucket.puts() == 1


def test_nothing_is_put_where_others_have_nothing(bucket: Bucket, snapshot: Resource) -> None:
    bucket.put({})
    bucket.puts()
    empty = Deployment(bucket, snapshot)
    empty.up()
    empty.destroy()
    assert bucket.puts() == 0
    assert bucket.holds() == {}


def test_nothing_changes_after_up_nor_after_a_refresh(bucket: Bucket, deployment: Deployment) -> None:
    for _ in range(2):
        assert deployment.snapshot.preview(BEFORE) == "same"
        assert deployment.merge.preview(deployment.wanted) == "same"
        deployment.refresh()
    assert bucket.puts() == 1


def test_an_unknown_or_another_stack_replaces_the_merge(deployment: Deployment) -> None:
    assert deployment.merge.preview({**deployment.wanted, "stackId": Unknown()}) == "replace"
    assert deployment.merge.preview({**deployment.wanted, "stackId": "another"}) == "replace"


def test_the_old_bucket_is_given_back_before_another_is_taken(deployment: Deployment) -> None:
    news = {**deployment.snapshot.inputs, "bucketName": "another"}
    result = NotificationSnapshotProvider().diff("", deployment.snapshot.outs, news)
    assert result.replaces == ["bucketName"]
    assert result.delete_before_replace is True


def test_destroy_puts_everything_back_as_it_was(bucket: Bucket, deployment: Deployment) -> None:
    deployment.destroy()
    assert bucket.holds() == OTHERS
    assert deployment.records() == []


def test_what_was_added_since_survives_destroy(bucket: Bucket, deployment: Deployment) -> None:
    bucket.add()
    deployment.destroy()
    assert bucket.holds() == with_added(OTHERS)


def test_what_was_removed_since_is_not_put_back(bucket: Bucket, deployment: Deployment) -> None:
    live = bucket.holds()
    del live["TopicConfigurations"]
    bucket.put(live)
    deployment.destroy()
    assert bucket.holds() == {kind: value for kind, value in OTHERS.items() if kind != "TopicConfigurations"}


def test_what_is_added_while_the_stack_goes_is_kept_too(bucket: Bucket, deployment: Deployment) -> None:
    deployment.merge.destroy()
    bucket.delete_stack()
    bucket.put({"QueueConfigurations": [ADDED]})
    deployment.snapshot.destroy()
    assert {each["Id"] for each in bucket.holds()["QueueConfigurations"]} == {"audit", "added"}
