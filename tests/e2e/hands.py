"""Changes that a person makes by hand, in Trend's consoles and in AWS, to what a stack has made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from components.steps.workload_security import TREND_AWS_ACCOUNT
from sandbox.sandbox import Sandbox
from tests.e2e.subscribers import BUCKET, put

ChangeByHand = Callable[[Sandbox, dict[str, Any]], None]
"""A change in AWS, given the stack's outputs."""

AT_TREND: dict[str, dict[str, dict[str, str]]] = {
    "connector": {"displayName": {"displayName": "renamed"}, "role": {"crossAccountRoleArn": "*"}},
    "cloud account": {"alias": {"alias": "renamed"}, "description": {"description": ""}, "role": {"roleARN": "*"}},
}
"""Fields by kind of link; `*` stands for a role that was made by hand."""

CHANGES = [(kind, field) for kind, fields in AT_TREND.items() for field in fields]


def change_link(sandbox: Sandbox, kind: str, field: str, role_arn: str) -> None:
    """Change a setting of the sandbox's account's connector or cloud account."""
    fields = {name: role_arn if value == "*" else value for name, value in AT_TREND[kind][field].items()}
    if kind == "connector":
        sandbox.trend.change_connector(connector_number(sandbox), **fields)
    else:
        sandbox.trend.change_cloud_account(sandbox.account, **fields)


def delete_link(sandbox: Sandbox, kind: str) -> None:
    """Delete the sandbox's account's connector or cloud account."""
    if kind == "connector":
        sandbox.trend.delete_connector(connector_number(sandbox))
    else:
        sandbox.trend.delete_cloud_account(sandbox.account)


def role_for_trend(sandbox: Sandbox, name: str) -> str:
    """Make a role by hand that Workload Security can assume; return its ARN."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::147995105371:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": sandbox.tenant.external_id}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = sandbox.aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


def connector_number(sandbox: Sandbox) -> int:
    return next(each.id for each in sandbox.trend.state().connectors if each.account_id == sandbox.account)


def widen_the_role(sandbox: Sandbox, outputs: dict[str, Any]) -> None:
    iam, name = sandbox.aws("iam"), _reader(outputs)
    policy = iam.list_role_policies(RoleName=name)["PolicyNames"][0]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(everything))


def _open_the_role(sandbox: Sandbox, outputs: dict[str, Any]) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{TREND_AWS_ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    sandbox.aws("iam").update_assume_role_policy(RoleName=_reader(outputs), PolicyDocument=json.dumps(trust))


def _delete_the_role(sandbox: Sandbox, outputs: dict[str, Any]) -> None:
    iam, name = sandbox.aws("iam"), _reader(outputs)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _delete_the_management_stack(sandbox: Sandbox, outputs: dict[str, Any]) -> None:
    sandbox.aws("cloudformation").delete_stack(StackName=f"{_stack_name(outputs)}-Account")


def _delete_the_forwarder(sandbox: Sandbox, outputs: dict[str, Any]) -> None:
    """Trend's stack takes all notifications of its bucket along."""
    sandbox.aws("cloudformation").delete_stack(StackName=_stack_name(outputs))


def _wipe_the_notifications(sandbox: Sandbox, outputs: dict[str, Any]) -> None:
    sandbox.aws("s3").put_bucket_notification_configuration(
        Bucket=outputs["trailBucketName"], NotificationConfiguration={}
    )


IN_AWS: list[ChangeByHand] = [
    widen_the_role,
    _open_the_role,
    _delete_the_role,
    _delete_the_management_stack,
    _delete_the_forwarder,
    _wipe_the_notifications,
]
TAKING_NOTIFICATIONS = (_delete_the_forwarder, _wipe_the_notifications)


def toggle_subscription(sandbox: Sandbox, others: dict[str, Any]) -> dict[str, Any]:
    """Let another team end its subscription to the bucket, or begin it; return what others have by then.

    Args:
        others: what they have now.
    """
    queues = "QueueConfigurations"
    live = sandbox.aws("s3").get_bucket_notification_configuration(Bucket=BUCKET)
    del live["ResponseMetadata"]
    if queues in others:
        after = {kind: value for kind, value in others.items() if kind != queues}
        del live[queues]
    else:
        audit = {"Id": "audit", "QueueArn": "arn:aws:sqs:us-east-1:123456789012:audit", "Events": ["s3:ObjectAcl:Put"]}
        after = {**others, queues: [audit]}
        live[queues] = [audit]
    put(sandbox, live)
    return after


def _reader(outputs: dict[str, Any]) -> str:
    return str(outputs["workloadSecurityRoleArn"]).rpartition("/")[2]


def _stack_name(outputs: dict[str, Any]) -> str:
    return str(outputs["cloudTrailStackId"]).split("/")[1]


def audited_trail(sandbox: Sandbox) -> dict[str, Any]:
    """Let the account have a trail that Vision One can read, and return the setting that names it."""
    name, topic = "audited-elsewhere", f"arn:aws:sns:us-east-1:{sandbox.account}:audited"
    common = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    publish = {**common, "Action": "SNS:Publish", "Resource": topic}
    document = json.dumps({"Version": "2012-10-17", "Statement": [publish]})
    sandbox.aws("sns").create_topic(Name="audited", Attributes={"Policy": document})
    s3, trails = sandbox.aws("s3"), sandbox.aws("cloudtrail")
    s3.create_bucket(Bucket=name)
    statements = [
        {**common, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{name}"},
        {**common, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{name}/*"},
    ]
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    trails.create_trail(Name="audited", S3BucketName=name, SnsTopicName="audited", EnableLogFileValidation=True)
    # Of its own, so that whoever judges it has to look at them.
    trails.put_event_selectors(TrailName="audited", EventSelectors=[{"IncludeManagementEvents": True}])
    trails.start_logging(Name="audited")
    return {"existingCloudtrailBucketName": name}
