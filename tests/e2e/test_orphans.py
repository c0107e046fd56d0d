"""What is removed as left behind: what carries the deployment's mark and was created by the runs in question."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from components.aws.tags import DEPLOYMENT_TAG, OWNER_TAG
from operate.doctor.diagnosis import before_deployment
from operate.engine.moments import now
from operate.engine.stack import Stack
from operate.engine.state import BUCKET, Resource, State
from operate.recovery.orphans import remove_orphans
from sandbox.aws import seeds
from sandbox.sandbox import Sandbox
from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import UP, operate
from tests.e2e.pulumi_cli import SandboxStack
from tests.e2e.standing import links, world

MARK = "3f0c7f5e-0000-4000-8000-000000000000"
TEMPLATE = json.dumps(
    {"Resources": {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "held"}}}}
)
EMPTY_POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


def bucket_for_trails(sandbox: Sandbox) -> str:
    """Create a bucket to which CloudTrail may deliver; return its name."""
    name, service = "trails", {"Service": "cloudtrail.amazonaws.com"}
    statements = [
        {"Effect": "Allow", "Principal": service, "Action": action, "Resource": f"arn:aws:s3:::{name}{objects}"}
        for action, objects in (("s3:GetBucketAcl", ""), ("s3:PutObject", "/*"))
    ]
    s3 = sandbox.aws("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return name


def create_one_of_each(sandbox: Sandbox, trails_bucket: str, **tags: str) -> list[Resource]:
    """Create what `operate` may have to find again, and return how Pulumi would know it."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    s3 = sandbox.aws("s3")
    s3.create_bucket(Bucket="left-bucket")
    s3.put_bucket_tagging(Bucket="left-bucket", Tagging={"TagSet": listed})
    sandbox.aws("iam").create_role(RoleName="left-role", AssumeRolePolicyDocument=EMPTY_POLICY, Tags=listed)
    trails = sandbox.aws("cloudtrail")
    trails.create_trail(Name="left-trail", S3BucketName=trails_bucket, TagsList=listed)
    trails.start_logging(Name="left-trail")
    sandbox.aws("cloudformation").create_stack(StackName="left-stack", TemplateBody=TEMPLATE, Tags=listed)
    kinds = {
        "aws:iam/role:Role": {"name": "left-role"},
        BUCKET: {"bucket": "left-bucket"},
        "aws:cloudtrail/trail:Trail": {"name": "left-trail"},
        "aws:cloudformation/stack:Stack": {"name": "left-stack"},
    }
    return [Resource(f"urn::{type_}", type_, inputs=inputs) for type_, inputs in kinds.items()]


@pytest.mark.parametrize(
    ("tags", "run_began", "removed"),
    [
        ({DEPLOYMENT_TAG: MARK}, timedelta(seconds=30), True),
        ({DEPLOYMENT_TAG: MARK}, timedelta(seconds=-30), False),
        ({DEPLOYMENT_TAG: "of-another-deployment"}, timedelta(seconds=30), False),
        ({}, timedelta(seconds=30), False),
    ],
    ids=["of the run", "created before the run", "of another deployment", "without a mark"],
)
def test_only_what_carries_the_mark_and_was_created_within_the_run_is_removed(
    stack: SandboxStack,
    operated: Callable[[SandboxStack], Stack],
    capsys: pytest.CaptureFixture[str],
    tags: dict[str, str],
    run_began: timedelta,
    removed: bool,
) -> None:
    bucket = bucket_for_trails(stack.sandbox)
    before = aws_inventory(stack.sandbox)
    operating = operated(stack)
    left = create_one_of_each(stack.sandbox, bucket, **tags, **{OWNER_TAG: operating.owner})
    created = aws_inventory(stack.sandbox)

    remove_orphans(operating, left, known=State.of({}), marks={MARK}, since=now() - run_began)

    assert aws_inventory(stack.sandbox) == (before if removed else created)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(left)
    assert all(line.endswith("which was left behind") if removed else " alone: it " in line for line in lines), lines


