"""Existing notifications where something goes wrong: lost entries, drift, refusals, buckets that are gone."""

from __future__ import annotations

import json
import threading

import pytest

from components import waiting as patience
from components.aws import bucket as trail_bucket
from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients
from components.aws.identity import AwsSettings
from components.aws.notifications import Notifications
from sandbox.gate.faults import Fault
from sandbox.sandbox import ACCOUNT
from tests.assumable import assumable_role
from tests.lifecycle.engine import EngineResource
from tests.lifecycle.notified_bucket import (
    BEFORE,
    EXISTING,
    GET,
    PUT,
    REGION,
    NotifiedBucket,
    NotifiedDeployment,
    begin_anew,
    existing_in,
    refusal,
    with_added,
)


def test_a_second_deletion_after_the_stack_is_gone_forgets_nothing(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    state = deployment.merge.state
    deployment.merge.destroy()
    bucket.delete_stack()
    deployment.merge.state = state  # the engine deletes it again where the new stack could not be created
    deployment.merge.destroy()
    deployment.stack_id = bucket.create_stack()
    deployment.merge.up(deployment.wanted)
    assert existing_in(bucket.holds()) == with_added(EXISTING)


def test_a_replacement_that_was_killed_without_its_stack_is_picked_up_by_the_next_run(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    deployment.snapshot.up({**BEFORE, "stackSettings": {"tags": {"team": "b"}}})
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    deployment.stack_id = bucket.create_stack()
    assert deployment.merge.up(deployment.wanted) == "create"
    assert existing_in(bucket.holds()) == with_added(EXISTING)


def test_a_merge_that_was_never_created_is_made_up_for_by_the_snapshot(
    bucket: NotifiedBucket, snapshot: EngineResource
) -> None:
    snapshot.up(BEFORE)
    bucket.create_stack()
    bucket.delete_stack()
    assert bucket.holds() == {}
    snapshot.destroy()
    assert bucket.holds() == EXISTING


def test_a_wiped_bucket_is_drift_that_up_repairs(bucket: NotifiedBucket, deployment: NotifiedDeployment) -> None:
    whole = bucket.holds()
    bucket.put({})
    deployment.refresh()
    assert deployment.snapshot.outs["existing"] == EXISTING
    assert deployment.merge.inputs["keep"] == {}
    assert deployment.merge.inputs["forwarderNotified"] is False
    assert deployment.merge.up(deployment.wanted) == "update"
    assert bucket.holds() == whole


def test_a_stack_that_was_deleted_by_hand_costs_no_notification(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.delete_stack()
    deployment.refresh()
    deployment.stack_id = bucket.create_stack()
    assert deployment.merge.up(deployment.wanted) == "replace"
    assert existing_in(bucket.holds()) == EXISTING


def test_a_second_put_of_the_stacks_is_drift_that_up_repairs(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    whole = bucket.holds()
    bucket.put({"LambdaFunctionConfigurations": whole["LambdaFunctionConfigurations"][:1]})
    deployment.refresh()
    assert deployment.merge.inputs["keep"] == {}
    assert deployment.merge.inputs["forwarderNotified"] is True
    deployment.merge.up(deployment.wanted)
    assert bucket.holds() == whole


def test_an_entry_that_trends_stack_left_behind_is_removed(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    whole = bucket.holds()
    deployment.merge.destroy()
    bucket.delete_stack()
    bucket.put(whole)
    deployment.snapshot.destroy()
    assert bucket.holds() == EXISTING


@pytest.fixture
def unmerged(bucket: NotifiedBucket, snapshot: EngineResource) -> NotifiedDeployment:
    """A deployment whose stack exists, before the existing notifications are merged with its own."""
    snapshot.up(BEFORE)
    deployment = NotifiedDeployment(bucket, snapshot)
    deployment.stack_id = bucket.create_stack()
    return deployment


def test_a_stale_answer_right_after_the_stack_is_not_believed(
    bucket: NotifiedBucket, unmerged: NotifiedDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, stale = TrailBucket.read, [Notifications.of(EXISTING)]
    monkeypatch.setattr(TrailBucket, "read", lambda self: stale.pop() if stale else read(self))
    unmerged.merge.up(unmerged.wanted)
    assert existing_in(bucket.holds()) == EXISTING


def test_a_put_that_does_not_show_is_an_error(
    bucket: NotifiedBucket, unmerged: NotifiedDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    forwarders_alone = Notifications.of(bucket.holds())
    monkeypatch.setattr(TrailBucket, "read", lambda _bucket: forwarders_alone)
    assert "does not show the notifications that were put" in refusal(unmerged.merge.up, unmerged.wanted)


def test_an_operator_who_ends_the_run_does_not_wait_for_s3(
    bucket: NotifiedBucket, unmerged: NotifiedDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrailBucket, "read", lambda _bucket: Notifications.of(EXISTING))
    monkeypatch.setattr(trail_bucket, "PAUSES", (60,))
    interrupted = threading.Event()
    interrupted.set()
    monkeypatch.setattr(patience, "_interrupted", interrupted)
    refused = refusal(unmerged.merge.up, unmerged.wanted)
    assert "step 8" in refused
    assert "interrupted while waiting (S3 may still answer with what was there before)" in refused


def test_a_put_that_is_denied_is_made_up_for_by_the_next_run(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    deployment.refresh()
    deployment.merge.destroy()
    bucket.delete_stack()
    bucket.refuse(PUT)
    assert "s3:PutBucketNotification" in refusal(deployment.snapshot.destroy)
    bucket.sandbox.aws_control.clear_faults()
    begin_anew()
    deployment.snapshot.destroy()
    assert bucket.holds() == with_added(EXISTING)


def test_a_bucket_that_is_gone_needs_nothing(bucket: NotifiedBucket, deployment: NotifiedDeployment) -> None:
    bucket.vanish()
    deployment.refresh()
    assert deployment.snapshot.state is None
    assert deployment.merge.state is None


def test_destroy_goes_on_without_the_bucket(bucket: NotifiedBucket, deployment: NotifiedDeployment) -> None:
    bucket.vanish()
    deployment.destroy()
    assert (deployment.snapshot.state, deployment.merge.state) == (None, None)


def test_the_roles_of_the_aws_provider_are_assumed_one_after_the_other(bucket: NotifiedBucket) -> None:
    arns = [assumable_role(bucket.sandbox, name) for name in "ab"]
    roles = [{"roleArn": arn, "sessionName": "deploy", "duration": "1h"} for arn in arns]
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
    bucket: NotifiedBucket, snapshot: EngineResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    fault = Fault(action=GET, count=None, status=400, code="SignatureDoesNotMatch", message=f"signed with {secret}")
    bucket.sandbox.aws_control.add_fault(fault)
    refused = refusal(snapshot.up, BEFORE)
    assert secret not in refused
    assert "signed with [secret]; AWS does not know these credentials" in refused
