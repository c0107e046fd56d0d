"""The custom resource of Trend's CloudTrail template; moto cannot run the Lambda behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from moto.s3.models import S3Backend, s3_backends
from moto.utilities.utils import get_partition

from sandbox.aws.taught.resource import Properties, TaughtResource


class BucketNotification(TaughtResource):
    """What puts the notification of the trail bucket.

    It replaces the bucket's whole configuration and empties it on delete, as Trend's early template seems to do.
    """

    TYPE = "Custom::BucketNotification"
    PROPERTIES = frozenset({"ServiceToken", "BucketName", "FunctionArn"})
    REPLACING = frozenset({"BucketName"})

    @property
    def arn(self) -> str:
        """A custom resource has none; its physical id is made of the bucket's name."""
        return f"notification-of-{self.properties['BucketName']}"

    def make(self) -> None:
        """Put the configuration."""
        self._put(self.properties)

    def change(self, properties: Properties) -> None:
        """Put it anew."""
        self._put(properties)
        self.properties = properties

    def remove(self) -> None:
        """Empty the configuration of a bucket that is still there."""
        if self.properties["BucketName"] in self._s3.buckets:
            self._s3.put_bucket_notification_configuration(self.properties["BucketName"], {})

    def tag(self, tags: Mapping[str, str], gone: Collection[str]) -> None:
        """A custom resource takes no tags."""

    def _put(self, properties: Properties) -> None:
        call = {"Id": self.name, "CloudFunction": properties["FunctionArn"], "Event": ["s3:ObjectCreated:*"]}
        self._s3.put_bucket_notification_configuration(properties["BucketName"], {"CloudFunctionConfiguration": [call]})

    @property
    def _s3(self) -> S3Backend:
        return s3_backends[self.account_id][get_partition(self.region)]