@pytest.mark.parametrize("adopt", [False, pytest.param(True, marks=pytest.mark.full)])
def test_a_second_deployment_of_the_same_names_harms_nothing_of_the_first(
    stack: SandboxStack, tmp_path: Path, adopt: bool
) -> None:
    """The state was lost, or another organization has a stack of this name: its update fails and is reverted."""
    stack.up()
    first = world(stack)
    bucket = "sandbox-existing-trail-us-east-1"
    second = in_another_backend(stack, tmp_path, existingCloudtrailBucketName=bucket, adopt=adopt)

    failed = operate(second, *UP)

    assert failed.code == 1, failed.output
    assert world(stack) == first, failed.output
    stack.succeed("preview", "--refresh", "--expect-no-changes")


def in_another_backend(stack: SandboxStack, folder: Path, **settings: object) -> SandboxStack:
    """Return a stack of the same names whose state is elsewhere: that of the first was lost, or is somebody else's."""
    (folder / "backend").mkdir()
    environment = {**stack.environment, "PULUMI_BACKEND_URL": f"{(folder / 'backend').as_uri()}?metadata=skip"}
    second = SandboxStack(stack.sandbox, folder / "second", environment, name=stack.name)
    second.configure(settings)
    return second


def host_a_template_without_provider(sandbox: Sandbox) -> None:
    """Let copies of the templates use the OpenID Connect provider that the account has."""
    template = yaml.compose(Path(seeds.TEMPLATES, seeds.ROLE_TEMPLATE).read_text())
    assert template is not None
    resources = next(value for key, value in template.value if key.value == "Resources")
    resources.value = [(key, value) for key, value in resources.value if key.value != "CloudOneOIDCProvider"]
    arn = "arn:aws:iam::${AWS::AccountId}:oidc-provider/${CloudOneOIDCProviderURL}"
    body = yaml.serialize(template).replace("${CloudOneOIDCProvider.Arn}", arn)
    key = f"{seeds.OWN_ASSETS_PREFIX}templates/{seeds.ROLE_TEMPLATE}"
    sandbox.aws("s3").put_object(Bucket=f"{seeds.OWN_ASSETS_BUCKET}-us-east-1", Key=key, Body=body.encode())


@pytest.mark.full
def test_a_link_that_another_deployment_manages_is_not_adopted_before_its_owner_lets_go_of_it(
    stack: SandboxStack, tmp_path: Path, operated: Callable[[SandboxStack], Stack]
) -> None:
    sandbox = stack.sandbox
    host_a_template_without_provider(sandbox)
    stack.up()
    first = world(stack)
    hosted = {"qsS3BucketName": f"{seeds.OWN_ASSETS_BUCKET}-us-east-1", "qsS3KeyPrefix": seeds.OWN_ASSETS_PREFIX}
    second = in_another_backend(stack, tmp_path, createNewTrail=True, adopt=True, stackName="Second", **hosted)

    for refused in (second.run("up", "--yes", "--skip-preview"), operate(second, *UP)):
        assert refused.code == 1, refused.output
        assert f"managed by another deployment of this program, of Pulumi stack trend-onboarding/{stack.name}" in (
            refused.output
        )
        assert f"--tag-keys {DEPLOYMENT_TAG}" in refused.output
        assert world(stack) == first, refused.output
    failed = [each.subject for each in before_deployment(operated(second)).findings if each.verdict == "failed"]
    assert failed == ["Workload Security connector", "Cloud One cloud account"]

    roles = [stack.outputs()[name].rpartition("/")[2] for name in ("workloadSecurityRoleArn", "cloudOneRoleArn")]
    for role in roles:
        sandbox.aws("iam").untag_role(RoleName=role, TagKeys=[DEPLOYMENT_TAG])
    second.up()
    assert [link.role_arn for link in sandbox.trend.state().cloud_accounts] == [second.outputs()["cloudOneRoleArn"]]
    second.destroy()
    assert links(second) == first["links"]
