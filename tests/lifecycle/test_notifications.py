"""The existing notifications of the trail's bucket, around Trend's stack: read, refused, merged, restored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.output import Unknown

from components.resources.notification_snapshot import NotificationSnapshotProvider
from tests.lifecycle.engine import EngineResource
from tests.lifecycle.notified_bucket import (
    ADDED,
    BEFORE,
    BUCKET,
    EXISTING,
    GET,
    STACK,
    NotifiedBucket,
    NotifiedDeployment,
    begin_anew,
    existing_in,
    refusal,
    with_added,
)

CHANGED: dict[str, Any] = {**BEFORE, "stackSettings": {"tags": {"team": "b"}}}


def test_a_snapshot_holds_every_kind_as_it_is(snapshot: EngineResource) -> None:
    snapshot.up(BEFORE)
    assert snapshot.outs == snapshot.inputs == {**BEFORE, "existing": EXISTING, "stacks": [STACK]}


def test_a_snapshot_taken_while_the_stack_exists_is_without_the_forwarders_entry(
    bucket: NotifiedBucket, snapshot: EngineResource
) -> None:
    bucket.create_stack()
    bucket.put({**bucket.holds(), "QueueConfigurations": [ADDED]})
    snapshot.up(BEFORE)
    assert snapshot.outs["existing"] == {"QueueConfigurations": [ADDED]}


@pytest.mark.parametrize("event", ["s3:ObjectCreated:*", "s3:ObjectCreated:Put"])
def test_an_entry_that_overlaps_the_forwarders_is_refused_by_name_in_a_preview_already(
    bucket: NotifiedBucket, snapshot: EngineResource, event: str
) -> None:
    bucket.put({"QueueConfigurations": [{**ADDED, "Events": [event]}]})
    for step in (snapshot.preview, snapshot.up):
        refused = refusal(step, BEFORE)
        for word in (BUCKET, "'added'", ADDED["QueueArn"], event, "EventBridge", "createNewTrail"):
            assert word in refused
    assert snapshot.state is None


def test_a_read_that_is_denied_is_one_line_with_the_permission(
    bucket: NotifiedBucket, snapshot: EngineResource, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.refuse(GET)
    assert snapshot.preview(BEFORE) == "create"
    (line,) = capsys.readouterr().err.splitlines()
    assert "existing notifications not checked" in line
    refused = refusal(snapshot.up, BEFORE)
    assert "AccessDenied: not allowed; allow the deploying identity s3:GetBucketNotification" in refused


def test_denied_is_not_gone(bucket: NotifiedBucket, deployment: NotifiedDeployment) -> None:
    bucket.refuse(GET)
    for step in (deployment.snapshot.refresh, deployment.merge.refresh, deployment.snapshot.destroy):
        refusal(step)
    refusal(deployment.snapshot.up, CHANGED)
    assert deployment.snapshot.outs["existing"] == EXISTING
    assert deployment.merge.state is not None


def test_the_merge_adds_what_the_stack_took_with_one_put(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    assert existing_in(bucket.holds()) == EXISTING
    assert bucket.puts() == 1


def test_nothing_is_put_where_nothing_exists(bucket: NotifiedBucket, snapshot: EngineResource) -> None:
    bucket.put({})
    bucket.puts()
    empty = NotifiedDeployment(bucket, snapshot)
    empty.up()
    empty.destroy()
    assert bucket.puts() == 0
    assert bucket.holds() == {}


def test_nothing_changes_after_up_nor_after_a_refresh_and_no_call_is_made_to_tell(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    assert bucket.puts() == 1
    for _ in range(2):
        bucket.sandbox.aws_control.clear_requests()
        assert deployment.snapshot.preview(BEFORE) == "same"
        assert deployment.merge.preview(deployment.wanted) == "same"
        assert bucket.sandbox.aws_requests() == []
        deployment.refresh()
    assert bucket.puts() == 0


def test_an_unknown_or_another_stack_replaces_the_merge(deployment: NotifiedDeployment) -> None:
    assert deployment.merge.preview({**deployment.wanted, "stackId": Unknown()}) == "replace"
    assert deployment.merge.preview({**deployment.wanted, "stackId": "another"}) == "replace"


def test_the_old_bucket_is_restored_before_another_is_taken(deployment: NotifiedDeployment) -> None:
    news = {**deployment.snapshot.inputs, "bucketName": "another"}
    result = NotificationSnapshotProvider().diff("", deployment.snapshot.outs, news)
    assert result.replaces == ["bucketName"]
    assert result.delete_before_replace is True


def test_a_bucket_that_is_not_known_yet_is_not_asked(bucket: NotifiedBucket, snapshot: EngineResource) -> None:
    bucket.sandbox.aws_control.clear_requests()
    assert snapshot.preview({**BEFORE, "bucketName": Unknown()}) == "create"
    assert bucket.sandbox.aws_requests() == []


def test_the_state_knows_what_was_added_before_a_changed_setting_replaces_the_stack(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    assert deployment.snapshot.up(CHANGED) == "update"
    assert deployment.snapshot.outs["existing"] == deployment.snapshot.inputs["existing"] == with_added(EXISTING)


def without_topic(bucket: NotifiedBucket) -> dict[str, Any]:
    live = bucket.holds()
    del live["TopicConfigurations"]
    bucket.put(live)
    return {kind: value for kind, value in EXISTING.items() if kind != "TopicConfigurations"}


def with_one_more(bucket: NotifiedBucket) -> dict[str, Any]:
    bucket.add()
    return with_added(EXISTING)


@pytest.mark.parametrize("change", [lambda _bucket: EXISTING, with_one_more, without_topic])
def test_destroy_leaves_the_bucket_as_its_owners_have_it(
    bucket: NotifiedBucket, deployment: NotifiedDeployment, change: Callable[[NotifiedBucket], dict[str, Any]]
) -> None:
    expected = change(bucket)
    deployment.destroy()
    assert bucket.holds() == expected


@pytest.mark.parametrize("change", [with_one_more, without_topic])
def test_what_a_refresh_saw_survives_a_destroy_in_several_processes(
    bucket: NotifiedBucket, deployment: NotifiedDeployment, change: Callable[[NotifiedBucket], dict[str, Any]]
) -> None:
    expected = change(bucket)
    deployment.refresh()
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    deployment.snapshot.destroy()
    assert bucket.holds() == expected


def test_a_replacement_has_nothing_to_say(
    bucket: NotifiedBucket, deployment: NotifiedDeployment, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.add()
    deployment.snapshot.up(CHANGED)
    deployment.merge.destroy()
    assert capsys.readouterr().err == ""


def test_what_is_added_while_the_stack_goes_is_preserved_too(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    deployment.merge.destroy()
    bucket.delete_stack()
    bucket.put({"QueueConfigurations": [ADDED]})
    deployment.snapshot.destroy()
    assert {each["Id"] for each in bucket.holds()["QueueConfigurations"]} == {"audit", "added"}


def test_a_pickle_of_another_python_changes_nothing_but_itself(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.puts()
    for resource, inputs in ((deployment.snapshot, BEFORE), (deployment.merge, deployment.wanted)):
        outputs = resource.outs
        resource.pickled_anew()
        assert resource.up(inputs) == "update"
        assert resource.outs == outputs
    assert bucket.puts() == 0
