"""Vision One's template in the sandbox's CloudFormation: the stack registers its account, and goes without it."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from tests.unit.test_sandbox.scene import ACCOUNT, Stacks

AUDIT = "cloud-audit-log-monitoring"
REGION = "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:trail"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"


class LinkedStack:
    """Trend's stack, deployed from a fresh link each time."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.stacks = sandbox, Stacks(sandbox)
        self.business = sandbox.tenant.business
        self.base = f"{sandbox.trend.url}/visionone/v3.0/cam/awsAccounts"
        self.headers = {"Authorization": f"Bearer {self.business.full_access_key.value}"}

    def make(self, *features: str) -> tuple[str, dict[str, str]]:
        """A template's URL and the parameters of its console link."""
        chosen = [{"id": each, "regions": [REGION]} for each in features]
        body = {"awsRegion": REGION, "features": chosen, "awsAccountName": "dev"}
        made = requests.post(
            f"{self.base}/generateCfnTemplateLinks", headers=self.headers, json=body, timeout=10
        ).json()
        pairs = parse_qsl(made["createStackUrl"].partition("#")[2].partition("?")[2])
        given = {name.removeprefix("param_"): value for name, value in pairs if name.startswith("param_")}
        return made["templateUrl"], given

    def deploy(self, *features: str, **parameters: str) -> dict[str, Any]:
        url, given = self.make(*features)
        self.stacks.create("VisionOne", url, given | parameters)
        return self.stacks.show("VisionOne")

    def account(self) -> dict[str, Any]:
        account: dict[str, Any] = requests.get(f"{self.base}/{ACCOUNT}", headers=self.headers, timeout=10).json()
        return account


@pytest.fixture
def link(sandbox: Sandbox) -> LinkedStack:
    return LinkedStack(sandbox)


