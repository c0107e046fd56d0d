"""What others have in the trail's bucket, around the vendor's stack: read, refused, merged, recorded, put back."""

from __future__ import annotations

import copy
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi.output import Unknown

from components.providers import aws_clients, notification_record, trail_bucket
from components.providers.aws_clients import AwsClients, AwsSettings
from components.providers.base import OnboardingError
from components.providers.notification_merge import NotificationMergeProvider
from components.providers.notification_record import STATE_VARIABLE
from components.providers.notification_snapshot import NotificationSnapshotProvider
from components.providers.trail_bucket import TrailBucket
from sandbox.aws.faults import Fault
from sandbox.sandbox import ACCOUNT, Sandbox
from tests.lifecycle.engine import Engine, Resource

REGION = "us-east-1"
BUCKET = f"sandbox-existing-trail-{REGION}"
CODE_BUCKET = f"cloud-trail-client-stack-template-prod-{REGION}"
STACK = "CloudOne"
GET, PUT = "GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration"
WHERE = {"awsAccountId": ACCOUNT, "awsRegion": REGION, "bucketName": BUCKET}
BEFORE = {**WHERE, "stackName": STACK, "stackSettings": {"tags": {"team": "a"}}}

Configuration = dict[str, Any]

OTHERS: Configuration = {
    "TopicConfigurations": [
        {"Id": "removals", "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:removals", "Events": ["s3:ObjectRemoved:*"]}
    ],
    "QueueConfigurations": [
        {"Id": "audit", "QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:audit", "Events": ["s3:ObjectTagging:*"]}
    ],
    "LambdaFunctionConfigurations": [
        {
            "Id": "restores",
            "LambdaFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:CloudOne-lookalike",
            "Events": ["s3:ObjectRestore:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "archive/"}]}},
        }
    ],
    "EventBridgeConfiguration": {},
}
ADDED: Configuration = {
    "Id": "added",
    "QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:added",
    "Events": ["s3:Replication:*"],
}


class Bucket:
    """The bucket as other teams and the vendor's stack treat it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._s3, self._cloudformation = sandbox.aws("s3"), sandbox.aws("cloudformation")

    def holds(self) -> Configuration:
        reply = self._s3.get_bucket_notification_configuration(Bucket=BUCKET)
        return {kind: value for kind, value in reply.items() if kind != "ResponseMetadata"}

    def put(self, configuration: Configuration) -> None:
        self._s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=configuration)

    def add(self) -> None:
        self.put(with_added(self.holds()))

    def vanish(self) -> None:
        self._s3.delete_bucket(Bucket=BUCKET)

    def make_stack(self) -> str:
        values = {
            "ExistingCloudtrailBucketName": BUCKET,
            "ServiceToken": "a-token",
            "ServiceURL": "https://cloudtrail.example",
            "S3BucketName": CODE_BUCKET,
            "APIVersion": "v1",
        }
        made = self._cloudformation.create_stack(
            StackName=STACK,
            TemplateURL=f"https://{CODE_BUCKET}.s3.{REGION}.amazonaws.com/cloudtrail.yaml",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        return str(made["StackId"])

    def delete_stack(self) -> None:
        self._cloudformation.delete_stack(StackName=STACK)

    def puts(self) -> int:
        """Return how often a configuration was put since the last count; the stack's own puts are not calls."""
        calls = [call for call in self.sandbox.aws_requests() if call.action == PUT]
        self.sandbox.aws_control.clear_requests()
        return len(calls)

    def refuse(self, action: str) -> None:
        fault = Fault(action=action, times=0, status=403, code="AccessDenied", message="not\nallowed.")
        self.sandbox.aws_control.add_fault(fault)


def with_added(configuration: Configuration) -> Configuration:
    changed = copy.deepcopy(configuration)
    changed.setdefault("QueueConfigurations", []).append(ADDED)
    return changed


def of_others(configuration: Configuration) -> Configuration:
    """Take the entry of the vendor's forwarder out, which must be there."""
    changed = copy.deepcopy(configuration)
    functions = changed["LambdaFunctionConfigurations"]
    left = [each for each in functions if not each["LambdaFunctionArn"].endswith(":CloudOne-ct-forwarder")]
    assert len(left) == len(functions) - 1
    changed["LambdaFunctionConfigurations"] = left
    return changed if left else {kind: value for kind, value in changed.items() if value != []}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def bucket(running: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket with a notification of each kind, and the credentials for it in the environment."""
    running.reset()
    for name, value in running.endpoints().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    monkeypatch.setattr(trail_bucket, "PAUSES", (0.01, 0.01))
    begin_anew()
    bucket = Bucket(running)
    bucket.put(OTHERS)
    bucket.puts()
    return bucket


def begin_anew() -> None:
    """Begin another process of the provider: what an earlier one had in memory is gone."""
    aws_clients.clients.cache_clear()
    notification_record.records.cache_clear()


@pytest.fixture
def snapshot(bucket: Bucket) -> Resource:
    return Engine({}).resource(NotificationSnapshotProvider)


class Deployment:
    """Snapshot, stack and merge, in the order of the engine."""

    def __init__(self, bucket: Bucket, snapshot: Resource) -> None:
        self.bucket, self.snapshot = bucket, snapshot
        self.merge = Engine({}).resource(NotificationMergeProvider)
        self.stack_id = ""

    def up(self) -> None:
        self.snapshot.up(BEFORE)
        self.stack_id = self.bucket.make_stack()
        self.merge.up(self.wanted)

    @property
    def wanted(self) -> dict[str, Any]:
        """The merge's inputs, as the program declares them after what the snapshot knows."""
        known = {"snapshotId": self.snapshot.id, "keep": self.snapshot.outs["earlier"]}
        return {**WHERE, **known, "stackId": self.stack_id, "forwarderNotified": True}

    def destroy(self) -> None:
        self.merge.destroy()
        self.bucket.delete_stack()
        self.snapshot.destroy()

    def refresh(self) -> None:
        self.snapshot.refresh()
        self.merge.refresh()

    def records(self) -> list[Path]:
        return list(notification_record.default_folder().glob("*"))


@pytest.fixture
def deployment(bucket: Bucket, snapshot: Resource) -> Deployment:
    made = Deployment(bucket, snapshot)
    made.up()
    return made


def refusal(step: Any, *arguments: Any) -> str:
    with pytest.raises(OnboardingError) as refused:
        step(*arguments)
    said = str(refused.value)
    assert said.startswith("step 8, notifications ")
    assert "\n" not in said
    return said


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


def test_a_stale_answer_right_after_the_stack_is_not_believed(
    bucket: Bucket, snapshot: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot.up(BEFORE)
    made = Deployment(bucket, snapshot)
    made.stack_id = bucket.make_stack()
    read, stale = TrailBucket.read, [copy.deepcopy(OTHERS)]
    monkeypatch.setattr(TrailBucket, "read", lambda self: stale.pop() if stale else read(self))
    made.merge.up(made.wanted)
    assert of_others(bucket.holds()) == OTHERS


def test_a_put_that_does_not_show_is_an_error(
    bucket: Bucket, snapshot: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot.up(BEFORE)
    made = Deployment(bucket, snapshot)
    made.stack_id = bucket.make_stack()
    vendors_alone = bucket.holds()
    monkeypatch.setattr(TrailBucket, "read", lambda _bucket: vendors_alone)
    assert "does not show the notifications that were put" in refusal(made.merge.up, made.wanted)


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
