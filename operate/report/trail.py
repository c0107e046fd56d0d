"""The trail's bucket: whose it is, how it is kept, what delivers to it, and what others have in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.aws.notifications import Notifications
from components.checks.findings import Finding
from operate.engine.state import BUCKET, DYNAMIC, Resource, State
from operate.report.policies import GrantedStatement, statements

_PUBLIC_ACCESS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


@dataclass(frozen=True)
class TrailFacts:
    """The trail's bucket, and the trail where it is this stack's.

    Attributes:
        bucket: its name.
        delivery: which trail delivers to it now, and whether it runs.
        made_here: whether this stack made bucket and trail.
        properties: what there is to know, each as a name and a value.
        policy: what the bucket's policy says, where the bucket is this stack's.
        topic: what the policy of the topic says to which the trail tells what it has delivered, where there is one.
        notified: what others have notified by the bucket, which deploying and leaving keep; None where this stack does
            nothing about the bucket's notifications.
    """

    bucket: str
    delivery: Finding
    made_here: bool
    properties: tuple[tuple[str, str], ...]
    policy: tuple[GrantedStatement, ...]
    topic: tuple[GrantedStatement, ...]
    notified: tuple[str, ...] | None


def trail(state: State, bucket: str, delivery: Finding) -> TrailFacts:
    """Return what the state knows of the bucket and its trail, beside what was found to deliver to it."""
    made = next((each for each in state.resources if each.type == BUCKET and each.inputs.get("bucket") == bucket), None)
    parts = {each.type.rpartition(":")[2]: each for each in state.resources if _is_of(each, bucket)}
    policy = parts.get("BucketPolicy")
    topic = next((each for each in state.resources if each.type == "aws:sns/topicPolicy:TopicPolicy"), None)
    merges = [each for each in state.resources if each.type == f"{DYNAMIC}NotificationMerge"]
    return TrailFacts(
        bucket=bucket,
        delivery=delivery,
        made_here=made is not None,
        properties=tuple(_properties(made, parts)) if made else (),
        policy=statements(policy.inputs["policy"]) if policy else (),
        topic=statements(topic.inputs["policy"]) if topic else (),
        notified=tuple(str(entry) for each in merges for entry in Notifications.of(each.inputs.get("keep") or {}))
        if merges
        else None,
    )


def _is_of(resource: Resource, bucket: str) -> bool:
    return bucket in (resource.inputs.get("bucket"), resource.inputs.get("s3BucketName"))


def _properties(bucket: Resource, parts: dict[str, Resource]) -> Iterator[tuple[str, str]]:
    if found := parts.get("Trail"):
        given = found.inputs
        yield "Trail", found.outputs["arn"]
        yield "Regions", "all" if given.get("isMultiRegionTrail") else "this one"
        if topic := given.get("snsTopicName"):
            yield "Topic", topic
        yield "Log files", "validated by digests" if given.get("enableLogFileValidation") else "not validated"
    if found := parts.get("BucketServerSideEncryptionConfiguration"):
        yield "Encryption", found.inputs["rules"][0]["applyServerSideEncryptionByDefault"]["sseAlgorithm"]
    if found := parts.get("BucketVersioning"):
        yield "Versioning", found.inputs["versioningConfiguration"]["status"]
    if found := parts.get("BucketPublicAccessBlock"):
        blocked = all(found.inputs.get(each) for each in _PUBLIC_ACCESS)
        yield "Public access", "blocked" if blocked else "not blocked altogether"
    lifecycle = parts.get("BucketLifecycleConfiguration")
    days = lifecycle.inputs["rules"][0].get("expiration", {}).get("days", 0) if lifecycle else 0
    yield "Logs expire", f"after {days:.0f} days" if days else "never"
    yield "When the stack is destroyed", "the bucket stays, with its logs" if bucket.retained else "it is removed"
