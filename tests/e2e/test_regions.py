"""Every Cloud One region of the table, each with its AWS region, through the endpoints that the environment names."""

from __future__ import annotations

import pytest

from components.settings.endpoints import AWS_REGIONS
from sandbox.trend import default_tenant
from tests.e2e.inventory import aws_inventory
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack


@pytest.mark.full
@pytest.mark.parametrize(("region", "aws_region"), AWS_REGIONS.items())
def test_a_region_is_linked_and_left_as_it_was(stack: SandboxStack, region: str, aws_region: str) -> None:
    stack.sandbox.trend.set_tenant(default_tenant(region))
    before = aws_inventory(stack.sandbox, aws_region)
    stack.configure({"existingCloudtrailBucketName": f"sandbox-existing-trail-{aws_region}"}, region=aws_region)
    stack.up()
    outputs = stack.outputs()
    assert outputs["cloudOneRegion"] == region
    assert f":{aws_region}:" in outputs["cloudTrailStackId"]
    stack.up(EXPECT_NO_CHANGES)
    stack.destroy()
    assert aws_inventory(stack.sandbox, aws_region) == before


@pytest.mark.full
def test_a_region_that_the_table_lacks_can_be_added(stack: SandboxStack) -> None:
    stack.sandbox.trend.set_tenant(default_tenant("zz-9"))
    refused = stack.run("up", "--yes", "--skip-preview")
    assert [error for error in refused.errors if "zz-9" in error and "regionMap" in error], refused.output
    stack.configure(
        {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1", "regionMap": {"zz-9": "us-east-1"}}
    )
    stack.up()
    assert stack.outputs()["cloudOneRegion"] == "zz-9"
