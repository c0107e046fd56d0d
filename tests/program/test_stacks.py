"""Trend's two CloudFormation stacks: templates, parameters, and a token that stays a secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.resources import vendor_template
from components.settings.model import ExistingTrail, HostedTemplates, Settings
from tests.program.deployment import deploy
from tests.program.recorder import (
    CLOUD_ONE_ACCOUNT,
    TOKEN,
    VENDOR_TEMPLATE,
    WHERE,
    RecordedSecret,
    Registered,
    plain_texts,
)

EXISTING = Settings(trail=ExistingTrail("a-trail-bucket"))


def stack(name: str, settings: Settings = EXISTING) -> Registered:
    return deploy(settings).engine.one("aws:cloudformation/stack:Stack", name)


def test_trends_own_templates_are_used_where_nothing_else_is_said() -> None:
    assert stack("management-role").inputs["templateUrl"] == (
        "https://cloud-one-cloud-accounts-us-east-1.s3.us-east-1.amazonaws.com"
        "/templates/aws/cloud-account-management-role.template"
    )
    assert stack("forwarder").inputs["templateUrl"] == VENDOR_TEMPLATE


def test_hosted_templates_take_the_file_names_of_trends() -> None:
    hosted = replace(EXISTING, templates=HostedTemplates("ours", "trend/"))
    base = "https://ours.s3.us-east-1.amazonaws.com/trend/templates"
    assert stack("management-role", hosted).inputs["templateUrl"] == f"{base}/cloud-account-management-role.template"
    assert stack("forwarder", hosted).inputs["templateUrl"] == f"{base}/cloudtrail.yaml"


def test_the_stacks_are_named_after_the_setting() -> None:
    named = replace(EXISTING, stack_name="Trend-12")
    assert stack("management-role", named).inputs["name"] == "Trend-12-Account"
    assert stack("forwarder", named).inputs["name"] == "Trend-12"


def test_the_management_role_trusts_the_tenants_own_provider() -> None:
    made = stack("management-role").inputs
    assert made["parameters"] == {
        "CloudOneRegion": "us-1",
        "CloudOneAccountID": CLOUD_ONE_ACCOUNT,
        "CloudOneOIDCProviderURL": "cloudaccounts.us-1.cloudone.trendmicro.com",
    }
    assert made["capabilities"] == ["CAPABILITY_NAMED_IAM"]


def test_the_forwarder_gets_its_parameters_with_the_token_as_a_secret() -> None:
    made = stack("forwarder").inputs
    assert made["parameters"] == {
        "ExistingCloudtrailBucketName": "a-trail-bucket",
        "ServiceToken": RecordedSecret(TOKEN),
        "ServiceURL": "https://service.example",
        "S3BucketName": "code-bucket",
        "APIVersion": "v1",
    }
    assert made["capabilities"] == ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def test_the_token_is_minted_for_the_account_and_region_of_the_stack() -> None:
    asked = deploy(EXISTING).engine.one("trend:CloudTrailParameters")
    assert asked.inputs == {
        "cloudOneAccountId": CLOUD_ONE_ACCOUNT,
        "region": "us-1",
        "awsAccountId": WHERE.account_id,
        "awsRegion": WHERE.region,
    }
    assert list(asked.options.additionalSecretOutputs) == ["serviceToken"]


@pytest.mark.parametrize("adopt", [False, True])
def test_the_token_is_in_no_other_property_and_in_no_output(adopt: bool) -> None:
    done = deploy(replace(EXISTING, adopt=adopt, enroll=True))
    holders = [each.name for each in done.engine.made if TOKEN in str(each.inputs)]
    assert holders == ["forwarder"]
    assert [text for each in done.engine.made for text in plain_texts(each.inputs) if TOKEN in text] == []
    assert TOKEN not in str(done.outputs)


def test_a_masked_token_is_no_difference_and_never_sent_as_the_token() -> None:
    options = stack("forwarder").options
    assert list(options.ignoreChanges) == ["parameters.ServiceToken"]
    assert "*" in options.replaceOnChanges, "an update in place would send the mask as the token"
    assert options.deleteBeforeReplace


@pytest.mark.parametrize("name", ["management-role", "forwarder"])
def test_a_stack_that_failed_is_recreated(name: str) -> None:
    made = stack(name)
    assert made.inputs["onFailure"] == "DELETE"
    assert "#initerror" in made.options.replaceOnChanges
    assert made.options.deleteBeforeReplace


def test_the_management_role_survives_a_change_that_can_be_made_in_place() -> None:
    assert list(stack("management-role").options.replaceOnChanges) == ["#initerror"]


def test_the_program_reads_the_templates_and_hands_over_what_it_found() -> None:
    found = [each.inputs["found"] for each in deploy(EXISTING).engine.of_type("trend:VendorTemplate")]
    assert found == [{"digest": "sha256:of-the-template", "retired": {}}] * 2


def test_what_aws_says_of_a_template_is_handed_over_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "thisIsNotASecretOfAnybodyAtAll0123456789"  # pragma: allowlist secret
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    monkeypatch.setattr(vendor_template, "describe_template", lambda *_where: {"problem": f"denied to {secret}"})
    (found, _) = [each.inputs["found"] for each in deploy(EXISTING).engine.of_type("trend:VendorTemplate")]
    assert found["problem"].startswith("denied to ")
    assert secret not in found["problem"]
