"""SNS topics and their policies. Follows terraform-provider-aws internal/service/sns/topic.go and topic_policy.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.documents import kept_if_same, normal, same_policy
from sandbox.pulumi.aws.kind import AutoName, ResourceType, Traits
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap

_GONE = (("NotFound", ""), ("NotFoundException", ""))


class TopicType(ResourceType):
    """A topic; its id is its ARN. Its policy is read, and set by a resource of its own."""

    traits = Traits(
        type="aws:sns/topic:Topic",
        label="SNS Topic",
        supported=frozenset({"name", "tags"}),
        replaces=frozenset({"name"}),
        computed=frozenset({"policy"}),
        auto_name=AutoName(limit=256),
        gone=_GONE,
    )

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """CreateTopic, tags included."""
        wanted = {"Tags": tags.pairs(inputs["tagsAll"])} if inputs.get("tagsAll") else {}
        return str(_client(aws, inputs).create_topic(Name=inputs["name"], **wanted)["TopicArn"])

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """GetTopicAttributes, ListTagsForResource."""
        client = _client(aws, state)
        attributes = client.get_topic_attributes(TopicArn=resource_id)["Attributes"]
        listed = client.list_tags_for_resource(ResourceArn=resource_id)["Tags"]
        return {
            "arn": attributes["TopicArn"],
            "displayName": attributes.get("DisplayName", ""),
            "fifoTopic": False,
            "name": resource_id.rpartition(":")[2],
            "owner": attributes["Owner"],
            "policy": kept_if_same(state.get("policy"), attributes["Policy"]),
            **tags.found(aws, tags.from_pairs(listed), state),
        }

    def retag(
        self, aws: Aws, resource_id: str, state: PropertyMap, removed: Sequence[str], added: Mapping[str, str]
    ) -> None:
        """UntagResource, TagResource."""
        client = _client(aws, state)
        if removed:
            client.untag_resource(ResourceArn=resource_id, TagKeys=list(removed))
        if added:
            client.tag_resource(ResourceArn=resource_id, Tags=tags.pairs(added))

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """Nothing but tags changes in place."""

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """DeleteTopic, which succeeds where there is none."""
        _client(aws, state).delete_topic(TopicArn=resource_id)


class TopicPolicyType(ResourceType):
    """The policy of a topic; its id is the topic's ARN."""

    traits = Traits(
        type="aws:sns/topicPolicy:TopicPolicy",
        label="SNS Topic Policy",
        supported=frozenset({"arn", "policy"}),
        replaces=frozenset({"arn"}),
        same={"policy": same_policy},
        gone=_GONE,
    )

    def named(self, inputs: PropertyMap) -> str:
        """Return the id that it will have."""
        return str(inputs["arn"])

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """SetTopicAttributes."""
        _set_policy(aws, inputs["arn"], inputs, normal(inputs["policy"]))
        return str(inputs["arn"])

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """GetTopicAttributes."""
        attributes = _client(aws, state).get_topic_attributes(TopicArn=resource_id)["Attributes"]
        return {
            "arn": attributes["TopicArn"],
            "owner": attributes["Owner"],
            "policy": kept_if_same(state.get("policy"), attributes["Policy"]),
        }

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """SetTopicAttributes."""
        _set_policy(aws, resource_id, new, normal(new["policy"]))

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """SetTopicAttributes with what a new topic has: its owner may do everything with it."""
        owner = resource_id.split(":")[4]
        statement = {
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [f"SNS:{each}" for each in _OWNERS_ACTIONS],
            "Resource": resource_id,
            "Condition": {"StringEquals": {"AWS:SourceOwner": owner}},
        }
        default = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
        _set_policy(aws, resource_id, state, normal(default))


_OWNERS_ACTIONS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)


def _client(aws: Aws, props: PropertyMap) -> Any:
    return aws.client("sns", props.get("region"))


def _set_policy(aws: Aws, arn: str, props: PropertyMap, policy: str) -> None:
    _client(aws, props).set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
