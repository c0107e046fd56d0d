"""Trend's template behind a link: when it is asked for, whose account is left alone, and what is cleaned up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.aws import clients as aws_clients
from components.aws.tags import DEPLOYMENT_TAG, TEMPLATE_TAG
from components.resources import vision_one_registered
from components.resources.base import OnboardingError
from components.resources.vision_one_registered import RegisteredAccountProvider, StackRoleProvider
from components.resources.vision_one_template_provider import DRIFT, VisionOneTemplateProvider
from sandbox.gate.faults import Fault
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.aws_scene import REGION, AwsScene
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import TENANT

MARK, STACK = "mark-of-this-deployment", "Trend-VisionOne"
LINK, TEXT = (
    "POST /v3.0/cam/awsAccounts/generateCfnTemplateLinks",
    "GET /templates/aws/cloud-account-management.template",
)
POST = "POST /v3.0/cam/awsAccounts"
FEATURES = [{"id": "container-security", "regions": [REGION]}]
TAGS = {"team": "security", DEPLOYMENT_TAG: MARK}
INPUTS: dict[str, Any] = {
    "customer": TENANT.business.id,
    "businessId": TENANT.business.id,
    "oidcProvider": TENANT.business.issuer,
    "visionOneRegion": "us",
    "awsAccountId": ACCOUNT,
    "awsRegion": REGION,
    "accountName": "AWS ours",
    "description": "by the stack",
    "features": FEATURES,
    "stackName": STACK,
    "stackSettings": {"parameters": {}, "tags": TAGS},
    "mark": MARK,
    "adopt": False,
}


class TemplateScene:
    """The template, and the stack that the engine makes of it."""

    def __init__(self, aws: AwsScene) -> None:
        self.aws, self.trend = aws, aws.sandbox.trend
        self.engine = Engine({"visionOneApiKey": aws.sandbox.tenant.business.full_access_key.value})
        self.template = self.engine.resource(VisionOneTemplateProvider)
        self.role = self.engine.resource(StackRoleProvider)
        self.account = self.engine.resource(RegisteredAccountProvider)
        self.stacks = aws.sandbox.aws("cloudformation")
        self.iam = aws.sandbox.aws("iam")

    def deploy(self, **tags: str) -> None:
        """Create the stack as the program does."""
        outs = self.template.outs
        wanted = {**outs["stackSettings"]["tags"], TEMPLATE_TAG: outs["templateDigest"], **tags}
        self.stacks.create_stack(
            StackName=STACK,
            TemplateURL=outs["templateUrl"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in outs["parameters"].items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": key, "Value": value} for key, value in wanted.items()],
        )
        self.trend.clear_requests()

    @property
    def stack_id(self) -> str:
        return str(self.stacks.describe_stacks(StackName=STACK)["Stacks"][0]["StackId"])

    @property
    def role_inputs(self) -> dict[str, Any]:
        return {"awsAccountId": ACCOUNT, "awsRegion": REGION, "stackId": self.stack_id}

    def account_inputs(self, **more: Any) -> dict[str, Any]:
        names = ("awsAccountId", "accountName", "description", "features", "adopt")
        inputs = {name: INPUTS[name] for name in names}
        return {**inputs, "roleArn": self.role.outs["roleArn"], "before": self.template.outs["before"], **more}

    def accounts(self) -> list[dict[str, Any]]:
        return [each.wire() for each in self.trend.state().vision_one_accounts]

    def calls(self) -> list[str]:
        """Return the calls to Vision One since the last time."""
        calls = [each.action for each in self.trend.requests("visionone")]
        self.trend.clear_requests()
        return calls

    def make_role(self, name: str, **tags: str) -> str:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        return str(self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Tags=listed)["Role"]["Arn"])


@pytest.fixture
def scene(aws: AwsScene, monkeypatch: pytest.MonkeyPatch) -> TemplateScene:
    monkeypatch.setenv("AWS_REGION", REGION)
    aws_clients.clients.cache_clear()
    monkeypatch.setattr(vision_one_registered, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(vision_one_registered, "REGISTERED_WITHIN", 0.2)
    return TemplateScene(aws)


@pytest.fixture
def made(scene: TemplateScene) -> EngineResource:
    """The template with its stack."""
    scene.template.up(INPUTS)
    scene.deploy()
    return scene.template


def test_nothing_is_asked_where_nothing_changed(scene: TemplateScene, made: EngineResource) -> None:
    assert made.preview(INPUTS) == made.up(INPUTS) == "same"
    assert scene.calls() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"features": []},
        {"stackSettings": {"parameters": {}, "tags": {**TAGS, "team": "other"}}},
        {"stackSettings": {"parameters": {"CloudAuditLogMonitoringCloudTrailArn": "arn"}, "tags": TAGS}},
    ],
)
def test_another_stack_takes_another_link(scene: TemplateScene, made: EngineResource, changed: dict[str, Any]) -> None:
    before = made.outs
    assert made.up({**INPUTS, **changed}) == "update"
    assert scene.calls() == [LINK, TEXT]
    assert made.outs["templateUrl"] != before["templateUrl"]
    assert made.outs["parameters"]["VisionOneAPIKey"] != before["parameters"]["VisionOneAPIKey"]
    assert made.outs["templateDigest"] == before["templateDigest"] or "features" in changed


def test_what_the_account_is_changed_by_takes_none(scene: TemplateScene, made: EngineResource) -> None:
    """The engine keeps these from the provider; where it does not, as after an upgrade, nothing is asked either."""
    before = made.outs
    made.up({**INPUTS, "accountName": "renamed", "adopt": True})
    assert scene.calls() == []
    assert made.outs["templateUrl"] == before["templateUrl"]


def test_another_pickle_takes_none(scene: TemplateScene, made: EngineResource) -> None:
    made.pickled_anew()
    assert made.up(INPUTS) == "update"
    assert scene.calls() == []


def test_a_stack_that_is_not_there_takes_another_link_each_time(scene: TemplateScene) -> None:
    scene.template.up(INPUTS)
    scene.trend.clear_requests()
    for _ in range(2):
        assert scene.template.preview(INPUTS) == "update"
        assert scene.calls() == []
        assert scene.template.up(INPUTS) == "update"
        assert scene.calls() == [LINK, TEXT]
    scene.deploy()
    assert scene.template.up(INPUTS) == "same"


def test_a_stack_that_may_not_be_looked_at_is_said_and_no_difference(
    scene: TemplateScene, made: EngineResource, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.aws.deny("DescribeStacks")
    assert made.preview(INPUTS) == "same"
    assert "cloudformation:DescribeStacks" in capsys.readouterr().err


def test_a_refresh_finds_no_drift_where_there_is_none(scene: TemplateScene, made: EngineResource) -> None:
    before = made.inputs
    made.refresh()
    assert (made.inputs, made.preview(INPUTS)) == (before, "same")


def test_a_changed_template_is_drift_until_a_stack_is_made_of_it(scene: TemplateScene, made: EngineResource) -> None:
    made.state.outs["templateDigest"] = "sha256:of-an-earlier-one"  # type: ignore[union-attr]
    scene.stacks.delete_stack(StackName=STACK)
    scene.deploy()
    made.refresh()
    assert made.outs[DRIFT] == "Trend has changed the template"
    assert made.up(INPUTS) == "update"
    assert DRIFT not in made.outs
    assert made.outs["templateDigest"] != "sha256:of-an-earlier-one"


def test_a_stack_with_other_tags_is_drift(scene: TemplateScene, made: EngineResource) -> None:
    scene.stacks.delete_stack(StackName=STACK)
    scene.deploy(team="somebody else's")
    made.refresh()
    assert "has other tags: team" in made.outs[DRIFT]
    assert made.preview(INPUTS) == "update"


def test_tags_that_others_add_are_none(scene: TemplateScene, made: EngineResource) -> None:
    scene.stacks.delete_stack(StackName=STACK)
    scene.deploy(cost="1")
    made.refresh()
    assert DRIFT not in made.outs


def test_a_stack_with_other_parameters_is_drift(scene: TemplateScene, made: EngineResource) -> None:
    made.state.outs["parameters"]["CloudAccountName"] = "as it was"  # type: ignore[union-attr]
    made.refresh()
    assert "has other parameters: CloudAccountName" in made.outs[DRIFT]


def test_an_account_that_was_unlinked_is_drift(scene: TemplateScene, made: EngineResource) -> None:
    scene.trend.delete_vision_one_account(ACCOUNT)
    made.refresh()
    assert "does not know the account" in made.outs[DRIFT]
    assert made.preview(INPUTS) == "update"


def test_a_parameter_without_a_value_is_one_clear_error(scene: TemplateScene) -> None:
    scene.trend.behave(stack_url_parameters=False)
    with pytest.raises(OnboardingError, match=r"parameters for which there is no value: .*VisionOneAPIKey.*; Vision"):
        scene.template.up(INPUTS)


def test_a_link_that_does_not_open_is_an_error_without_the_link(scene: TemplateScene) -> None:
    scene.trend.behave(template_link_seconds=0)
    with pytest.raises(OnboardingError, match="HTTP 403: the link does not open it") as raised:
        scene.template.up(INPUTS)
    assert "signature" not in str(raised.value)


def test_what_is_no_template_is_an_error(scene: TemplateScene) -> None:
    scene.trend.add_fault(Fault(kind="html", action=TEXT))
    with pytest.raises(OnboardingError, match="not a CloudFormation template"):
        scene.template.up(INPUTS)


def test_an_account_of_somebody_else_is_refused_before_anything_is_asked(scene: TemplateScene) -> None:
    scene.trend.add_vision_one_account(ACCOUNT, scene.make_role("foreign"), name="theirs")
    with pytest.raises(OnboardingError, match=r"role/foreign.*adopt true"):
        scene.template.up(INPUTS)
    assert LINK not in scene.calls()


def test_an_account_of_another_deployment_is_not_adopted(scene: TemplateScene) -> None:
    role = scene.make_role("foreign", **{DEPLOYMENT_TAG: "another"})
    scene.trend.add_vision_one_account(ACCOUNT, role, name="theirs")
    with pytest.raises(OnboardingError, match="managed by another deployment"):
        scene.template.up({**INPUTS, "adopt": True})


def test_an_account_that_an_interrupted_run_registered_is_taken_up(scene: TemplateScene, made: EngineResource) -> None:
    again = scene.engine.resource(VisionOneTemplateProvider)
    again.up(INPUTS)
    assert again.outs["before"] == {}


def test_the_settings_of_an_adopted_account_are_restored(scene: TemplateScene) -> None:
    role = scene.make_role("foreign")
    scene.trend.add_vision_one_account(ACCOUNT, role, name="theirs", description="of another team")
    inputs = {**INPUTS, "adopt": True}
    scene.template.up(inputs)
    scene.deploy()
    scene.role.up(scene.role_inputs)
    scene.account.up(scene.account_inputs(adopt=True))
    scene.trend.clear_requests()
    (live,) = scene.accounts()
    assert (live["roleArn"], live["name"]) == (scene.role.outs["roleArn"], "AWS ours")
    restoring = scene.account.outs["original"]
    assert (restoring["roleArn"], restoring["accountName"]) == (role, "theirs")


def test_the_account_is_adopted_from_the_stack_and_never_posted(scene: TemplateScene, made: EngineResource) -> None:
    scene.role.up(scene.role_inputs)
    scene.account.up(scene.account_inputs(description="another"))
    assert POST not in scene.calls()
    assert scene.accounts()[0]["description"] == "another"
    scene.trend.delete_vision_one_account(ACCOUNT)
    scene.account.refresh()
    with pytest.raises(OnboardingError, match="only its stack registers it"):
        scene.account.up(scene.account_inputs())
    assert POST not in scene.calls()


def test_a_pickle_of_another_python_changes_neither_role_nor_account(
    scene: TemplateScene, made: EngineResource
) -> None:
    scene.role.up(scene.role_inputs)
    scene.account.up(scene.account_inputs())
    before = scene.accounts()
    for resource, inputs in ((scene.role, scene.role_inputs), (scene.account, scene.account_inputs())):
        outputs = resource.outs
        resource.pickled_anew()
        assert resource.up(inputs) == "update"
        assert resource.outs == outputs
    assert scene.accounts() == before


def test_the_role_is_one_of_the_stacks(scene: TemplateScene, made: EngineResource) -> None:
    scene.trend.change_vision_one_account(ACCOUNT, roleArn=scene.make_role("foreign"))
    with pytest.raises(OnboardingError, match=r"has not registered AWS account .* within 0 s: it points at .*foreign"):
        scene.role.up(scene.role_inputs)
    scene.trend.delete_vision_one_account(ACCOUNT)
    with pytest.raises(OnboardingError, match="Vision One does not know it"):
        scene.role.up(scene.role_inputs)


def test_the_role_is_asked_for_again_with_another_stack_alone(scene: TemplateScene, made: EngineResource) -> None:
    scene.role.up(scene.role_inputs)
    first = scene.role.outs["roleArn"]
    scene.calls()
    assert scene.role.up(scene.role_inputs) == "same"
    assert scene.calls() == []
    scene.stacks.delete_stack(StackName=STACK)
    made.up(INPUTS)
    scene.deploy()
    assert scene.role.up(scene.role_inputs) == "update"
    assert scene.role.outs["roleArn"] != first


def test_what_an_interrupted_run_registered_goes_with_its_stack(scene: TemplateScene, made: EngineResource) -> None:
    scene.stacks.delete_stack(StackName=STACK)
    made.destroy()
    assert scene.accounts() == []


@pytest.mark.parametrize("fields", [{"name": "theirs"}, {"description": "theirs"}])
def test_an_account_that_was_linked_by_others_meanwhile_stays(
    scene: TemplateScene, made: EngineResource, fields: dict[str, str]
) -> None:
    scene.stacks.delete_stack(StackName=STACK)
    scene.trend.change_vision_one_account(ACCOUNT, **fields)
    made.destroy()
    assert len(scene.accounts()) == 1


def test_an_account_whose_role_exists_stays(scene: TemplateScene, made: EngineResource) -> None:
    scene.stacks.delete_stack(StackName=STACK)
    scene.trend.change_vision_one_account(ACCOUNT, roleArn=scene.make_role("foreign"))
    made.destroy()
    assert len(scene.accounts()) == 1
