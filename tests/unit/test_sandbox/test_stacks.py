"""CloudFormation as the sandbox plays it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from sandbox.sandbox import Sandbox
from tests.unit.test_sandbox.scene import (
    ACCOUNT,
    CODE_BUCKET,
    ISSUER,
    REGIONS,
    ROLE_PARAMETERS,
    TRAIL_PARAMETERS,
    Stacks,
    code_of,
    notifications,
    role_template,
    trail_template,
)


@pytest.mark.parametrize(("cloud_one", "region"), REGIONS.items())
def test_both_of_trends_stacks_can_be_created_in_each_region(sandbox: Sandbox, cloud_one: str, region: str) -> None:
    stacks = Stacks(sandbox, region)
    stacks.create("CloudOne", role_template(region), {**ROLE_PARAMETERS, "CloudOneRegion": cloud_one})
    own = {
        "ExistingCloudtrailBucketName": f"sandbox-existing-trail-{region}",
        "S3BucketName": CODE_BUCKET.format(region),
    }
    stacks.create("CloudOneTrail", trail_template(region), {**TRAIL_PARAMETERS, **own})
    assert [stacks.show(name)["StackStatus"] for name in ("CloudOne", "CloudOneTrail")] == ["CREATE_COMPLETE"] * 2


def test_the_role_stack_makes_an_oidc_provider_and_a_role_that_trusts_the_tenant(sandbox: Sandbox) -> None:
    stacks = Stacks(sandbox)
    stacks.create("CloudOne", role_template(), ROLE_PARAMETERS, Tags=[{"Key": "team", "Value": "security"}])
    (output,) = stacks.show("CloudOne")["Outputs"]
    iam = sandbox.aws("iam")
    role = iam.get_role(RoleName=output["OutputValue"].rpartition("/")[2])["Role"]
    assert (output["OutputKey"], output["OutputValue"]) == ("CloudOneRoleArn", role["Arn"])
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"]["StringEquals"] == {
        f"{ISSUER}:sub": "urn:cloudone:identity:us-1:098765432109:account/098765432109"
    }
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=statement["Principal"]["Federated"])
    assert (provider["Url"], provider["ClientIDList"]) == (ISSUER, [f"arn:aws:iam::{ACCOUNT}:root"])
    assert role["Tags"] == provider["Tags"] == [{"Key": "team", "Value": "security"}]


def test_a_deleted_stack_leaves_none_of_its_resources(sandbox: Sandbox) -> None:
    stacks, iam = Stacks(sandbox), sandbox.aws("iam")
    stacks.create("CloudOne", role_template(), ROLE_PARAMETERS)
    stacks.create("Trail", trail_template(), TRAIL_PARAMETERS)
    for name in ("CloudOne", "Trail"):
        stacks.client.delete_stack(StackName=name)
    assert iam.list_roles()["Roles"] == []
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert sandbox.aws("secretsmanager").list_secrets()["SecretList"] == []
    assert sandbox.aws("lambda").list_functions()["Functions"] == []
    assert sandbox.aws("logs").describe_log_groups()["logGroups"] == []
    with pytest.raises(ClientError, match="does not exist"):
        stacks.show("Trail")


def test_tags_that_a_stack_loses_are_taken_off_its_resources(sandbox: Sandbox) -> None:
    stacks = Stacks(sandbox)
    tags = [{"Key": "team", "Value": "security"}, {"Key": "stage", "Value": "try"}]
    stacks.create("CloudOne", role_template(), ROLE_PARAMETERS, Tags=tags)
    stacks.create("Trail", trail_template(), TRAIL_PARAMETERS, Tags=tags)
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
    for name in ("CloudOne", "Trail"):
        stacks.client.update_stack(
            StackName=name, UsePreviousTemplate=True, Tags=tags[:1], Capabilities=capabilities,
            Parameters=[
                {"ParameterKey": each["ParameterKey"], "UsePreviousValue": True}
                for each in stacks.show(name)["Parameters"]
            ],
        )  # fmt: skip
    iam = sandbox.aws("iam")
    (provider,) = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])["Tags"] == tags[:1]
    for role in iam.list_roles()["Roles"]:
        live = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
        assert [tag for tag in live if tag["Key"] != "lambda:createdBy"] == tags[:1]  # a serverless function's own
    assert sandbox.aws("secretsmanager").describe_secret(SecretId="Trail-ct-service-token")["Tags"] == tags[:1]


def test_the_trail_stack_replaces_the_buckets_notifications_and_wipes_them_on_delete(sandbox: Sandbox) -> None:
    before = notifications(sandbox)
    assert {*before} == {"TopicConfigurations", "LambdaFunctionConfigurations", "EventBridgeConfiguration"}
    stacks = Stacks(sandbox)
    stacks.create("Trail", trail_template(), TRAIL_PARAMETERS)
    (function,) = notifications(sandbox)["LambdaFunctionConfigurations"]
    assert function["LambdaFunctionArn"].endswith(":function:Trail-ct-forwarder")
    stacks.client.delete_stack(StackName="Trail")
    assert notifications(sandbox) == {}


def test_a_secret_parameter_is_masked_and_reaches_the_secret(sandbox: Sandbox) -> None:
    stacks = Stacks(sandbox)
    stacks.create("Trail", trail_template(), TRAIL_PARAMETERS)
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stacks.show("Trail")["Parameters"]}
    assert parameters == {**TRAIL_PARAMETERS, "ServiceToken": "****"}
    secret = sandbox.aws("secretsmanager").get_secret_value(SecretId="Trail-ct-service-token")
    assert secret["SecretString"] == TRAIL_PARAMETERS["ServiceToken"]


def test_a_missing_capability_makes_nothing(sandbox: Sandbox) -> None:
    stacks = Stacks(sandbox)
    with pytest.raises(ClientError) as refused:
        stacks.create("Trail", trail_template(), TRAIL_PARAMETERS, "CAPABILITY_IAM")
    assert code_of(refused) == "InsufficientCapabilitiesException"
    assert stacks.client.describe_stacks()["Stacks"] == []


@pytest.mark.parametrize(
    ("on_failure", "status"),
    [("DELETE", "DELETE_COMPLETE"), ("ROLLBACK", "ROLLBACK_COMPLETE"), ("DO_NOTHING", "CREATE_FAILED")],
)
def test_a_stack_that_fails_ends_as_the_caller_said(sandbox: Sandbox, on_failure: str, status: str) -> None:
    stacks = Stacks(sandbox)
    parameters = {**TRAIL_PARAMETERS, "ExistingCloudtrailBucketName": "there-is-no-such-bucket"}
    stack_id = stacks.create("Trail", trail_template(), parameters, OnFailure=on_failure)
    assert stacks.show(stack_id)["StackStatus"] == status
    assert "NoSuchBucket: The specified bucket does not exist" in stacks.reasons(stack_id)
    left = sandbox.aws("lambda").list_functions()["Functions"]
    assert len(left) == (1 if on_failure == "DO_NOTHING" else 0)


def test_a_second_oidc_provider_for_one_url_fails_the_stack_and_spares_the_first(sandbox: Sandbox) -> None:
    iam = sandbox.aws("iam")
    first = iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ThumbprintList=[], ClientIDList=["mine"])
    stacks = Stacks(sandbox)
    stacks.create("CloudOne", role_template(), ROLE_PARAMETERS)
    assert stacks.show("CloudOne")["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.reasons("CloudOne") == [f"EntityAlreadyExists: Provider with url https://{ISSUER} already exists."]
    arn = first["OpenIDConnectProviderArn"]
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["mine"]
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        stacks.update("CloudOne", role_template(), ROLE_PARAMETERS)


def test_an_update_changes_what_depends_on_the_parameter_and_a_second_one_has_nothing_to_do(sandbox: Sandbox) -> None:
    stacks, secrets = Stacks(sandbox), sandbox.aws("secretsmanager")
    stacks.create("Trail", trail_template(), TRAIL_PARAMETERS)
    changed = {**TRAIL_PARAMETERS, "ServiceToken": "another-token"}
    stacks.update("Trail", trail_template(), changed)
    assert stacks.show("Trail")["StackStatus"] == "UPDATE_COMPLETE"
    assert secrets.get_secret_value(SecretId="Trail-ct-service-token")["SecretString"] == "another-token"
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update("Trail", trail_template(), changed)


def test_an_update_that_fails_goes_back_to_what_was(sandbox: Sandbox) -> None:
    stacks = Stacks(sandbox)
    stacks.create("Trail", trail_template(), TRAIL_PARAMETERS)
    before = notifications(sandbox)
    stacks.update(
        "Trail",
        trail_template(),
        {**TRAIL_PARAMETERS, "ExistingCloudtrailBucketName": "there-is-no-such-bucket", "ServiceToken": "lost"},
    )
    assert stacks.show("Trail")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    secret = sandbox.aws("secretsmanager").get_secret_value(SecretId="Trail-ct-service-token")
    assert secret["SecretString"] == TRAIL_PARAMETERS["ServiceToken"]
    after = notifications(sandbox)
    assert [each["LambdaFunctionArn"] for each in after["LambdaFunctionConfigurations"]] == [
        each["LambdaFunctionArn"] for each in before["LambdaFunctionConfigurations"]
    ]


def test_an_update_changes_a_roles_trust(sandbox: Sandbox) -> None:
    stacks, iam = Stacks(sandbox), sandbox.aws("iam")
    stacks.create("CloudOne", role_template(), ROLE_PARAMETERS)
    (role,) = iam.list_roles()["Roles"]
    stacks.update("CloudOne", role_template(), {**ROLE_PARAMETERS, "CloudOneRegion": "de-1"})
    changed = iam.get_role(RoleName=role["RoleName"])["Role"]["AssumeRolePolicyDocument"]
    assert "urn:cloudone:identity:de-1:" in json.dumps(changed)


def test_a_role_that_somebody_else_added_a_policy_to_keeps_its_stack_from_being_deleted(sandbox: Sandbox) -> None:
    stacks, iam = Stacks(sandbox), sandbox.aws("iam")
    stacks.create("CloudOne", role_template(), ROLE_PARAMETERS)
    (role,) = iam.list_roles()["Roles"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="theirs", PolicyDocument=json.dumps(policy))
    stacks.client.delete_stack(StackName="CloudOne")
    assert stacks.show("CloudOne")["StackStatus"] == "DELETE_FAILED"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://bucket.s3.us-east-1.amazonaws.com/x", "must be a supported URL"),
        ("https://example.com/x", "must be a supported URL"),
        ("https://there-is-no-such-bucket.s3.us-east-1.amazonaws.com/x", "S3 error: The specified bucket"),
        (role_template() + "x", "S3 error: Access Denied"),
        (role_template().replace("s3.us-east-1", "s3.eu-west-2"), "using its own endpoint"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused(sandbox: Sandbox, url: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        Stacks(sandbox).create("CloudOne", url, {})


def test_templates_hosted_in_ones_own_bucket_under_a_prefix_can_be_deployed(sandbox: Sandbox) -> None:
    url = "https://sandbox-assets-eu-west-2.s3.eu-west-2.amazonaws.com/trend/templates/"
    stacks = Stacks(sandbox, "eu-west-2")
    stacks.create("CloudOne", f"{url}cloud-account-management-role.template", ROLE_PARAMETERS)
    assert stacks.show("CloudOne")["StackStatus"] == "CREATE_COMPLETE"


def test_what_was_made_last_is_deleted_first(sandbox: Sandbox) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}
    profile = {"Path": "/", "Roles": [{"Ref": "Role"}]}
    template = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": profile},
        }
    }
    cloudformation, iam = sandbox.aws("cloudformation"), sandbox.aws("iam")
    cloudformation.create_stack(
        StackName="Own", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"], OnFailure="DO_NOTHING"
    )
    assert len(iam.list_instance_profiles()["InstanceProfiles"][0]["Roles"]) == 1
    cloudformation.delete_stack(StackName="Own")
    assert (iam.list_roles()["Roles"], iam.list_instance_profiles()["InstanceProfiles"]) == ([], [])


def test_a_resource_type_that_would_outlive_its_stack_is_refused(sandbox: Sandbox) -> None:
    template = {"Resources": {"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {}}}}
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::IAM::ManagedPolicy\]"):
        sandbox.aws("cloudformation").create_stack(
            StackName="Own", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
        )
