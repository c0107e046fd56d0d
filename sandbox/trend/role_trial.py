"""Workload Security's trial of a cross-account role, made against the sandbox's AWS.

That the vendor tries the role when a connector is made is an inference [I], and so is its refusal's text. Real trials
assume the role; moto's STS does not look at the trust, so the trust is read from IAM and judged here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

TREND_AWS_ACCOUNT = "147995105371"


class RoleRefused(Exception):
    """The role cannot be assumed; the message says why."""


class AwsUnreachable(Exception):
    """The trial itself failed: nothing is known of the role."""


class RoleTrial:
    """Looks roles up in the AWS behind `endpoint_url`; without one there is nothing to look up.

    Args:
        endpoint_url: base URL of an AWS stand-in, or None.
    """

    def __init__(self, endpoint_url: str | None) -> None:
        self.endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._client: Any = None

    def _iam(self) -> Any:
        # Made at the first trial, as boto3 takes longer to load than the whole simulator; making a client is not
        # thread-safe, using one is.
        with self._lock:
            if self._client is None:
                import boto3
                from botocore.config import Config

                self._client = boto3.client(
                    "iam",
                    region_name="us-east-1",
                    endpoint_url=self.endpoint_url,
                    aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "sandbox"),
                    aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "sandbox"),
                    config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2}),
                )
            return self._client

    def check(self, role_arn: str, external_id: str) -> datetime:
        """Try a role.

        Returns:
            When the role was made.

        Raises:
            RoleRefused: there is no such role, or its trust does not let Trend in.
            AwsUnreachable: AWS did not answer, or refused to be asked.
        """
        role = self._role(role_arn)
        judge_trust(role["AssumeRolePolicyDocument"], external_id)
        created: datetime = role["CreateDate"]
        return created.astimezone(UTC)

    def _role(self, role_arn: str) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        iam = self._iam()
        try:
            role: Mapping[str, Any] = iam.get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
        except iam.exceptions.NoSuchEntityException:
            raise RoleRefused("there is no such role") from None
        except (BotoCoreError, ClientError) as error:
            raise AwsUnreachable(str(error)) from None
        if role["Arn"] != role_arn:
            raise RoleRefused("there is no such role")
        return role

    def account_alias(self) -> str:
        """The AWS account's alias, or an empty text where it has none or it cannot be read."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            aliases: list[str] = self._iam().list_account_aliases()["AccountAliases"]
        except (BotoCoreError, ClientError):
            # The real role may lack the permission too; a connector without an alias is still a connector.
            return ""
        return aliases[0] if aliases else ""


def judge_trust(document: Mapping[str, Any], external_id: str) -> None:
    """Refuse a trust policy under which Trend's account cannot assume the role with the tenant's external id.

    Only the form that Trend asks for is known: any Deny, and any condition beside the external id, counts as a refusal.

    Raises:
        RoleRefused: with the reason.
    """
    statements = _list(document.get("Statement", []))
    if any(statement.get("Effect") != "Allow" for statement in statements):
        raise RoleRefused("its trust policy denies")
    trusting = [statement for statement in statements if _trusts_trend(statement)]
    if not trusting:
        raise RoleRefused(f"its trust policy does not let AWS account {TREND_AWS_ACCOUNT} call sts:AssumeRole")
    if not any(_names_external_id(statement.get("Condition", {}), external_id) for statement in trusting):
        raise RoleRefused("its trust policy does not ask for this tenant's external id, and for nothing else")


def _trusts_trend(statement: Mapping[str, Any]) -> bool:
    actions = {str(action).lower() for action in _list(statement.get("Action", []))}
    principal = statement.get("Principal", {})
    trusted = _list(principal.get("AWS", [])) if isinstance(principal, Mapping) else []
    return "sts:assumerole" in actions and any(_is_trend(str(name)) for name in trusted)


def _is_trend(principal: str) -> bool:
    return principal == TREND_AWS_ACCOUNT or (
        principal.startswith("arn:aws") and principal.endswith(f":iam::{TREND_AWS_ACCOUNT}:root")
    )


def _names_external_id(condition: Mapping[str, Any], external_id: str) -> bool:
    if set(condition) != {"StringEquals"}:
        return False
    wanted = {str(key).lower(): value for key, value in condition["StringEquals"].items()}
    return set(wanted) == {"sts:externalid"} and external_id in _list(wanted["sts:externalid"])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
