"""Steps 3 and 4: the cross-account role, and the connector that lets Workload Security assume it."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.aws.context import AwsContext
from components.resources.account import CloudOneAccount
from components.resources.connector import Connector
from components.resources.prior_link import PriorConnectorProvider, PriorLink

TREND_AWS_ACCOUNT = "147995105371"
"""The AWS account from which Workload Security assumes the customer's role (source: its public documentation)."""

# What Workload Security reads, and nothing else (source: its documentation of the cross-account role).
READ_ACTIONS = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "ec2:DescribeRegions",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVpcs",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAccountAliases",
    "workspaces:DescribeTags",
    "workspaces:DescribeWorkspaceBundles",
    "workspaces:DescribeWorkspaceDirectories",
    "workspaces:DescribeWorkspaces",
)


class WorkloadSecurity(pulumi.ComponentResource):
    """`trend:onboarding:WorkloadSecurity`: a read-only role that Trend assumes with the tenant's external id, and the
    connector that names it.

    A connector that is not managed by this stack is left alone, unless `adopt` says otherwise.

    Args:
        name: the component's name.
        account: the Cloud One account whose tenant gets the connector.
        where: the AWS account.
        external_id: the tenant's, without which Trend may not assume the role.
        adopt: whether to adopt a connector that is not managed by this stack.
        permissions_boundary: ARN of the policy that bounds the role.
        role_path: IAM path of the role.
        tags: of the role.

    Attributes:
        role_arn: the role.
        connector_id: Trend's number of the connector, as text.
    """

    role_arn: pulumi.Output[str]
    connector_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        where: AwsContext,
        external_id: pulumi.Input[str],
        adopt: bool,
        permissions_boundary: str | None,
        role_path: str | None,
        tags: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:WorkloadSecurity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{where.partition}:iam::{TREND_AWS_ACCOUNT}:root"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
                }
            ],
        }
        role = aws.iam.Role(
            "workload-security",
            description="Lets Trend Cloud One Workload Security list instances and WorkSpaces",
            assume_role_policy=pulumi.Output.json_dumps(trust),
            path=role_path,
            permissions_boundary=permissions_boundary,
            tags=dict(tags),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            "workload-security-reads",
            role=role.name,
            policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": list(READ_ACTIONS), "Resource": "*"}],
                }
            ),
            opts=child,
        )
        prior = adopt and PriorLink(
            "connector-before-adoption",
            PriorConnectorProvider(),
            of=account,
            aws_account_id=where.account_id,
            role_arn=role.arn,
            opts=child,
        )
        connector = Connector(
            "connector",
            account=account,
            aws_account_id=where.account_id,
            role_arn=role.arn,
            display_name=f"AWS {where.account_id}",
            adopt=adopt,
            before=prior.before if prior else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.role_arn = role.arn
        self.connector_id = connector.id
        self.register_outputs({"roleArn": self.role_arn, "connectorId": self.connector_id})
