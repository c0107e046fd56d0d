"""What exists in the bucket is recorded in AWS while Trend's stack is deleted, for whichever run comes next."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.aws.clients import AwsClients, clients
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings
from components.aws.notification_record import MOST_CHARACTERS, NotificationRecord
from components.aws.notifications import Notifications
from components.resources.forwarder_hooks import ExistingNotifications
from components.resources.notification_provider import BucketInputs
from operate.engine.state import State
from operate.recovery.interrupted_run import forget_needless_record
from sandbox.gate.faults import Fault
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.engine import EngineResource
from tests.lifecycle.notified_bucket import (
    ADDED,
    BEFORE,
    BUCKET,
    EXISTING,
    REGION,
    STACK,
    NotifiedBucket,
    NotifiedDeployment,
    begin_anew,
    existing_in,
    refusal,
    with_added,
)

READ, WRITE, REMOVE = "GetParametersByPath", "PutParameter", "DeleteParameters"


@pytest.fixture
def aws(bucket: NotifiedBucket) -> AwsClients:
    return clients(AwsSettings.of({"region": REGION}.get))


@pytest.fixture
def record(aws: AwsClients) -> NotificationRecord:
    return NotificationRecord(aws, BUCKET, REGION)


def hundred() -> Notifications:
    """As many notifications as a bucket takes, with ids and filters as people have them."""
    entries = [
        {
            "Id": f"ingest-of-the-team-that-has-the-number-{number}",
            "QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:a-queue-with-a-long-name-{number}",
            "Events": ["s3:ObjectTagging:*", "s3:ObjectRestore:Completed"],
            "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": f"team-{number}/incoming/"}]}},
        }
        for number in range(100)
    ]
    return Notifications.of({"QueueConfigurations": entries, "EventBridgeConfiguration": {}})


def parameters(bucket: NotifiedBucket) -> list[Any]:
    ssm = bucket.sandbox.aws("ssm")
    return [each for page in ssm.get_paginator("describe_parameters").paginate() for each in page["Parameters"]]


def test_as_many_as_a_bucket_takes_are_recorded_each_part_a_document_of_its_own(
    bucket: NotifiedBucket, record: NotificationRecord
) -> None:
    record.write(hundred())
    assert record.read() == hundred()
    names = [each["Name"] for each in parameters(bucket)]
    assert len(names) > 1
    values = [bucket.sandbox.aws("ssm").get_parameter(Name=name)["Parameter"]["Value"] for name in names]
    assert all(len(value) <= MOST_CHARACTERS for value in values)
    assert sum(len(Notifications.of(json.loads(value))) for value in values) == len(hundred())


def test_a_later_record_takes_the_place_of_the_earlier_one_and_a_removed_one_leaves_nothing(
    bucket: NotifiedBucket, record: NotificationRecord
) -> None:
    record.write(hundred())
    record.write(Notifications.of(EXISTING))
    assert record.read() == Notifications.of(EXISTING)
    assert len(parameters(bucket)) == 1
    record.remove()
    assert parameters(bucket) == []
    assert not record.read()


def test_what_was_added_since_survives_a_destroy_that_ends_between_stack_and_snapshot(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    deployment.snapshot.destroy()
    assert bucket.holds() == with_added(EXISTING)
    assert parameters(bucket) == []


def test_what_was_added_since_survives_an_update_after_the_stack_alone_was_destroyed(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    deployment.stack_id = bucket.create_stack()
    deployment.merge.up(deployment.wanted)
    assert existing_in(bucket.holds()) == with_added(EXISTING)
    assert parameters(bucket) == []


def test_a_second_deletion_after_a_killed_run_forgets_nothing(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    state = deployment.merge.state
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    deployment.merge.state = state  # the state did not hear that it was deleted
    deployment.merge.destroy()
    begin_anew()
    deployment.snapshot.destroy()
    assert bucket.holds() == with_added(EXISTING)


def test_a_first_update_and_a_bucket_in_which_nobody_has_anything_need_no_record(
    bucket: NotifiedBucket, snapshot: EngineResource
) -> None:
    bucket.put({})
    bucket.sandbox.aws_control.clear_requests()
    deployed = NotifiedDeployment(bucket, snapshot)
    deployed.up()
    deployed.destroy()
    assert [call for call in bucket.sandbox.aws_requests() if call.service == "ssm"] == []


def test_where_it_cannot_be_recorded_only_what_the_state_knows_is_put_at_risk(
    bucket: NotifiedBucket, deployment: NotifiedDeployment, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = bucket.holds()
    bucket.add()
    bucket.refuse(WRITE)
    refused = refusal(deployment.merge.destroy)
    for word in (f"'added' to {ADDED['QueueArn']}", BUCKET, "ssm:PutParameter", "`pulumi refresh`"):
        assert word in refused
    bucket.put(whole)
    deployment.merge.destroy()
    (line,) = capsys.readouterr().err.splitlines()
    assert "the state alone knows the existing notifications" in line
    bucket.delete_stack()
    deployment.snapshot.destroy()
    assert bucket.holds() == EXISTING


def test_whoever_may_not_read_a_record_goes_on_with_what_the_state_knows(
    bucket: NotifiedBucket, deployment: NotifiedDeployment, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    bucket.refuse(READ)
    deployment.snapshot.destroy()
    assert "ssm:GetParametersByPath" in capsys.readouterr().err
    assert bucket.holds() == EXISTING


def test_a_record_that_aws_does_not_show_for_now_is_waited_for(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    fault = Fault(action=READ, count=None, status=503, code="ServiceUnavailable")
    bucket.sandbox.aws_control.add_fault(fault)
    assert "reading the recorded notifications" in refusal(deployment.snapshot.destroy)
    bucket.sandbox.aws_control.clear_faults()
    deployment.snapshot.destroy()
    assert bucket.holds() == with_added(EXISTING)


def test_a_record_that_cannot_be_removed_is_named(
    bucket: NotifiedBucket, deployment: NotifiedDeployment, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.refuse(REMOVE)
    deployment.destroy()
    assert bucket.holds() == EXISTING
    (line,) = capsys.readouterr().err.splitlines()
    assert f"/trend-onboarding/notifications/{BUCKET}" in line
    assert "ssm:DeleteParameters" in line


def test_before_the_stack_is_created_again_what_is_recorded_counts_as_known_and_is_restored_where_that_fails(
    bucket: NotifiedBucket, deployment: NotifiedDeployment, aws: AwsClients
) -> None:
    bucket.add()
    deployment.merge.destroy()
    bucket.delete_stack()
    inputs = BucketInputs(aws_account_id=ACCOUNT, aws_region=REGION, bucket_name=BUCKET)
    notifications = ExistingNotifications.of(aws, inputs, STACK, EXISTING)
    notifications.require_known()
    assert notifications.restore() == []
    assert bucket.holds() == with_added(EXISTING)
    notifications.require_known()
    bucket.put({"QueueConfigurations": [{**ADDED, "Id": "newest", "Events": ["s3:ObjectAcl:Put"]}]})
    with pytest.raises(AwsError, match="does not know notification 'newest'"):
        notifications.require_known()
    assert {each["Id"] for each in bucket.holds()["QueueConfigurations"]} == {"newest", "audit", "added"}


def test_what_a_change_of_settings_read_again_is_added_to_what_is_recorded(
    bucket: NotifiedBucket, deployment: NotifiedDeployment
) -> None:
    bucket.add()
    deployment.merge.destroy()
    bucket.delete_stack()
    begin_anew()
    newest = {**ADDED, "Id": "newest", "Events": ["s3:ObjectAcl:Put"]}
    bucket.put({"QueueConfigurations": [newest]})
    deployment.snapshot.up({**BEFORE, "stackSettings": {"tags": {"team": "b"}}})
    deployment.stack_id = bucket.create_stack()
    deployment.merge.up(deployment.wanted)
    assert {each["Id"] for each in bucket.holds()["QueueConfigurations"]} == {"newest", "audit", "added"}


MERGED = State.of(
    {
        "deployment": {
            "resources": [
                {
                    "urn": "urn:pulumi:dev::trend-onboarding::merge",
                    "type": "pulumi-python:dynamic/trend:NotificationMerge",
                    "inputs": {"awsAccountId": ACCOUNT, "awsRegion": REGION, "bucketName": BUCKET},
                }
            ]
        }
    }
)
"""What a killed deletion leaves in the state: the merge that it was about to delete."""


def test_a_record_that_a_killed_deletion_left_goes_where_all_that_it_names_is_there(
    deployment: NotifiedDeployment, aws: AwsClients, record: NotificationRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    record.write(Notifications.of(EXISTING))
    forget_needless_record(aws, MERGED)
    assert not record.read()
    (line,) = capsys.readouterr().err.splitlines()
    assert f"removed the record of notifications that the interrupted run left ({record.path})" in line


def test_a_record_of_what_is_not_there_stays(
    deployment: NotifiedDeployment, aws: AwsClients, record: NotificationRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    record.write(Notifications.of(with_added(EXISTING)))
    forget_needless_record(aws, MERGED)
    assert record.read() == Notifications.of(with_added(EXISTING))
    assert capsys.readouterr().err == ""


def test_a_record_that_a_killed_deletion_left_and_nobody_may_remove_is_named(
    bucket: NotifiedBucket,
    deployment: NotifiedDeployment,
    aws: AwsClients,
    record: NotificationRecord,
    capsys: pytest.CaptureFixture[str],
) -> None:
    record.write(Notifications.of(EXISTING))
    bucket.refuse(REMOVE)
    forget_needless_record(aws, MERGED)
    (line,) = capsys.readouterr().err.splitlines()
    assert record.path in line
    assert "ssm:DeleteParameters" in line
