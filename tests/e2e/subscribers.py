"""What other teams have subscribed to on the existing trail's bucket."""

from __future__ import annotations

from typing import Any

from sandbox.sandbox import Sandbox

BUCKET = "sandbox-existing-trail-us-east-1"
OTHERS_ARN = "arn:aws:{}:us-east-1:123456789012:{}"


def others() -> dict[str, Any]:
    """One notification of each kind, as other teams would have them; a new one each time, to be changed at will."""
    archive = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "archive/"}, {"Name": "suffix", "Value": ".gz"}]}}
    return {
        "TopicConfigurations": [
            {"Id": "removals", "TopicArn": OTHERS_ARN.format("sns", "removals"), "Events": ["s3:ObjectRemoved:*"]}
        ],
        "QueueConfigurations": [
            {
                "Id": "audit",
                "QueueArn": OTHERS_ARN.format("sqs", "audit"),
                "Events": ["s3:Replication:*", "s3:ObjectAcl:Put"],
            }
        ],
        "LambdaFunctionConfigurations": [
            {
                "Id": "restores",
                "LambdaFunctionArn": OTHERS_ARN.format("lambda", "function:restores"),
                "Events": ["s3:ObjectRestore:Completed"],
                "Filter": archive,
            }
        ],
        "EventBridgeConfiguration": {},
    }


def put(sandbox: Sandbox, configuration: dict[str, Any]) -> None:
    sandbox.aws("s3").put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=configuration)
