"""What a call asks for: its IAM actions, the resources they act on and the condition keys that go with them.

Names and resources follow the AWS Service Authorization Reference, one section a service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

from moto.cloudformation.models import cloudformation_backends
from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from sandbox.aws.call import AwsCall
from sandbox.aws.judging.policy import Ask, Context

S3_ACTIONS = {
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

_UNNAMED_IAM = ("ListRoles", "ListOpenIDConnectProviders", "ListAccountAliases", "ListPolicies", "ListUsers")
_UNNAMED_TRAIL = ("DescribeTrails", "ListTrails", "LookupEvents")


def asks_of(call: AwsCall, account: str, body: bytes) -> list[Ask]:
    """Return what a call asks for; nothing for calls that need no permission.

    Args:
        call: the call.
        account: whose resources it is about.
        body: of the request.

    Raises:
        LookupError: the sandbox does not know what calls of this service ask for.
    """
    if (call.service, call.action) == ("sts", "GetCallerIdentity"):  # always allowed, says STS
        return []
    if call.service not in _SERVICES:
        raise LookupError(f"what {call.service}:{call.action} asks for is not known to the sandbox")
    return _SERVICES[call.service](call, account, body)


def role_arn(account: str, region: str, name: str, path: str | None = None) -> str:
    """Return the ARN of a role, whose path only IAM knows once it is made."""
    partition = get_partition(region)
    if path is None:
        path = next((role.path for role in _roles(account, partition) if role.name == name), "/")
    return f"arn:{partition}:iam::{account}:role{path}{name}"


def object_of(url: str, region: str) -> str:
    """Return the ARN of the S3 object at a virtual-hosted address."""
    address = urlsplit(url)
    bucket = (address.hostname or "").partition(".s3.")[0]
    return f"arn:{get_partition(region)}:s3:::{bucket}{unquote(address.path)}"


def _s3(call: AwsCall, _account: str, body: bytes) -> list[Ask]:
    bucket, _, key = call.resource.partition("/")
    arn = f"arn:{get_partition(call.region)}:s3:::{bucket}" if bucket else "*"
    action = S3_ACTIONS.get(call.action, call.action)
    if call.action == "DeleteObjects":
        return _deleted_objects(arn, body)
    if call.action == "CreateBucket" and b"<Tag>" in body:
        return [Ask("s3:CreateBucket", arn), Ask("s3:TagResource", arn)]
    return [Ask(f"s3:{action}", f"{arn}/{key}" if key else arn)]


def _deleted_objects(arn: str, body: bytes) -> list[Ask]:
    objects = ElementTree.fromstring(body).findall(".//{*}Object")
    return [
        Ask(
            "s3:DeleteObject" if each.find("{*}VersionId") is None else "s3:DeleteObjectVersion",
            f"{arn}/{each.findtext('{*}Key', '')}",
        )
        for each in objects
    ]


def _s3_control(call: AwsCall, _account: str, _body: bytes) -> list[Ask]:
    arn = call.resource.partition("/tags/")[2]
    return [Ask(f"s3:{call.action}", arn or "*")]


def _iam(call: AwsCall, account: str, body: bytes) -> list[Ask]:
    form = _form(body)
    if call.action in _UNNAMED_IAM:
        return [Ask(f"iam:{call.action}", "*")]
    if "RoleName" in form:
        return _role(call, account, form)
    partition = get_partition(call.region)
    arn = form.get("OpenIDConnectProviderArn") or form.get("PolicyArn") or ""
    if call.action == "CreateOpenIDConnectProvider":
        arn = f"arn:{partition}:iam::{account}:oidc-provider/{form['Url'].removeprefix('https://')}"
    asks = [Ask(f"iam:{call.action}", arn or "*")]
    if call.action == "CreateOpenIDConnectProvider" and _is_tagged(form):
        asks.append(Ask("iam:TagOpenIDConnectProvider", arn))
    return asks


def _sts(call: AwsCall, _account: str, body: bytes) -> list[Ask]:
    return [Ask(f"sts:{call.action}", _form(body).get("RoleArn", "*"))]


def _role(call: AwsCall, account: str, form: Mapping[str, str]) -> list[Ask]:
    name, making = form["RoleName"], call.action == "CreateRole"
    arn = role_arn(account, call.region, name, form.get("Path", "/") if making else None)
    roles = _roles(account, get_partition(call.region))
    standing = next((role.permissions_boundary_arn for role in roles if role.name == name), None)
    boundary = form.get("PermissionsBoundary") or standing
    context: Context = {BOUNDARY: (boundary,)} if boundary else {}
    tagging = [Ask("iam:TagRole", arn)] if making and _is_tagged(form) else []
    return [Ask(f"iam:{call.action}", arn, context), *tagging]


def _cloudtrail(call: AwsCall, account: str, body: bytes) -> list[Ask]:
    if call.action in _UNNAMED_TRAIL:
        return [Ask(f"cloudtrail:{call.action}", "*")]
    fields = json.loads(body or b"{}")
    named = fields.get("ResourceIdList") or [
        next(fields[key] for key in ("Name", "TrailName", "ResourceId") if fields.get(key))
    ]
    beginning = f"arn:{get_partition(call.region)}:cloudtrail:{call.region}:{account}:trail/"
    arns = [name if name.startswith("arn:") else beginning + name for name in named]
    actions = [call.action, *(["AddTags"] if call.action == "CreateTrail" and fields.get("TagsList") else [])]
    return [Ask(f"cloudtrail:{action}", arn) for action in actions for arn in arns]


def _cloudformation(call: AwsCall, account: str, body: bytes) -> list[Ask]:
    form = _form(body)
    name, template = form.get("StackName"), form.get("TemplateURL")
    if name is None:
        return [Ask(f"cloudformation:{call.action}", "*")]
    context: Context = {TEMPLATE: (template,)} if template else {}
    arn = name if name.startswith("arn:") else _stack_arn(call.region, account, name)
    asks = [Ask(f"cloudformation:{call.action}", arn, context)]
    if call.action in ("CreateStack", "UpdateStack") and _is_tagged(form):
        asks.append(Ask("cloudformation:TagResource", arn))
    if template:
        asks.append(Ask("s3:GetObject", object_of(template, call.region)))
    return asks


def _stack_arn(region: str, account: str, name: str) -> str:
    stacks = cloudformation_backends[account][region].stacks.values()
    made = next((str(stack.stack_id) for stack in stacks if stack.name == name), None)
    return made or f"arn:{get_partition(region)}:cloudformation:{region}:{account}:stack/{name}/*"


def _roles(account: str, partition: str) -> list[Any]:
    return list(iam_backends[account][partition].roles.values())


def _form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _is_tagged(form: Mapping[str, str]) -> bool:
    return any(re.match(r"Tags\.member\.\d", name) for name in form)


_SERVICES: Mapping[str, Callable[[AwsCall, str, bytes], list[Ask]]] = {
    "s3": _s3,
    "s3control": _s3_control,
    "iam": _iam,
    "cloudtrail": _cloudtrail,
    "cloudformation": _cloudformation,
    "sts": _sts,
}
