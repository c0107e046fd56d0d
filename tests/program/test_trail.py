"""The bucket and the trail of one's own, and the bucket of others that nothing touches."""

from __future__ import annotations

import functools
import json
from typing import Any

import pulumi
import pytest

from components.aws.names import trail_name
from components.checks.findings import TrailDoubt
from components.refusal import Refusal
from components.settings.model import ExistingTrail, NewTrail, Settings
from components.steps.audit_trail import AuditTrail
from tests.program.deployment import deploy
from tests.program.recorder import PROJECT, STACK, WHERE, RecordingEngine, Registered


@functools.cache
def made(trail: NewTrail) -> RecordingEngine:
    return deploy(Settings(trail=trail)).engine


def inputs(kind: str, trail: NewTrail | None = None) -> dict[str, Any]:
    """Return the inputs of the bucket's part of a kind, for example `Versioning`."""
    return made(trail or NewTrail()).one(f"aws:s3/bucket{kind}:Bucket{kind}").inputs


def of_s3(engine: RecordingEngine) -> list[Registered]:
    return [each for each in engine.made if each.type.startswith("aws:s3/")]


def test_an_existing_bucket_is_named_to_trend_and_touched_by_nothing() -> None:
    engine = deploy(Settings(trail=ExistingTrail("a-trail-bucket"))).engine
    assert of_s3(engine) == []
    assert "aws:cloudtrail/trail:Trail" not in engine.types
    forwarder = engine.one("aws:cloudformation/stack:Stack", "forwarder")
    assert forwarder.inputs["parameters"]["ExistingCloudtrailBucketName"] == "a-trail-bucket"


def test_a_new_bucket_is_the_one_that_trail_and_forwarder_are_given() -> None:
    engine = made(NewTrail())
    assert engine.one("aws:cloudtrail/trail:Trail").inputs["s3BucketName"] == "trail-bucket"
    forwarder = engine.one("aws:cloudformation/stack:Stack", "forwarder")
    assert forwarder.inputs["parameters"]["ExistingCloudtrailBucketName"] == "trail-bucket"
    assert {each.inputs["bucket"] for each in of_s3(engine) if each.name != "trail-bucket"} == {"trail-bucket"}


