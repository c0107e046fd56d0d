"""What a call asks for: its IAM actions, the resources they act on and the condition keys that go with them.

Names and resources follow the AWS Service Authorization Reference, one section a service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

from moto.cloudformation.models import cloudformation_backends
from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition

from sandbox.aws.call import AwsCall
from sandbox.aws.judging.policy import Ask
from sandbox.aws.organizations import arn_of

S3_ACTIONS = {
    "CopyObject": "PutObject",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
"""Operations of S3 whose action has another name."""

CALLED_VIA = "aws:CalledVia"
BOUNDARY = "iam:PermissionsBoundary"
TEMPLATE = "cloudformation:TemplateUrl"


def asks_of(call: AwsCall) -> list[Ask]:
    """Return what a call asks for; nothing for calls that need no permission.

    Raises:
        LookupError: the sandbox does not know what calls of this service ask for.
    """
    if (call.service, call.action) == ("sts", "GetCallerIdentity"):  # always allowed, says STS
        return []
    if call.service not in _SERVICES:
        raise LookupError(f"what {call.service}:{call.action} asks for is not known to the sandbox")
    return _SERVICES[call.service](call, call.account)


def role_arn(account: str, region: str, name: str, path: str | None = None) -> str:
    """Return the ARN of a role, whose path only IAM knows once it is made."""
    if path is None:
        role = _role_named(name, account, region)
        path = role.path if role else "/"
    return f"arn:{get_partition(region)}:iam::{account}:role{path}{name}"


def object_of(url: str, region: str) -> str:
    """Return the ARN of the S3 object at a virtual-hosted address."""
    address = urlsplit(url)
    bucket = (address.hostname or "").partition(".s3.")[0]
    return f"arn:{get_partition(region)}:s3:::{bucket}{unquote(address.path)}"


def _s3(call: AwsCall, _account: str) -> list[Ask]:
    bucket, _, key = call.resource.partition("/")
    arn = f"arn:{get_partition(call.region)}:s3:::{bucket}" if bucket else "*"
    if call.action == "DeleteObjects":
        return [
            Ask("s3:DeleteObjectVersion" if each.get("VersionId") else "s3:DeleteObject", f"{arn}/{each['Key']}")
            for each in call.parameters["Delete"]["Objects"]
        ]
    asks = [Ask(f"s3:{S3_ACTIONS.get(call.action, call.action)}", f"{arn}/{key}" if key else arn)]
    if call.action == "CopyObject":
        source = unquote(call.parameters["CopySource"]).lstrip("/")
        asks.append(Ask("s3:GetObject", f"arn:{get_partition(call.region)}:s3:::{source}"))
    if call.parameters.get("CreateBucketConfiguration", {}).get("Tags"):
        asks.append(Ask("s3:TagResource", arn))
    return asks


def _sts(call: AwsCall, _account: str) -> list[Ask]:
    return [Ask(f"sts:{call.action}", call.parameters.get("RoleArn", "*"))]


def _s3_control(call: AwsCall, _account: str) -> list[Ask]:
    return [Ask(f"s3:{call.action}", call.parameters["ResourceArn"])]


def _iam(call: AwsCall, account: str) -> list[Ask]:
    given, making = call.parameters, call.action.startswith("Create")
    arn, context = given.get("OpenIDConnectProviderArn") or given.get("PolicyArn") or "*", {}
    if "RoleName" in given:
        path = given.get("Path", "/") if making else None
        arn = role_arn(account, call.region, given["RoleName"], path)
        role = _role_named(given["RoleName"], account, call.region)
        boundary = given.get("PermissionsBoundary") or (role.permissions_boundary_arn if role else None)
        context = {BOUNDARY: (boundary,)} if boundary else {}
    elif call.action == "CreateOpenIDConnectProvider":
        host = given["Url"].removeprefix("https://")
        arn = f"arn:{get_partition(call.region)}:iam::{account}:oidc-provider/{host}"
    asks = [Ask(f"iam:{call.action}", arn, context)]
    if making and given.get("Tags"):
        asks.append(Ask(f"iam:Tag{call.action.removeprefix('Create')}", arn))
    return asks


def _cloudtrail(call: AwsCall, account: str) -> list[Ask]:
    if call.action in ("DescribeTrails", "ListTrails", "LookupEvents"):
        return [Ask(f"cloudtrail:{call.action}", "*")]
    named = call.parameters.get("ResourceIdList") or [call.resource]
    beginning = f"arn:{get_partition(call.region)}:cloudtrail:{call.region}:{account}:trail/"
    arns = [name if name.startswith("arn:") else beginning + name for name in named]
    actions = [call.action, *(["AddTags"] if call.action == "CreateTrail" and call.parameters.get("TagsList") else [])]
    return [Ask(f"cloudtrail:{action}", arn) for action in actions for arn in arns]


def _cloudformation(call: AwsCall, account: str) -> list[Ask]:
    name, template = call.parameters.get("StackName"), call.parameters.get("TemplateURL")
    if name is None:
        return [Ask(f"cloudformation:{call.action}", "*")]
    arn = name if name.startswith("arn:") else _stack_arn(call.region, account, name)
    asks = [Ask(f"cloudformation:{call.action}", arn, {TEMPLATE: (template,)} if template else {})]
    if call.action in ("CreateStack", "UpdateStack") and call.parameters.get("Tags"):
        asks.append(Ask("cloudformation:TagResource", arn))
    if template and ".s3." in (urlsplit(template).hostname or ""):  # whoever has a signed link needs no right
        asks.append(Ask("s3:GetObject", object_of(template, call.region)))
    return asks


def _organizations(call: AwsCall, account: str) -> list[Ask]:
    about = next(
        (call.parameters[name] for name in ("ParentId", "ChildId", "ResourceId") if name in call.parameters), ""
    )
    return [Ask(f"organizations:{call.action}", arn_of(account, about) if about else "*")]


def _ssm(call: AwsCall, account: str) -> list[Ask]:
    given = call.parameters
    names = given.get("Names") or [given.get("Name") or given["Path"]]
    beginning = f"arn:{get_partition(call.region)}:ssm:{call.region}:{account}:parameter"
    return [Ask(f"ssm:{call.action}", f"{beginning}/{name.strip('/')}") for name in names]


def _sns(call: AwsCall, account: str) -> list[Ask]:
    given = call.parameters
    beginning = f"arn:{get_partition(call.region)}:sns:{call.region}:{account}"
    arn = given.get("TopicArn") or given.get("ResourceArn")
    arn = arn or (f"{beginning}:{given['Name']}" if "Name" in given else "*")
    tagged = ["TagResource"] if call.action == "CreateTopic" and given.get("Tags") else []
    return [Ask(f"sns:{action}", arn) for action in (call.action, *tagged)]


def _stack_arn(region: str, account: str, name: str) -> str:
    stacks = cloudformation_backends[account][region].stacks.values()
    made = next((str(stack.stack_id) for stack in stacks if stack.name == name), None)
    return made or f"arn:{get_partition(region)}:cloudformation:{region}:{account}:stack/{name}/*"


def _role_named(name: str, account: str, region: str) -> Role | None:
    roles = iam_backends[account][get_partition(region)].roles.values()
    return next((role for role in roles if role.name == name), None)


_SERVICES: Mapping[str, Callable[[AwsCall, str], list[Ask]]] = {
    "s3": _s3,
    "s3control": _s3_control,
    "iam": _iam,
    "cloudtrail": _cloudtrail,
    "cloudformation": _cloudformation,
    "sns": _sns,
    "ssm": _ssm,
    "sts": _sts,
    "organizations": _organizations,
}
