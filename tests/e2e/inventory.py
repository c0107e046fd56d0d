"""Everything that stands in AWS, to be compared before and after."""

from __future__ import annotations

from typing import Any

from sandbox.sandbox import Sandbox


def aws_inventory(sandbox: Sandbox, region: str = "us-east-1", account: str = "") -> dict[str, Any]:
    """Return what the program could have made or changed in an account, by kind and name; "" is the sandbox's own."""
    iam, s3 = sandbox.aws("iam", region, account=account), sandbox.aws("s3", region, account=account)
    stacks = sandbox.aws("cloudformation", region, account=account).describe_stacks()["Stacks"]
    trails = sandbox.aws("cloudtrail", region, account=account).describe_trails()["trailList"]
    secrets = sandbox.aws("secretsmanager", region, account=account).list_secrets()["SecretList"]
    parameters = sandbox.aws("ssm", region, account=account).describe_parameters()["Parameters"]
    topics = sandbox.aws("sns", region, account=account).list_topics()["Topics"]
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    roles = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    return {
        "roles": {name: sorted(iam.list_role_policies(RoleName=name)["PolicyNames"]) for name in roles},
        "oidc providers": sorted(
            each["Arn"] for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        ),
        "stacks": {stack["StackName"]: stack["StackStatus"] for stack in stacks},
        "trails": sorted(trail["Name"] for trail in trails),
        "secrets": sorted(each["Name"] for each in secrets),
        "parameters": sorted(each["Name"] for each in parameters),
        "topics": sorted(each["TopicArn"] for each in topics),
        "buckets": {name: notifications(s3, name) for name in sorted(buckets)},
    }


def notifications(s3: Any, bucket: str) -> dict[str, Any]:
    """Return a bucket's notification configuration without the reply's own data."""
    reply = s3.get_bucket_notification_configuration(Bucket=bucket)
    return {name: value for name, value in reply.items() if name != "ResponseMetadata"}
