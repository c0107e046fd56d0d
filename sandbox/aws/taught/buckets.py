"""S3's answers where moto's differ: whose a bucket is, what a fresh one has, its tags, its EventBridge notification."""

from __future__ import annotations

from typing import Any, cast
from xml.etree import ElementTree

from moto.core.responses import ActionResult
from moto.s3 import urls
from moto.s3.exceptions import BucketAccessDeniedError
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend, s3_backends
from moto.s3.responses import S3Response

ENCRYPTION = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}

MotoAnswer = tuple[int, dict[str, Any], str | bytes]


def teach() -> None:
    """Put these answers in place of moto's."""
    s3_backends.backend = StrictBuckets
    for path, handler in urls.url_paths.items():
        urls.url_paths[path] = getattr(StrictS3, handler.__name__)


class StrictBuckets(S3Backend):
    """Buckets as AWS makes them since April 2023: encrypted, closed to the public, without ACLs."""

    @property
    def _url_module(self) -> Any:
        return urls  # moto derives it from the name of the module that the class is in

    def create_bucket(self, bucket_name: str, region_name: str, bucket_namespace: str | None = None) -> FakeBucket:
        """Make a bucket with AWS's defaults."""
        bucket = super().create_bucket(bucket_name, region_name, bucket_namespace)
        bucket.encryption = ENCRYPTION
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        # A bare text is what moto keeps and shows, whatever type it declares.
        bucket.ownership_rule = cast("dict[str, Any]", "BucketOwnerEnforced")
        return bucket

    def delete_bucket_encryption(self, bucket_name: str) -> None:
        """Fall back to the default encryption, which no bucket can be without."""
        self.get_bucket(bucket_name).encryption = ENCRYPTION


class StrictS3(S3Response):
    """S3's wire form, with what moto keeps but never shows, and what it is given but does not keep."""

    def serialized(self, action_result: ActionResult) -> MotoAnswer:
        """Word an answer; a bucket's notifications include EventBridge."""
        if self.data.get("Action") == "GetBucketNotificationConfiguration":
            notifications = self.backend.get_bucket_notification_configuration(self.bucket_name)
            if notifications is not None and notifications.event_bridge is not None:
                result = cast("dict[str, Any]", action_result.result)
                action_result = ActionResult({**result, "EventBridgeConfiguration": {}})
        return super().serialized(action_result)

    def _bucket_response(self, request: Any, full_url: str) -> Any:
        """Answer a call about a bucket, unless the caller expects it to be of another account than it is.

        A bucket of another account is not to be changed: what its policy may allow of that is not judged here.
        """
        expected = self.headers.get("x-amz-expected-bucket-owner")
        owner = s3_backends.bucket_accounts.get(self.bucket_name)
        is_changing = request.method == "DELETE" or (request.method == "PUT" and request.query_string)
        if owner and owner[1] != self.current_account and is_changing:
            raise BucketAccessDeniedError(bucket=self.bucket_name)
        if expected and owner and owner[1] != expected:
            if request.method == "HEAD":
                return 403, {}, ""
            raise BucketAccessDeniedError(bucket=self.bucket_name)
        return super()._bucket_response(request, full_url)

    def head_bucket(self) -> Any:
        """Show that a bucket is there; of another account's only where its policy lets others in."""
        owner = s3_backends.bucket_accounts.get(self.bucket_name)
        if owner and owner[1] != self.current_account and not self.backend.get_bucket(self.bucket_name).policy:
            return 403, {}, ""
        return super().head_bucket()

    def _bucket_response_put(self, *args: Any) -> Any:
        answer = super()._bucket_response_put(*args)
        if self.data.get("Action") == "CreateBucket" and self.body:
            document = ElementTree.fromstring(self.body)
            # moto calls a public access block CreateBucket as well; the document tells them apart.
            if document.tag.endswith("CreateBucketConfiguration"):
                tags = document.findall(".//{*}Tag")
                named = {tag.findtext("{*}Key", ""): tag.findtext("{*}Value", "") for tag in tags}
                self.backend.put_bucket_tagging(self.bucket_name, named)
        return answer
