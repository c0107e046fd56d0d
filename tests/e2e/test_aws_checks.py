"""What the preview says of AWS, without any key; the rules themselves are tested in the lifecycle tier."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.test_bad_input import assert_nothing_changed, assert_refused

REGION = "us-east-1"
BUCKET = f"sandbox-existing-trail-{REGION}"
CODE = {"Bucket": f"cloud-trail-client-stack-template-prod-{REGION}", "Key": "cloudtrail.yaml"}


def encrypt_with_kms(stack: SandboxStack) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    stack.sandbox.aws("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})


def notify_another(stack: SandboxStack) -> None:
    entry = {"Id": "a", "QueueArn": f"arn:aws:sqs:{REGION}:123456789012:a", "Events": ["s3:ObjectCreated:*"]}
    stack.sandbox.aws("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [entry]}
    )


def notify_a_hundred_others(stack: SandboxStack) -> None:
    queue = f"arn:aws:sqs:{REGION}:123456789012:a"
    entries = [
        {
            "Id": str(number),
            "QueueArn": queue,
            "Events": ["s3:ObjectTagging:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": f"{number:03d}/"}]}},
        }
        for number in range(100)
    ]
    stack.sandbox.aws("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": entries}
    )


def make_provider(stack: SandboxStack) -> None:
    url = "https://cloudaccounts.us-1.cloudone.trendmicro.com"
    stack.sandbox.aws("iam").create_open_id_connect_provider(Url=url)


@pytest.mark.parametrize(
    ("spoil", "texts"),
    [
        (encrypt_with_kms, ("SSE-KMS", "no right to decrypt")),
        (notify_another, ("step 8", "EventBridge")),
        (notify_a_hundred_others, ("100 notifications", "no room")),
        (make_provider, ("OpenID Connect provider", "qsS3BucketName")),
    ],
)
def test_what_cannot_work_is_refused_by_a_preview_without_a_key(
    stack: SandboxStack, spoil: Callable[[SandboxStack], None], texts: tuple[str, ...]
) -> None:
    stack.environment.clear()
    spoil(stack)
    stack.sandbox.aws_control.clear_requests()
    assert_refused(stack.run("preview"), *texts)
    assert_nothing_changed(stack)


@pytest.mark.full
def test_a_stopped_trail_is_a_warning_in_a_preview(stack: SandboxStack) -> None:
    stack.sandbox.aws("cloudtrail").stop_logging(Name="sandbox-existing-trail")
    output = stack.succeed("preview")
    _, _, diagnostics = output.partition("Diagnostics:")
    assert diagnostics.count("warning: trail arn:aws:cloudtrail") == 1, output
    assert "aws cloudtrail start-logging" in output


@pytest.mark.full
def test_a_changed_template_shows_as_its_digest_and_a_retired_runtime_is_named_once(stack: SandboxStack) -> None:
    stack.up()
    stack.succeed("preview", EXPECT_NO_CHANGES)
    s3 = stack.sandbox.aws("s3")
    body = s3.get_object(**CODE)["Body"].read()
    s3.put_object(**CODE, Body=body.replace(b"python3.13", b"python3.8"))
    output = stack.succeed("preview", "--diff")
    assert "~ templateDigest" in output
    assert "Forwarder (python3.8)" in output
    assert "AWSTemplateFormatVersion" not in output
    stack.up()
    assert "python3.8" not in stack.succeed("preview", EXPECT_NO_CHANGES)
    deployed = stack.sandbox.aws("lambda").get_function_configuration(FunctionName="CloudOne-ct-forwarder")
    assert deployed["Runtime"] == "python3.8"
    s3.delete_object(**CODE)
    assert "retired runtimes go unseen" in stack.succeed("preview", EXPECT_NO_CHANGES)
