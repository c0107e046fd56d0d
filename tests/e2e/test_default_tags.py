"""Tags that the AWS provider adds by itself are judged as `tags` are, before anything is changed."""

from __future__ import annotations

import yaml

from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack


def add_default_tags(stack: SandboxStack, **tags: str) -> None:
    path = stack.folder / f"Pulumi.{stack.name}.yaml"
    content = yaml.safe_load(path.read_text())
    content["config"]["aws:defaultTags"] = {"tags": tags}
    path.write_text(yaml.safe_dump(content))


def test_a_key_of_ours_in_another_case_takes_the_place_of_ours(stack: SandboxStack) -> None:
    add_default_tags(stack, managedBy="platform")
    stack.up()
    iam = stack.sandbox.aws("iam")
    for role in iam.list_roles()["Roles"]:
        if role["RoleName"].startswith(("workload-security", "CloudOne-Account")):
            tags = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
            managed_by = [tag for tag in tags if tag["Key"].lower() == "managedby"]
            assert managed_by == [{"Key": "managedBy", "Value": "platform"}]
    stack.succeed("preview", EXPECT_NO_CHANGES)


def test_keys_that_aws_would_refuse_together_are_refused_before_anything_is_changed(stack: SandboxStack) -> None:
    stack.configure({"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1", "tags": {"team": "blue"}})
    add_default_tags(stack, Team="red")
    refused = stack.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "aws:defaultTags and tags: 'Team' is there twice but for its case" in refused.output
    assert stack.sandbox.trend.requests() == []
    assert stack.sandbox.aws_requests(changing=True) == []
