"""The existing notifications of the existing trail's bucket, as other teams have them."""

from __future__ import annotations

from typing import Any

from sandbox.sandbox import Sandbox
from tests.e2e.inventory import notifications

BUCKET = "sandbox-existing-trail-us-east-1"
OTHERS_ARN = "arn:aws:{}:us-east-1:123456789012:{}"
ADDED = {"Id": "added-later", "QueueArn": OTHERS_ARN.format("sqs", "later"), "Events": ["s3:ObjectTagging:*"]}


def existing() -> dict[str, Any]:
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


def now(sandbox: Sandbox) -> dict[str, Any]:
    return notifications(sandbox.aws("s3"), BUCKET)


def without_forwarders(configuration: dict[str, Any]) -> dict[str, Any]:
    """Take the entry of Trend's forwarder out, which must be there, once."""
    functions = configuration["LambdaFunctionConfigurations"]
    left = [each for each in functions if ":CloudOne-" not in each["LambdaFunctionArn"]]
    assert len(left) == len(functions) - 1, functions
    rest = {kind: value for kind, value in configuration.items() if kind != "LambdaFunctionConfigurations"}
    return {**rest, "LambdaFunctionConfigurations": left} if left else rest


def add(sandbox: Sandbox) -> None:
    """Do what another team does: read, add one's own, put."""
    live = now(sandbox)
    live.setdefault("QueueConfigurations", []).append(ADDED)
    put(sandbox, live)


def existing_and_added() -> dict[str, Any]:
    expected = existing()
    expected["QueueConfigurations"].append(ADDED)
    return expected
