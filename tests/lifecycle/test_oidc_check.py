"""What is found of an OpenID Connect provider that the vendor's stack of step 5 would make a second time."""

from __future__ import annotations

import pytest

from components.aws.context import AwsContext
from components.aws.tags import OWNER_TAG
from components.checks.findings import Finding
from components.checks.oidc import oidc_findings
from components.settings.model import HostedTemplates
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.aws_scene import REGION, Aws

ISSUER = "cloudaccounts.us-1.cloudone.trendmicro.com"
OURS = "trend-onboarding/dev"
HOSTED = HostedTemplates(f"sandbox-assets-{REGION}", "trend/")
KEY = "trend/templates/cloud-account-management-role.template"


def found(aws: Aws, templates: HostedTemplates | None = None, region: str = REGION) -> Finding:
    where = AwsContext(ACCOUNT, region, "aws", "amazonaws.com")
    (finding,) = oidc_findings(aws.clients, templates, where, owner=OURS)
    return finding


def make_provider(aws: Aws, **tags: str) -> str:
    named = [{"Key": key, "Value": value} for key, value in tags.items()]
    iam = aws.sandbox.aws("iam")
    return str(iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", Tags=named)["OpenIDConnectProviderArn"])


def host(aws: Aws, provider: str) -> None:
    """Host a template of one's own with this resource, or without any where it is empty."""
    body = f"Resources:\n  Role: {{Type: AWS::IAM::Role}}\n{provider}"
    aws.s3.put_object(Bucket=HOSTED.bucket_name, Key=KEY, Body=body.encode())


def test_an_account_without_a_provider_is_fine(aws: Aws) -> None:
    assert found(aws).verdict == "ok"


def test_a_provider_of_somebody_elses_is_refused_with_its_arn_and_the_ways_out(aws: Aws) -> None:
    arn = make_provider(aws)
    assert found(aws).verdict == "failed"
    for words in (arn, "something else made it", "delete it", "qsS3BucketName"):
        assert words in str(found(aws))


def test_our_own_provider_is_not_refused_but_that_of_another_stack_of_this_program_is(aws: Aws) -> None:
    make_provider(aws, **{OWNER_TAG: OURS})
    assert found(aws).verdict == "ok"
    aws.sandbox.reset()
    make_provider(aws, **{OWNER_TAG: "trend-onboarding/another"})
    assert found(aws).verdict == "failed"
    assert "Pulumi stack trend-onboarding/another made it" in str(found(aws))


@pytest.mark.parametrize(
    ("provider", "verdict"),
    [
        ("", "ok"),
        ("  Provider: {Type: AWS::IAM::OIDCProvider, Condition: Wanted}", "ok"),
        ("  Provider: {Type: AWS::IAM::OIDCProvider}", "failed"),
    ],
)
def test_a_template_of_ones_own_may_use_the_provider_that_is_there(aws: Aws, provider: str, verdict: str) -> None:
    make_provider(aws)
    host(aws, provider)
    assert found(aws, HOSTED).verdict == verdict


def test_a_template_of_ones_own_that_cannot_be_read_leaves_it_unknown(aws: Aws) -> None:
    make_provider(aws)
    aws.deny("GetObject")
    finding = found(aws, HOSTED)
    assert finding.verdict == "unknown"
    assert "s3:GetObject" in str(finding)


def test_a_provider_that_may_not_be_looked_for_is_unknown(aws: Aws) -> None:
    aws.deny("GetOpenIDConnectProvider")
    assert found(aws).verdict == "unknown"
    assert "iam:GetOpenIDConnectProvider" in str(found(aws))
