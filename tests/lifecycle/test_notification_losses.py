"""Others' notifications where something goes wrong: records, lost state, drift, refusals, buckets that are gone."""

from __future__ import annotations

import copy
import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from pulumi.output import Unknown

from components import waiting as patience
from components.aws import bucket as trail_bucket
from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients, AwsSettings
from components.resources.notification_record import STATE_VARIABLE
from sandbox.aws.faults import Fault
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.engine import Resource
from tests.lifecycle.notified_bucket import (
    ADDED,
    BEFORE,
    GET,
    OTHERS,
    PUT,
    REGION,
    Bucket,
    Deployment,
    begin_anew,
    of_others,
    refusal,
    with_added,
)


def test_a_record_outlives_the_process_and_is_private(bucket: Bucket, deployment: Deployment) -> None:
    bucket.add()
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    (record,) = deployment.records()
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert stat.S_IMODE(record.parent.stat().st_mode) == 0o700
    deployment.snapshot.destroy()
    assert bucket.holds() == with_added(OTHERS)
    assert deployment.records() == []


def test_without_a_writable_folder_the_process_still_knows(
    bucket: Bucket, deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path / "file"))
    begin_anew()
    bucket.add()
    deployment.destroy()
    assert "could not be written down" in capsys.readouterr().err
    assert bucket.holds() == with_added(OTHERS)


def test_a_record_survives_a_second_deletion_after_the_stack_is_gone(bucket: Bucket, deployment: Deployment) -> None:
    bucket.add()
    state = deployment.merge.state
    deployment.merge.destroy()
    bucket.delete_stack()
    deployment.merge.state = state  # the engine deletes it again where the new stack could not be made
    deployment.merge.destroy()
    deployment.stack_id = bucket.make_stack()
    deployment.merge.up(deployment.wanted)
    assert of_others(bucket.holds()) == with_added(OTHERS)


def test_a_merge_that_never_came_to_be_is_made_up_for_by_the_snapshot(bucket: Bucket, snapshot: Resource) -> None:
    snapshot.up(BEFORE)
    bucket.make_stack()
    bucket.delete_stack()
    assert bucket.holds() == {}
    snapshot.destroy()
    assert bucket.holds() == OTHERS


def test_a_snapshot_taken_anew_before_a_replacement_knows_what_was_added(
    bucket: Bucket, deployment: Deployment
) -> None:
    bucket.add()
    changed = {**BEFORE, "stackSettings": {"tags": {"team": "b"}}}
    assert deployment.snapshot.up(changed) == "update"
    assert deployment.snapshot.outs["earlier"] == with_added(OTHERS)


def test_a_wiped_bucket_is_drift_that_up_repairs(bucket: Bucket, deployment: Deployment) -> None:
    whole = bucket.holds()
    bucket.put({})
    deployment.refresh()
    assert deployment.snapshot.outs["earlier"] == OTHERS
    assert deployment.merge.inputs["keep"] == {}
    assert deployment.merge.inputs["forwarderNotified"] is False
    assert deployment.merge.up(deployment.wanted) == "update"
    assert bucket.holds() == whole


def test_a_stack_that_was_deleted_by_hand_costs_others_nothing(bucket: Bucket, deployment: Deployment) -> None:
    bucket.delete_stack()
    deployment.refresh()
    deployment.stack_id = bucket.make_stack()
    assert deployment.merge.up(deployment.wanted) == "replace"
    assert of_others(bucket.holds()) == OTHERS


def test_a_second_put_of_the_vendors_is_drift_that_up_repairs(bucket: Bucket, deployment: Deployment) -> None:
    whole = bucket.holds()
    bucket.put({"LambdaFunctionConfigurations": whole["LambdaFunctionConfigurations"][:1]})
    deployment.refresh()
    assert deployment.merge.inputs["keep"] == {}
    assert deployment.merge.inputs["forwarderNotified"] is True
    deployment.merge.up(deployment.wanted)
    assert bucket.holds() == whole


def test_an_entry_of_the_vendors_that_the_stack_left_behind_is_removed(bucket: Bucket, deployment: Deployment) -> None:
    whole = bucket.holds()
    deployment.merge.destroy()
    bucket.delete_stack()
    bucket.put(whole)
    deployment.snapshot.destroy()
    assert bucket.holds() == OTHERS


@pytest.fixture
def unmerged(bucket: Bucket, snapshot: Resource) -> Deployment:
    """A deployment whose vendor's stack stands, before others' notifications are merged with it."""
    snapshot.up(BEFORE)
    deployment = Deployment(bucket, snapshot)
    deployment.stack_id = bucket.make_stack()
    return deployment


