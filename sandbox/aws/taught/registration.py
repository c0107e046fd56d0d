"""The custom resource of Vision One's template; moto cannot run the Lambda behind it, so its call is made here."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from moto.cloudtrail.models import cloudtrail_backends
from moto.core.exceptions import ServiceException

from sandbox.aws.taught import beyond
from sandbox.aws.taught.resource import Properties, TaughtResource


class VisionOneRegistration(TaughtResource):
    """What registers the account at Vision One. Deleted, it leaves the account there."""

    TYPE = "Custom::VisionOneRegistration"
    PROPERTIES = frozenset(
        {
            "ServiceToken",
            "RegistrationURL",
            "APIKey",
            "RoleArn",
            "Name",
            "Description",
            "Features",
            "TrailArn",
            "TopicArn",
        }
    )

    @property
    def arn(self) -> str:
        """A custom resource has none; its physical id is made of the account."""
        return f"registration-of-{self.account_id}"

    def make(self) -> None:
        """Register the account."""
        self._register(self.properties)

    def change(self, properties: Properties) -> None:
        """Register it once more."""
        self._register(properties)
        self.properties = properties

    def remove(self) -> None:
        """Leave the account where it is registered."""

    def tag(self, tags: Mapping[str, str], gone: Collection[str]) -> None:
        """A custom resource takes no tags."""

    def _register(self, properties: Properties) -> None:
        if properties["TrailArn"]:
            self._require_topic(properties["TrailArn"], properties["TopicArn"])
        body = {
            "roleArn": properties["RoleArn"],
            "name": properties["Name"],
            "description": properties["Description"],
            "features": json.loads(properties["Features"]),
            "trailArn": properties["TrailArn"],
            "topicArn": properties["TopicArn"],
        }
        try:
            beyond.call("POST", properties["RegistrationURL"], key=properties["APIKey"], body=body)
        except beyond.BeyondError as error:
            raise ServiceException("InternalFailure", f"Vision One did not register the account: {error}") from None

    def _require_topic(self, trail_arn: str, topic_arn: str) -> None:
        """Refuse a trail of elsewhere, or one that does not publish to the topic; Trend documents that it must [V]."""
        trails = cloudtrail_backends[self.account_id][self.region].trails.values()
        trail = next((trail for trail in trails if trail.arn == trail_arn), None)
        if trail is None:
            raise ServiceException("ValidationError", f"{trail_arn} is not a trail of this account and region")
        if trail.topic_arn != topic_arn:
            raise ServiceException("ValidationError", f"{trail_arn} does not publish to {topic_arn or 'a topic'}")