def test_the_new_bucket_is_closed_encrypted_and_versioned() -> None:
    assert inputs("PublicAccessBlock") == {
        "bucket": "trail-bucket",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert inputs("Versioning")["versioningConfiguration"] == {"status": "Enabled"}
    assert inputs("OwnershipControls")["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_the_new_bucket_uses_no_kms_which_trend_could_not_read() -> None:
    assert inputs("ServerSideEncryptionConfiguration")["rules"] == [
        {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    ]
    assert "kmsKeyId" not in made(NewTrail()).one("aws:cloudtrail/trail:Trail").inputs


def test_the_trail_covers_all_regions_and_its_logs_can_be_validated() -> None:
    trail = made(NewTrail()).one("aws:cloudtrail/trail:Trail").inputs
    assert (trail["isMultiRegionTrail"], trail["includeGlobalServiceEvents"], trail["enableLogFileValidation"]) == (
        True, True, True,
    )  # fmt: skip
    assert trail["name"] == "trend-onboarding-dev"


@pytest.mark.parametrize("days", [1, 365])
def test_logs_expire_after_the_days_of_the_settings(days: int) -> None:
    (rule,) = inputs("LifecycleConfiguration", NewTrail(retention_days=days))["rules"]
    assert (rule["status"], rule["filter"], rule["expiration"]) == ("Enabled", {"prefix": ""}, {"days": days})


def test_with_a_retention_of_no_days_logs_are_kept_for_ever() -> None:
    (rule,) = inputs("LifecycleConfiguration", NewTrail(retention_days=0))["rules"]
    assert not {"expiration", "noncurrentVersionExpiration"} & rule.keys()


def test_a_bucket_to_keep_is_retained_with_all_that_protects_it_and_the_trail_is_not() -> None:
    engine = made(NewTrail(on_destroy="keep"))
    assert len(of_s3(engine)) == 7
    assert all(each.options.retainOnDelete for each in of_s3(engine))
    assert engine.one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is False
    others = [each for each in engine.made if each not in of_s3(engine)]
    assert not any(each.options.retainOnDelete for each in others)


def test_a_bucket_to_delete_goes_with_its_logs() -> None:
    engine = made(NewTrail(on_destroy="delete"))
    assert not any(each.options.retainOnDelete for each in engine.made)
    assert engine.one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is True


@pytest.mark.parametrize("days", [0, 365])
def test_the_buckets_parts_change_one_after_the_other_and_the_trail_comes_last(days: int) -> None:
    """S3 refuses parallel changes to one bucket, and CloudTrail a bucket whose policy does not name the trail."""
    engine = made(NewTrail(retention_days=days))
    parts = {each.name for each in of_s3(engine)}
    order = ["trail-bucket"]
    while following := [name for name in parts if order[-1] in engine.named(name).depends_on and name not in order]:
        # All of them name the bucket; the one that is next names no other part.
        (part,) = [name for name in following if engine.named(name).depends_on & parts <= {"trail-bucket", order[-1]}]
        order.append(part)
    assert set(order) == parts
    assert order[-1] in engine.named("trail").depends_on
    assert order.index("trail-bucket-policy") < order.index("trail-bucket-access")


def test_the_bucket_gets_a_name_that_nobody_else_has() -> None:
    assert set(made(NewTrail()).one("aws:s3/bucket:Bucket").inputs) == {"forceDestroy", "tags"}


@pytest.fixture
def _stack_of_odd_name(request: pytest.FixtureRequest) -> None:
    engine = RecordingEngine()
    pulumi.runtime.set_mocks(engine.mocks, project=PROJECT, stack=request.param, monitor=engine)


@pytest.mark.parametrize("_stack_of_odd_name", ["a..b", "-a", "a_", "a-.b", "x" * 120], indirect=True)
@pytest.mark.usefixtures("_stack_of_odd_name")
def test_a_stack_after_which_no_trail_can_be_named_is_refused_with_a_way_out() -> None:
    with pytest.raises(Refusal, match="pulumi stack rename"):
        trail_name()


@pytest.mark.parametrize("_stack_of_odd_name", ["dev", "a.b_c-1", "x" * 111], indirect=True)
@pytest.mark.usefixtures("_stack_of_odd_name")
def test_any_other_stack_gives_its_trail_a_name() -> None:
    assert trail_name().startswith(PROJECT)


def test_only_a_trail_that_does_not_run_is_recreated_after_a_failed_run() -> None:
    runs = made(NewTrail()).one("aws:cloudtrail/trail:Trail").options
    assert (list(runs.replaceOnChanges), runs.deleteBeforeReplace) == ([], False)
    stopped = (
        deploy(Settings(trail=NewTrail()), doubt=TrailDoubt.STOPPED).engine.one("aws:cloudtrail/trail:Trail").options
    )
    assert list(stopped.replaceOnChanges) == ["#initerror"]
    assert stopped.deleteBeforeReplace, "its name is taken until it is gone"


@functools.cache
def with_topic() -> RecordingEngine:
    """A new trail of route visionOne: without a Cloud One account."""
    engine = RecordingEngine()
    pulumi.runtime.set_mocks(engine.mocks, project=PROJECT, stack=STACK, monitor=engine)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> None:
        AuditTrail("audit-trail", account=None, source=NewTrail(), where=WHERE, tags={"team": "a"})

    program()
    return engine


def test_vision_one_is_told_by_a_topic_of_the_trails_own_to_which_nobody_else_may_publish() -> None:
    engine = with_topic()
    trail, policy = engine.one("aws:cloudtrail/trail:Trail"), engine.one("aws:sns/topicPolicy:TopicPolicy")
    (allowed,) = json.loads(policy.inputs["policy"])["Statement"]
    assert trail.inputs["snsTopicName"] == "trail-topic"
    assert {"trail-topic-policy", "trail-bucket-access"} <= trail.depends_on, "CloudTrail tries both when it is created"
    assert (allowed["Effect"], allowed["Principal"]) == ("Allow", {"Service": "cloudtrail.amazonaws.com"})
    assert (allowed["Action"], allowed["Resource"]) == ("sns:Publish", policy.inputs["arn"])
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:012345678901:trail/trend-onboarding-dev"}
    }


def test_a_trail_for_vision_one_records_all_management_events_and_its_logs_can_be_validated() -> None:
    trail = with_topic().one("aws:cloudtrail/trail:Trail").inputs
    assert trail["enableLogFileValidation"] is True
    assert not {"eventSelectors", "advancedEventSelectors"} & trail.keys(), "the default records KMS and RDS Data, too"


def test_a_trail_for_cloud_one_has_no_topic() -> None:
    engine = made(NewTrail())
    assert not {each.type for each in engine.made if each.type.startswith("aws:sns/")}
    assert "snsTopicName" not in engine.one("aws:cloudtrail/trail:Trail").inputs
    assert "trend:KeyCheck" in engine.types
    assert "trend:KeyCheck" not in with_topic().types
