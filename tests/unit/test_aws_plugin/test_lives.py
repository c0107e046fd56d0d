"""Each type of the AWS plugin by one table: calls and their order, drift, replacement, gone, refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.pulumi.aws.catalog import tokens
from sandbox.pulumi.aws.tags import from_pairs
from tests.unit.test_aws_plugin.driver import (
    BUCKET,
    OIDC,
    PART,
    READ_BUCKET,
    READ_ROLE,
    READ_STACK,
    READ_TRAIL,
    ROLE,
    ROLE_POLICY,
    STACK,
    TEMPLATE_URL,
    TOPIC,
    TOPIC_POLICY,
    TRAIL,
    TRUST,
    DrivenResource,
    Failed,
    PluginEngine,
    policy,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass(frozen=True)
class TypeLife:
    """What a type is tried with, and the calls that it makes.

    Attributes:
        first, second: inputs; a change from one to the other is an update in place. `{bucket}` and
            `{role}` stand for the names of what is there.
        replacing: inputs of which each, taken into the second ones, replaces the object.
        create, read, update, delete: AWS calls.
    """

    first: dict[str, Any]
    second: dict[str, Any]
    replacing: dict[str, Any]
    create: list[str]
    read: list[str]
    update: list[str]
    delete: list[str]


def bucket_part(
    name: str, first: dict[str, Any], second: dict[str, Any], looks: tuple[int, int, int, int], **other: str
) -> TypeLife:
    """Return the life of a part of a bucket: how often it is looked at in create, read, update and delete."""
    put, get, drop = f"Put{name}", f"Get{name}", other.get("drop", f"Delete{name}")
    calls = [[get] * times for times in looks]
    bucket = {"bucket": "{bucket}"}
    replacing = {"bucket": "other"}
    return TypeLife(
        bucket | first, bucket | second, replacing, [put, *calls[0]], calls[1], [put, *calls[2]], [drop, *calls[3]]
    )


def rules(days: int) -> dict[str, Any]:
    rule = {
        "id": "old",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"days": days},
        "noncurrentVersionExpiration": {"noncurrentDays": 30},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
    }
    return {"rules": [rule]}


def encryption(algorithm: str) -> dict[str, Any]:
    return {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}}]}


PARTS = {
    PART["versioning"]: bucket_part(
        "BucketVersioning",
        {"versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
        (6, 3, 3, 0),
        drop="PutBucketVersioning",
    ),
    PART["encryption"]: bucket_part("BucketEncryption", encryption("AES256"), encryption("aws:kms"), (2, 1, 1, 0)),
    PART["access"]: bucket_part(
        "PublicAccessBlock",
        {"blockPublicAcls": True},
        {"blockPublicAcls": True, "blockPublicPolicy": True},
        (2, 1, 0, 1),
    ),
    PART["ownership"]: bucket_part(
        "BucketOwnershipControls",
        {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        (2, 1, 1, 1),
    ),
    PART["policy"]: bucket_part(
        "BucketPolicy",
        {"policy": policy("s3:Put*", Effect="Deny", Principal="*")},
        {"policy": policy("s3:Get*", Effect="Deny", Principal="*")},
        (2, 1, 1, 1),
    ),
    PART["lifecycle"]: bucket_part(
        "BucketLifecycleConfiguration", rules(365), rules(730), (5, 2, 5, 1), drop="DeleteBucketLifecycle"
    ),
}

LIVES = {
    **PARTS,
    ROLE: TypeLife(
        {"assumeRolePolicy": TRUST, "tags": {"old": "1"}},
        {
            "assumeRolePolicy": TRUST.replace("abc", "xyz"),
            "description": "new",
            "maxSessionDuration": 7200,
            "permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "tags": {"new": "1"},
        },
        {"path": "/new/", "name": "other"},
        create=["CreateRole", *READ_ROLE],
        read=READ_ROLE,
        update=[
            *("UntagRole", "TagRole", "UpdateAssumeRolePolicy", "UpdateRoleDescription", "UpdateRole"),
            *("PutRolePermissionsBoundary", *READ_ROLE),
        ],
        delete=["ListInstanceProfilesForRole", "DeleteRole"],
    ),
    ROLE_POLICY: TypeLife(
        {"role": "{role}", "policy": policy("s3:Get*")},
        {"role": "{role}", "policy": policy("s3:List*")},
        {"role": "other", "name": "other"},
        create=["PutRolePolicy", "GetRolePolicy", "GetRolePolicy"],
        read=["GetRolePolicy"],
        update=["PutRolePolicy", "GetRolePolicy"],
        delete=["DeleteRolePolicy"],
    ),
    OIDC: TypeLife(
        {"url": "https://issuer.example.com", "clientIdLists": ["a", "b"], "tags": {"old": "1"}},
        {"url": "https://issuer.example.com", "clientIdLists": ["b", "a"], "tags": {"new": "1"}},
        {"url": "https://other.example.com"},
        create=["CreateOpenIDConnectProvider", "GetOpenIDConnectProvider"],
        read=["GetOpenIDConnectProvider"],
        update=[
            *("UntagOpenIDConnectProvider", "TagOpenIDConnectProvider", "GetOpenIDConnectProvider"),
        ],
        delete=["DeleteOpenIDConnectProvider"],
    ),
    BUCKET: TypeLife(
        {"tags": {"a": "1", "b": "1"}},
        {"tags": {"a": "2"}, "forceDestroy": True},
        {"bucket": "other", "region": "eu-west-2"},
        # The TagResource is the plugin's own: moto drops the tags that CreateBucket has.
        create=["HeadBucket", "CreateBucket", "HeadBucket", "TagResource", *READ_BUCKET],
        read=READ_BUCKET,
        update=["UntagResource", "TagResource", *READ_BUCKET],
        delete=["DeleteBucket", "HeadBucket"],
    ),
    TRAIL: TypeLife(
        {"s3BucketName": "{bucket}", "tags": {"a": "1", "b": "1"}},
        {"s3BucketName": "{bucket}", "isMultiRegionTrail": True, "enableLogging": False, "tags": {"a": "2"}},
        {"name": "other", "region": "eu-west-2"},
        create=["CreateTrail", "StartLogging", *READ_TRAIL],
        read=READ_TRAIL,
        update=["RemoveTags", "AddTags", "UpdateTrail", "StopLogging", *READ_TRAIL],
        delete=["DeleteTrail"],
    ),
    TOPIC: TypeLife(
        {"tags": {"old": "1"}},
        {"tags": {"new": "1"}},
        {"name": "other", "region": "eu-west-2"},
        create=["CreateTopic", "GetTopicAttributes", "ListTagsForResource"],
        read=["GetTopicAttributes", "ListTagsForResource"],
        update=["UntagResource", "TagResource", "GetTopicAttributes", "ListTagsForResource"],
        delete=["DeleteTopic"],
    ),
    TOPIC_POLICY: TypeLife(
        {"arn": "{topic}", "policy": policy("sns:Publish")},
        {"arn": "{topic}", "policy": policy("sns:Subscribe")},
        {"arn": "arn:aws:sns:us-east-1:123456789012:other"},
        create=["SetTopicAttributes", "GetTopicAttributes"],
        read=["GetTopicAttributes"],
        update=["SetTopicAttributes", "GetTopicAttributes"],
        delete=["SetTopicAttributes"],
    ),
    STACK: TypeLife(
        {
            "templateUrl": TEMPLATE_URL,
            "parameters": {"Size": "1"},
            "capabilities": ["CAPABILITY_IAM"],
            "tags": {"a": "1"},
        },
        {
            "templateUrl": TEMPLATE_URL,
            "parameters": {"Size": "2"},
            "capabilities": ["CAPABILITY_IAM"],
            "tags": {"a": "1"},
        },
        {"name": "other", "onFailure": "DELETE"},
        create=["CreateStack", "DescribeStacks", *READ_STACK],
        read=READ_STACK,
        update=["UpdateStack", "DescribeStacks", *READ_STACK],
        delete=["DeleteStack", "DescribeStacks"],
    ),
}


@dataclass(frozen=True)
class Surroundings:
    """What the table's objects need to be there."""

    engine: PluginEngine
    live: Any
    names: dict[str, str]

    def inputs(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return inputs with the names of what is there in them."""
        return {
            name: self.names.get(value, value) if isinstance(value, str) else value for name, value in given.items()
        }

    def made(self, token: str) -> DrivenResource:
        """Return an object of a type, made with its first inputs."""
        return self.engine.resource(token).create(self.inputs(LIVES[token].first))


@pytest.fixture
def world(engine: PluginEngine, live: Any, template: None) -> Surroundings:
    bucket = engine.resource(BUCKET, "bucket").create({}).id
    role = engine.resource(ROLE, "role").create({"assumeRolePolicy": TRUST}).id
    topic = engine.resource(TOPIC, "topic").create({}).id
    return Surroundings(engine, live, {"{bucket}": bucket, "{role}": role, "{topic}": topic})


def test_every_type_is_in_the_table() -> None:
    assert sorted(LIVES) == tokens()


@pytest.mark.parametrize("token", LIVES)
def test_an_object_lives(world: Surroundings, token: str) -> None:
    engine, life = world.engine, LIVES[token]
    first, second = world.inputs(life.first), world.inputs(life.second)
    made = engine.resource(token)
    assert engine.calls_of(lambda: made.create(first)) == life.create
    assert made.changes(first) == {}
    inputs = made.inputs
    assert engine.calls_of(made.refresh) == life.read
    assert made.inputs == inputs
    assert made.changes(first) == {}
    changes = made.changes(second)
    assert changes
    assert not any(kind.endswith("REPLACE") for kind in changes.values())
    assert engine.calls_of(lambda: made.update(second)) == life.update
    assert made.changes(second) == {}
    assert made.refresh()
    assert made.changes(second) == {}
    assert made.changes(first) != {}
    for name, value in life.replacing.items():
        assert made.replaced({**second, name: value})[0] == [name]
    assert engine.calls_of(made.delete) == life.delete
    made.delete()


@pytest.mark.parametrize("token", LIVES)
def test_what_was_deleted_elsewhere_is_gone(world: Surroundings, token: str) -> None:
    made = world.made(token)
    if token in PARTS:  # some cannot go without their bucket
        world.live("s3").delete_bucket(Bucket=made.id)
    elif token == TOPIC_POLICY:  # a topic always has one
        world.live("sns").delete_topic(TopicArn=made.id)
    else:
        made.twin().delete()
    assert not made.refresh()
    made.delete()


@pytest.mark.parametrize("token", LIVES)
def test_a_refusal_is_never_taken_for_gone(world: Surroundings, token: str) -> None:
    made, service = world.made(token), token.split(":")[1].split("/")[0]
    # What refuses the HEAD of a bucket is taken for its absence by the official provider, too.
    read = "GetBucketCors" if token == BUCKET else LIVES[token].read[0]
    world.engine.refuse(service, read, "AccessDenied", "User is not authorized")
    label = r"\w[\w -]+ \(.+\)"
    with pytest.raises(Failed, match=rf"^reading {label}: AccessDenied: User is not authorized$"):
        made.refresh()
    other = LIVES[OIDC].replacing if token == OIDC else {}  # an account has one for an address
    with pytest.raises(Failed, match=rf"^(creating|waiting for|reading) {label}.*: AccessDenied: ") as failed:
        world.engine.resource(token, "another").create(world.inputs({**LIVES[token].first, **other}))
    assert failed.value.kept or token == BUCKET


@pytest.mark.parametrize("token", PARTS)
@pytest.mark.parametrize(
    ("code", "message", "times"),
    [
        ("NoSuchBucket", "The specified bucket does not exist", 2),
        ("OperationAborted", "A conflicting conditional operation is in progress", 1),
    ],
)
def test_a_new_or_busy_bucket_is_waited_for(
    world: Surroundings, token: str, code: str, message: str, times: int
) -> None:
    put, part = LIVES[token].create[0], world.engine.resource(token)
    inputs = world.inputs(LIVES[token].first)
    world.engine.refuse("s3", put, code, message, times=times)
    if (token, code) == (PART["ownership"], "NoSuchBucket"):  # the provider does not wait here
        with pytest.raises(Failed, match=r"creating S3 Bucket Ownership Controls .*NoSuchBucket"):
            part.create(inputs)
    else:
        assert world.engine.calls_of(lambda: part.create(inputs)) == [put] * times + LIVES[token].create


def test_a_bucket_shows_what_its_parts_did_without_a_difference(world: Surroundings) -> None:
    bucket = world.made(BUCKET)
    for token in PARTS:
        world.engine.resource(token).create(LIVES[token].first | {"bucket": bucket.id})
    assert bucket.refresh()
    assert bucket.outputs["versioning"]["enabled"] is True
    assert "s3:Put*" in bucket.outputs["policy"]
    assert bucket.changes(LIVES[BUCKET].first) == {}


def test_versioning_that_is_disabled_is_refused(world: Surroundings) -> None:
    inputs = world.inputs({"bucket": "{bucket}", "versioningConfiguration": {"status": "Disabled"}})
    with pytest.raises(Failed, match="does not implement status Disabled of aws:s3/bucketVersioning"):
        world.engine.resource(PART["versioning"]).create(inputs)


def test_an_encryption_removed_elsewhere_is_gone(world: Surroundings) -> None:
    made = world.made(PART["encryption"])
    world.live("s3").delete_bucket_encryption(Bucket=made.id)
    assert not made.refresh()


def test_tags_are_part_of_the_call_that_creates(world: Surroundings) -> None:
    for token in (ROLE, BUCKET, TRAIL, STACK):
        world.made(token)
    sent = dict(world.engine.requests)
    tags = [
        *(sent["CreateRole"]["Tags"], sent["CreateBucket"]["CreateBucketConfiguration"]["Tags"]),
        *(sent["CreateTrail"]["TagsList"], sent["CreateStack"]["Tags"]),
    ]
    assert [from_pairs(each) for each in tags] == [LIVES[token].first["tags"] for token in (ROLE, BUCKET, TRAIL, STACK)]
