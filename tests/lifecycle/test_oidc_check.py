"""What is found of an OpenID Connect provider that Trend's stack of step 5 would create a second time."""

from __future__ import annotations

import json

import pytest

from components.aws.context import AwsContext
from components.checks.findings import Finding
from components.checks.oidc import oidc_findings
from components.checks.stacks import StackIds
from components.settings.model import HostedTemplates, NewTrail, Settings
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.aws_scene import REGION, AwsScene

ISSUER = "cloudaccounts.us-1.cloudone.trendmicro.com"
HOSTED = HostedTemplates(f"sandbox-assets-{REGION}", "trend/")
KEY = "trend/templates/cloud-account-management-role.template"


def found(
    aws: AwsScene, templates: HostedTemplates | None = None, region: str = REGION, managed: StackIds | None = ()
) -> Finding:
    where = AwsContext(ACCOUNT, region, "aws", "amazonaws.com")
    settings = Settings(trail=NewTrail(), templates=templates, region_map={"zz-1": "eu-north-1"})
    (finding,) = oidc_findings(aws.clients, settings, where, managed)
    return finding


def create_provider(aws: AwsScene, issuer: str = ISSUER) -> str:
    created = aws.sandbox.aws("iam").create_open_id_connect_provider(Url=f"https://{issuer}")
    return str(created["OpenIDConnectProviderArn"])


def create_stack(aws: AwsScene, name: str = "CloudOne-Account") -> str:
    """Create a CloudFormation stack that holds the provider, without any tag, and return its id."""
    properties = {"Url": f"https://{ISSUER}", "ClientIdList": ["x"]}
    body = json.dumps({"Resources": {"Provider": {"Type": "AWS::IAM::OIDCProvider", "Properties": properties}}})
    return str(aws.sandbox.aws("cloudformation").create_stack(StackName=name, TemplateBody=body)["StackId"])


def host(aws: AwsScene, provider: str) -> None:
    """Host a template of one's own with this resource, or without any where it is empty."""
    body = f"Resources:\n  Role: {{Type: AWS::IAM::Role}}\n{provider}"
    aws.s3.put_object(Bucket=HOSTED.bucket_name, Key=KEY, Body=body.encode())


def test_an_account_without_a_provider_is_fine(aws: AwsScene) -> None:
    assert found(aws).verdict == "ok"


def test_a_provider_that_no_stack_holds_is_refused_with_its_arn_and_the_ways_out(aws: AwsScene) -> None:
    arn = create_provider(aws)
    assert found(aws).verdict == "failed"
    for text in (arn, "no CloudFormation stack of this stack holds", "delete it", "qsS3BucketName"):
        assert text in str(found(aws))


def test_a_provider_is_this_stacks_when_a_stack_of_the_state_holds_it_whatever_its_tags(aws: AwsScene) -> None:
    ours = create_stack(aws)
    assert found(aws, managed={ours}).verdict == "ok"
    assert found(aws, managed=()).verdict == "failed", "another's stack holds it"


def test_iam_is_not_asked_about_what_a_stack_of_the_state_holds(aws: AwsScene) -> None:
    ours = create_stack(aws)
    aws.deny("GetOpenIDConnectProvider")
    assert found(aws, managed={ours}).verdict == "ok"


def test_a_region_that_the_settings_add_counts(aws: AwsScene) -> None:
    create_provider(aws, "cloudaccounts.zz-1.cloudone.trendmicro.com")
    assert found(aws, region="eu-north-1").verdict == "failed"


def test_a_provider_that_outlived_its_stack_is_refused(aws: AwsScene) -> None:
    ours = create_stack(aws)
    aws.sandbox.aws("cloudformation").delete_stack(StackName=ours)
    create_provider(aws)
    assert found(aws, managed={ours}).verdict == "failed"


def test_where_the_state_is_not_shown_nobody_can_tell_whose_a_provider_is(aws: AwsScene) -> None:
    create_provider(aws)
    assert found(aws, managed=None).verdict == "unknown"
    assert "cannot determine" in str(found(aws, managed=None))


@pytest.mark.parametrize(
    ("provider", "verdict"),
    [
        ("", "ok"),
        ("  Provider: {Type: AWS::IAM::OIDCProvider, Condition: Wanted}", "ok"),
        ("  Provider: {Type: AWS::IAM::OIDCProvider}", "failed"),
    ],
)
def test_a_template_of_ones_own_may_use_the_provider_that_is_there(aws: AwsScene, provider: str, verdict: str) -> None:
    create_provider(aws)
    host(aws, provider)
    assert found(aws, HOSTED).verdict == verdict


def test_a_template_of_ones_own_that_cannot_be_read_leaves_it_unknown(aws: AwsScene) -> None:
    create_provider(aws)
    aws.deny("GetObject")
    finding = found(aws, HOSTED)
    assert finding.verdict == "unknown"
    assert "s3:GetObject" in str(finding)


def test_a_provider_that_may_not_be_looked_for_is_unknown(aws: AwsScene) -> None:
    aws.deny("GetOpenIDConnectProvider")
    assert found(aws).verdict == "unknown"
    assert "iam:GetOpenIDConnectProvider" in str(found(aws))