def test_a_stale_answer_right_after_the_stack_is_not_believed(
    bucket: Bucket, unmerged: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, stale = TrailBucket.read, [copy.deepcopy(OTHERS)]
    monkeypatch.setattr(TrailBucket, "read", lambda self: stale.pop() if stale else read(self))
    unmerged.merge.up(unmerged.wanted)
    assert of_others(bucket.holds()) == OTHERS


def test_a_put_that_does_not_show_is_an_error(
    bucket: Bucket, unmerged: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendors_alone = bucket.holds()
    monkeypatch.setattr(TrailBucket, "read", lambda _bucket: vendors_alone)
    assert "does not show the notifications that were put" in refusal(unmerged.merge.up, unmerged.wanted)


def test_an_operator_who_ends_the_run_does_not_wait_for_s3(
    bucket: Bucket, unmerged: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrailBucket, "read", lambda _bucket: copy.deepcopy(OTHERS))
    monkeypatch.setattr(trail_bucket, "PAUSES", (60,))
    interrupted = threading.Event()
    interrupted.set()
    monkeypatch.setattr(patience, "_interrupted", interrupted)
    said = refusal(unmerged.merge.up, unmerged.wanted)
    assert "step 8" in said
    assert "interrupted while waiting (S3 may still answer with what was there before)" in said


def test_a_put_that_is_denied_leaves_the_record_for_the_next_run(bucket: Bucket, deployment: Deployment) -> None:
    bucket.add()
    deployment.merge.destroy()
    bucket.delete_stack()
    bucket.refuse(PUT)
    assert "s3:PutBucketNotification" in refusal(deployment.snapshot.destroy)
    bucket.sandbox.aws_control.clear_faults()
    begin_anew()
    deployment.snapshot.destroy()
    assert bucket.holds() == with_added(OTHERS)


def test_a_bucket_that_is_gone_needs_nothing(bucket: Bucket, deployment: Deployment) -> None:
    bucket.vanish()
    deployment.refresh()
    assert deployment.snapshot.state is None
    assert deployment.merge.state is None


def test_destroy_goes_on_without_the_bucket(bucket: Bucket, deployment: Deployment) -> None:
    bucket.vanish()
    deployment.destroy()
    assert deployment.records() == []


def test_a_record_that_cannot_be_read_is_an_error_and_not_overlooked(bucket: Bucket, deployment: Deployment) -> None:
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    (record,) = deployment.records()
    record.unlink()
    record.mkdir()
    assert str(record) in refusal(deployment.snapshot.destroy)


def test_the_roles_of_the_aws_provider_are_assumed_one_after_the_other(bucket: Bucket) -> None:
    roles = [
        {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "sessionName": "deploy", "duration": "1h"} for name in "ab"
    ]
    config = {"accessKey": "the-stacks-own", "secretKey": "x" * 40, "assumeRoles": json.dumps(roles)}
    bucket.sandbox.aws_control.clear_requests()
    sts = AwsClients(AwsSettings.of(config.get)).client("sts", REGION)
    assert bucket.sandbox.aws_requests() == []
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/b/deploy"
    first, second, last = bucket.sandbox.aws_requests()
    assert (first.action, first.caller, second.action, last.action) == (
        "AssumeRole", "the-stacks-own", "AssumeRole", "GetCallerIdentity",
    )  # fmt: skip
    assert len({first.caller, second.caller, last.caller}) == 3


def test_a_secret_that_aws_quotes_back_is_masked(
    bucket: Bucket, snapshot: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    fault = Fault(action=GET, times=0, status=400, code="SignatureDoesNotMatch", message=f"signed with {secret}")
    bucket.sandbox.aws_control.add_fault(fault)
    said = refusal(snapshot.up, BEFORE)
    assert secret not in said
    assert "signed with [secret]; AWS does not know these credentials" in said


def test_check_and_diff_make_no_call(bucket: Bucket, deployment: Deployment) -> None:
    bucket.sandbox.aws_control.clear_requests()
    deployment.snapshot.preview({**BEFORE, "stackSettings": {}})
    deployment.merge.preview({**deployment.wanted, "stackId": Unknown()})
    assert bucket.sandbox.aws_requests() == []


def test_an_overlap_is_refused_by_a_preview_and_a_bucket_that_is_not_known_yet_is_not_asked(
    bucket: Bucket, snapshot: Resource
) -> None:
    bucket.put({"QueueConfigurations": [{**ADDED, "Events": ["s3:ObjectCreated:*"]}]})
    bucket.sandbox.aws_control.clear_requests()
    snapshot.preview({**BEFORE, "bucketName": Unknown()})
    assert bucket.sandbox.aws_requests() == []
    assert "move it to EventBridge" in refusal(snapshot.preview, BEFORE)
