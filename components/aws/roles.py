"""Whether an IAM role exists."""

from __future__ import annotations

import enum

from components.aws.clients import AwsClients
from components.aws.errors import AwsError, calling, error_code


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
    from botocore.exceptions import ClientError

    *_, account_id, path = role_arn.split(":")  # arn:<partition>:iam::<account>:role/<path and name>
    try:
        if aws.caller.account_id != account_id:
            return RoleState.UNKNOWN
        with calling(f"looking for role {role_arn}", "iam:GetRole on it"):
            try:
                found = aws.client("iam", aws.region).get_role(RoleName=path.rpartition("/")[2])
            except ClientError as error:
                if error_code(error) == "NoSuchEntity":
                    return RoleState.GONE
                raise
    except AwsError:
        return RoleState.UNKNOWN
    # Of one name there is one role, whatever its path.
    return RoleState.EXISTS if found["Role"]["Arn"] == role_arn else RoleState.GONE
