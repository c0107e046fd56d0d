"""Existing notifications of the trail's bucket survive all that happens to a deployment."""

from __future__ import annotations

import pytest

from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.subscribers import (
    ADDED,
    BUCKET,
    OTHERS_ARN,
    add,
    existing,
    existing_and_added,
    now,
    put,
    without_forwarders,
)

PUT = "PutBucketNotificationConfiguration"


@pytest.mark.full
def test_all_kinds_survive_up_no_change_refresh_and_destroy(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    shared.up()
    assert without_forwarders(now(sandbox)) == existing()
    shared.up(EXPECT_NO_CHANGES)
    shared.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)
    shared.up(EXPECT_NO_CHANGES)
    assert without_forwarders(now(sandbox)) == existing()
    shared.destroy()
    assert now(sandbox) == existing()


@pytest.mark.full
def test_a_replaced_stack_costs_nobody_anything_not_even_what_was_added_since(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    shared.up()
    add(sandbox)
    shared.configure({"existingCloudtrailBucketName": BUCKET, "tags": {"team": "security"}})
    shared.up()
    assert without_forwarders(now(sandbox)) == existing_and_added()
    shared.up(EXPECT_NO_CHANGES)
    shared.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)
    shared.destroy()
    assert now(sandbox) == existing_and_added()


@pytest.mark.full
def test_what_others_add_before_destroy_survives_it(shared: SandboxStack) -> None:
    shared.up()
    add(shared.sandbox)
    shared.destroy()
    assert now(shared.sandbox) == existing_and_added()


@pytest.mark.full
def test_what_others_add_is_taken_up_by_a_refresh_and_is_no_change_after_it(shared: SandboxStack) -> None:
    shared.up()
    add(shared.sandbox)
    shared.up(EXPECT_NO_CHANGES)
    output = shared.succeed("refresh", "--yes", "--skip-preview", "--diff")
    assert "added-later" in output
    shared.up(EXPECT_NO_CHANGES)
    assert without_forwarders(now(shared.sandbox)) == existing_and_added()


@pytest.mark.full
def test_what_an_owner_removes_stays_removed(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    shared.up()
    live = now(sandbox)
    del live["QueueConfigurations"]
    put(sandbox, live)
    expected = existing()
    del expected["QueueConfigurations"]
    shared.up("--refresh")
    assert without_forwarders(now(sandbox)) == expected
    shared.destroy()
    assert now(sandbox) == expected


@pytest.mark.full
def test_a_wiped_bucket_shows_as_drift_and_up_repairs_it(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    shared.up()
    whole = now(sandbox)
    put(sandbox, {})
    run = shared.run("preview", "--refresh", "--diff", EXPECT_NO_CHANGES)
    assert run.code != 0, run.output
    assert "forwarderNotified" in run.output
    assert "removals" in run.output
    shared.up("--refresh")
    assert now(sandbox) == whole
    shared.up(EXPECT_NO_CHANGES)
    shared.succeed("refresh", "--yes", "--skip-preview", EXPECT_NO_CHANGES)


@pytest.mark.full
def test_a_configuration_put_over_all_others_is_merged_with_them(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    shared.up()
    put(sandbox, {"QueueConfigurations": [ADDED]})
    shared.up("--refresh")
    live = without_forwarders(now(sandbox))
    assert {each["Id"] for each in live["QueueConfigurations"]} == {"audit", "added-later"}
    assert live["TopicConfigurations"] == existing()["TopicConfigurations"]
    shared.up(EXPECT_NO_CHANGES)


def test_an_overlapping_notification_is_refused_before_anything_is_made(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    live = existing()
    live["QueueConfigurations"][0]["Events"] = ["s3:ObjectCreated:Put"]
    put(sandbox, live)
    sandbox.aws_control.clear_requests()
    refused = shared.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert len(refused.errors) == 1, refused.output
    for word in ("step 8", BUCKET, "'audit'", OTHERS_ARN.format("sqs", "audit"), "s3:ObjectCreated:Put"):
        assert word in refused.errors[0]
    assert sandbox.aws_requests(changing=True) == []
    assert [call for call in sandbox.trend.requests(changing=True) if call.action != "POST /awsconnectors/search"] == []
    assert now(sandbox) == live


@pytest.mark.full
def test_nothing_is_put_where_nobody_has_anything(shared: SandboxStack) -> None:
    sandbox = shared.sandbox
    put(sandbox, {})
    sandbox.aws_control.clear_requests()
    shared.up()
    shared.destroy()
    assert [call for call in sandbox.aws_requests(changing=True) if call.action == PUT] == []
    assert now(sandbox) == {}


@pytest.mark.full
def test_a_preview_reads_the_buckets_notifications_and_changes_nothing(shared: SandboxStack) -> None:
    shared.sandbox.aws_control.clear_requests()
    shared.succeed("preview")
    assert "GetBucketNotificationConfiguration" in {call.action for call in shared.sandbox.aws_requests()}
    assert shared.sandbox.aws_requests(changing=True) == []


@pytest.mark.full
def test_another_name_for_trends_stack_costs_nobody_anything(shared: SandboxStack) -> None:
    shared.up()
    shared.configure({"existingCloudtrailBucketName": BUCKET, "stackName": "Other"})
    shared.up()
    live = now(shared.sandbox)
    forwarders = [each["LambdaFunctionArn"] for each in live.pop("LambdaFunctionConfigurations")]
    assert {arn.rpartition(":")[2].partition("-")[0] for arn in forwarders} == {"restores", "Other"}
    shared.destroy()
    assert now(shared.sandbox) == existing()


@pytest.mark.parametrize(
    "change", [{"stackName": "Other"}, {"tags": {"team": "security"}}], ids=lambda each: next(iter(each))
)
def test_a_preview_shows_no_existing_notification_as_deleted(shared: SandboxStack, change: dict[str, object]) -> None:
    shared.up()
    shared.configure({"existingCloudtrailBucketName": BUCKET, **change})
    gone = [line for line in shared.succeed("preview", "--diff").splitlines() if line.lstrip().startswith("- ")]
    assert [
        line for line in gone if any(name in line for name in ("removals", "audit", "restores", "EventBridge"))
    ] == []
    shared.destroy()
