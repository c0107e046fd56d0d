"""The whole life of a deployment on the real engine: up, no change, down."""

from __future__ import annotations

import pytest

from sandbox.gate.faults import Fault
from tests.e2e.inventory import aws_inventory
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack

OUTPUTS = {
    "cloudOneAccountId", "cloudOneRegion", "awsAccountId", "workloadSecurityRoleArn", "workloadSecurityConnectorId",
    "cloudOneRoleArn", "cloudAccountId", "cloudAccountState", "trailBucketName", "cloudTrailStackId", "visionOneStatus",
    "health",
}  # fmt: skip


def test_up_links_the_account_then_nothing_changes_and_destroy_removes_all_but_the_enrollment(
    stack: SandboxStack,
) -> None:
    sandbox = stack.sandbox
    before, untouched = aws_inventory(sandbox), sandbox.trend.state()

    stack.up()

    calls = [f"{each.service} {each.action}" for each in sandbox.trend.requests()]
    assert 0 < len(calls) <= 12, calls  # ten at most to link, and two to read back
    outputs = stack.outputs()
    assert set(outputs) == OUTPUTS
    assert outputs["cloudOneAccountId"] == sandbox.tenant.account_id
    assert outputs["awsAccountId"] == outputs["cloudAccountId"] == sandbox.account
    assert outputs["cloudAccountState"] == "managed"
    assert outputs["visionOneStatus"] == "registered"
    trend, after_up = sandbox.trend.state(), aws_inventory(sandbox)
    assert [link.cross_account_role_arn for link in trend.connectors] == [outputs["workloadSecurityRoleArn"]]
    assert [link.role_arn for link in trend.cloud_accounts] == [outputs["cloudOneRoleArn"]]
    assert set(after_up["stacks"]) - set(before["stacks"]) == {"CloudOne", "CloudOne-Account"}
    assert len(after_up["roles"]) > len(before["roles"])

    stack.succeed("preview", EXPECT_NO_CHANGES)
    stack.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)
    stack.succeed("preview", EXPECT_NO_CHANGES)
    sandbox.trend.clear_requests()
    stack.up(EXPECT_NO_CHANGES)
    assert sandbox.trend.requests() == []

    farewell = stack.destroy()

    assert "the enrollment of Cloud One account" in farewell
    assert aws_inventory(sandbox) == before
    left = sandbox.trend.state()
    assert (left.connectors, left.cloud_accounts) == (untouched.connectors, untouched.cloud_accounts) == ((), ())
    assert left.registration is not None


@pytest.mark.full
def test_a_new_trail_gets_a_bucket_that_destroy_keeps(stack: SandboxStack) -> None:
    before = aws_inventory(stack.sandbox)
    stack.configure({"createNewTrail": True})
    stack.up()
    outputs = stack.outputs()
    assert set(outputs) == OUTPUTS | {"trailArn"}
    stack.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)
    stack.up(EXPECT_NO_CHANGES)
    stack.destroy()
    after = aws_inventory(stack.sandbox)
    assert after["buckets"].pop(outputs["trailBucketName"]) == {}
    assert after == before


@pytest.mark.full
def test_destroy_removes_the_new_bucket_and_its_logs_where_the_settings_say_so(stack: SandboxStack) -> None:
    before = aws_inventory(stack.sandbox)
    stack.configure({"createNewTrail": True, "trailBucketOnDestroy": "delete"})
    stack.up()
    s3, bucket = stack.sandbox.aws("s3"), stack.outputs()["trailBucketName"]
    s3.delete_bucket_policy(Bucket=bucket)  # moto applies its TLS-only statement without looking at the condition
    s3.put_object(Bucket=bucket, Key="AWSLogs/x.json.gz", Body=b"log")
    stack.destroy()
    assert aws_inventory(stack.sandbox) == before


@pytest.mark.full
def test_templates_can_come_from_a_bucket_of_ones_own(stack: SandboxStack) -> None:
    s3 = stack.sandbox.aws("s3")
    vendors = {
        "cloud-account-management-role.template": "cloud-one-cloud-accounts-us-east-1",
        "cloudtrail.yaml": "cloud-trail-client-stack-template-prod-us-east-1",
    }
    s3.create_bucket(Bucket="templates-of-ours")
    for file_name, vendors_bucket in vendors.items():
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=vendors_bucket)["Contents"]]
        key = next(key for key in keys if key.endswith(file_name))
        body = s3.get_object(Bucket=vendors_bucket, Key=key)["Body"].read()
        s3.put_object(Bucket="templates-of-ours", Key=f"trend/v1/templates/{file_name}", Body=body)
        s3.delete_object(Bucket=vendors_bucket, Key=key)
    stack.configure(
        {
            "existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1",
            "qsS3BucketName": "templates-of-ours",
            "qsS3KeyPrefix": "trend/v1",
        }
    )
    stack.up()
    made = aws_inventory(stack.sandbox)["stacks"]
    assert {"CloudOne", "CloudOne-Account"} <= set(made)
    stack.up(EXPECT_NO_CHANGES)
    stack.destroy()


@pytest.mark.full
def test_a_busy_bucket_a_token_between_blanks_and_registrations_in_a_list_cost_no_deployment(
    stack: SandboxStack,
) -> None:
    trend, put = stack.sandbox.trend, "PutBucketNotificationConfiguration"
    trend.behave(registration_form="list")
    stack.environment["VISION_ONE_SERVICE_TOKEN"] = f" {stack.environment['VISION_ONE_SERVICE_TOKEN']}\n"
    message = "A conflicting conditional operation is currently in progress against this resource. Please try again."
    busy = Fault(service="s3", action=put, count=2, status=409, code="OperationAborted", message=message)
    stack.sandbox.aws_control.add_fault(busy)
    stack.up()
    assert len([call for call in stack.sandbox.aws_requests() if call.action == put]) == 3
    assert stack.outputs()["visionOneStatus"] == "registered"
    stack.destroy()
    stack.up()  # with the same token, which Trend has seen
    assert stack.outputs()["visionOneStatus"] == "registered"
    enrolled = [call for call in trend.requests() if call.action == "POST /connectors"]
    assert [call.status for call in enrolled if (call.status or 0) < 300] == [200]
    stack.up(EXPECT_NO_CHANGES)
