"""IAM roles as AWS describes them."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from components.aws.clients import AwsClients
from components.aws.errors import AwsError, calling, error_code

_ARN = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/(?:.*/)?([^/]+)")


class RoleState(enum.Enum):
    """What AWS says of a role."""

    EXISTS = "exists"
    GONE = "gone"
    UNKNOWN = "unknown"
    """It is another account's, or AWS could not be asked."""


def role_state(aws: AwsClients, role_arn: str) -> RoleState:
    """Ask for a role.

    Args:
        aws: is asked; of its own account alone it can tell.
        role_arn: the role's ARN.
    """
    try:
        return RoleState.GONE if role_tags(aws, role_arn) is None else RoleState.EXISTS
    except AwsError:
        return RoleState.UNKNOWN


def role_tags(aws: AwsClients, role_arn: str) -> Mapping[str, str] | None:
    """Return the tags of a role; None where there is no such role.

    Args:
        aws: is asked; of its own account alone it can tell.
        role_arn: the role's ARN.

    Raises:
        AwsError: it is another account's, or AWS does not tell.
    """
    from botocore.exceptions import ClientError

    parts = _ARN.fullmatch(role_arn)
    if parts is None or parts[1] != aws.caller.account_id:
        raise AwsError(f"{role_arn} is not a role of account {aws.caller.account_id}", "look at it in its own account")
    with calling(f"looking for role {role_arn}", "iam:GetRole on it"):
        try:
            found = aws.client("iam", aws.region).get_role(RoleName=parts[2])["Role"]
        except ClientError as error:
            if error_code(error) == "NoSuchEntity":
                return None
            raise
    # Of one name there is one role, whatever its path.
    return {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())} if found["Arn"] == role_arn else None