@pytest.fixture
def trail(sandbox: Sandbox) -> dict[str, str]:
    """A trail that publishes to a topic, as the parameters of the template name it."""
    sns, s3, cloudtrail = (sandbox.aws(name) for name in ("sns", "s3", "cloudtrail"))
    common = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    publish = {**common, "Action": "SNS:Publish", "Resource": TOPIC}
    sns.create_topic(Name="trail", Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [publish]})})
    s3.create_bucket(Bucket="audit")
    statements = [
        {**common, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::audit"},
        {**common, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::audit/*"},
    ]
    s3.put_bucket_policy(Bucket="audit", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    cloudtrail.create_trail(Name="audit", S3BucketName="audit", SnsTopicName="trail")
    return {
        "CloudAuditLogMonitoringCloudTrailArn": TRAIL,
        "CloudAuditLogMonitoringCloudTrailSNSTopicArn": TOPIC,
    }


def test_the_stack_registers_its_account_with_a_role_that_lets_vision_one_in(
    link: LinkedStack, trail: dict[str, str]
) -> None:
    stack = link.deploy(AUDIT, CloudAccountDescription="of the team", **trail)
    (output,) = stack["Outputs"]
    account = link.account()
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert (account["roleArn"], account["name"], account["description"]) == (
        output["OutputValue"],
        "dev",
        "of the team",
    )
    assert [(each["id"], each["regions"]) for each in account["features"]] == [(AUDIT, [REGION])]
    assert (account["state"], account["sources"]) == ("managed", ["cloudformation"])
    values = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    assert values["VisionOneAPIKey"] == "****"


def test_a_deleted_stack_leaves_the_account_which_then_fails(link: LinkedStack) -> None:
    link.deploy()
    link.stacks.client.delete_stack(StackName="VisionOne")
    assert link.sandbox.aws("iam").list_roles()["Roles"] == []
    assert link.sandbox.aws("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert link.sandbox.aws("lambda").list_functions()["Functions"] == []
    assert link.account()["state"] == "failed"


def test_an_updated_stack_registers_once_more_and_keeps_the_account(link: LinkedStack) -> None:
    link.deploy()
    before = link.account()
    url, given = link.make("container-security")
    link.stacks.update("VisionOne", url, given | {"CloudAccountName": "other"})
    after = link.account()
    assert (after["name"], [each["id"] for each in after["features"]]) == ("other", ["container-security"])
    assert (after["roleArn"], after["createdDateTime"]) == (before["roleArn"], before["createdDateTime"])


def test_the_stack_takes_a_key_of_the_business_too(link: LinkedStack) -> None:
    stack = link.deploy(VisionOneAPIKey=link.business.key("Opaque").value)
    assert stack["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", ["ReadOnly", "Expired", "Disabled"])
def test_a_key_that_may_not_register_makes_the_stack_roll_back(link: LinkedStack, name: str) -> None:
    key = link.business.key(name).value
    stack = link.deploy(VisionOneAPIKey=key)
    (reason,) = link.stacks.reasons("VisionOne")
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert ("401" in reason, key in reason) == (True, False)
    assert link.sandbox.trend.state().vision_one_accounts == ()
    assert link.sandbox.aws("iam").list_roles()["Roles"] == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, ""),
        ({"CloudAuditLogMonitoringCloudTrailArn": ""}, "needs a trail"),
        ({"CloudAuditLogMonitoringCloudTrailSNSTopicArn": ""}, "does not publish"),
        ({"CloudAuditLogMonitoringCloudTrailSNSTopicArn": f"{TOPIC}2"}, "does not publish"),
        ({"CloudAuditLogMonitoringCloudTrailArn": f"{TRAIL}2"}, "not a trail of this account and region"),
        ({"CloudAuditLogMonitoringCloudTrailArn": TRAIL.replace(REGION, "eu-west-2")}, "not a trail of this account"),
    ],
)
def test_audit_logs_need_a_trail_here_that_publishes_to_the_topic(
    link: LinkedStack, trail: dict[str, str], wrong: dict[str, str], reason: str
) -> None:
    link.deploy(AUDIT, **(trail | wrong))
    reasons = link.stacks.reasons("VisionOne")
    assert len(reasons) == bool(reason)
    assert reason in "".join(reasons)


def test_a_link_that_has_expired_is_no_template(link: LinkedStack) -> None:
    link.sandbox.trend.behave(template_link_seconds=0)
    with pytest.raises(ClientError, match="S3 error: 403"):
        link.deploy()


def test_the_template_can_be_given_as_text(link: LinkedStack) -> None:
    url, given = link.make()
    link.stacks.client.create_stack(
        StackName="VisionOne",
        TemplateBody=requests.get(url, timeout=10).text,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    assert link.account()["state"] == "managed"


def test_a_signed_link_takes_no_right_to_read_from_s3(link: LinkedStack) -> None:
    link.sandbox.aws_control.enforce("sandbox", {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    assert link.deploy()["StackStatus"] == "CREATE_COMPLETE"
    asked = {each.action for each in link.sandbox.aws_control.asked()}
    assert {"cloudformation:CreateStack", "lambda:CreateFunction", "lambda:InvokeFunction"} <= asked
    assert "s3:GetObject" not in asked


def test_vision_one_is_called_once_a_stack(link: LinkedStack) -> None:
    link.deploy()
    link.sandbox.trend.clear_requests()
    url, given = link.make()
    link.stacks.update("VisionOne", url, given)
    assert [(each.action, each.status) for each in link.sandbox.trend.requests("visionone")] == [
        ("POST /v3.0/cam/awsAccounts/generateCfnTemplateLinks", 200),
        ("GET /templates/aws/cloud-account-management.template", 200),
        ("POST /registrations", 204),
    ]


def test_a_lost_reply_rolls_the_stack_back_and_leaves_the_account(link: LinkedStack) -> None:
    link.sandbox.trend.add_fault(Fault(service="visionone", action="POST /registrations", kind="drop", when="after"))
    assert link.deploy()["StackStatus"] == "ROLLBACK_COMPLETE"
    assert link.account()["state"] == "failed"


def test_an_account_is_read_while_a_stack_registers(link: LinkedStack) -> None:
    link.sandbox.trend.add_vision_one_account(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/old")
    slow = Fault(service="visionone", action="POST /registrations", kind="delay", seconds=1)
    number = link.sandbox.trend.add_fault(slow)
    with ThreadPoolExecutor(1) as pool:
        deployed = pool.submit(link.deploy)
        while not (link.sandbox.trend.fault_seen(number) or deployed.done()):
            time.sleep(0.01)
        assert link.account()["id"] == ACCOUNT  # the trial of its role waits for AWS, and AWS not for the trial
        assert deployed.result()["StackStatus"] == "CREATE_COMPLETE"
