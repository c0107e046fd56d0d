"""Trend's trial of a role, made in the sandbox's AWS.

That Trend tries the role when a link is created is an inference [I], and so is its refusal's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from sandbox.gate.client import Control, ControlError


class RoleRefused(Exception):
    """The role cannot be assumed; the message says why."""


class AwsUnreachable(Exception):
    """The trial itself failed: nothing is known of the role."""


@dataclass(frozen=True)
class TriedRole:
    """A role that could be assumed.

    Attributes:
        created: in seconds since the epoch.
        account_alias: of the role's account, "" where it has none.
        missing: the actions asked for that the role does not allow.
    """

    created: float
    account_alias: str = ""
    missing: frozenset[str] = frozenset()


class RoleTrial:
    """Tries roles in the AWS behind a URL; may be asked from several threads at once."""

    def __init__(self, url: str) -> None:
        self._url = url

    def check(self, role_arn: str, presented: Mapping[str, object]) -> TriedRole:
        """Try a role.

        Args:
            role_arn: the role.
            presented: how Trend comes to it: `externalId`, or `issuer` and `subject` of a web identity, with the
                `permissions` that the role should have.

        Raises:
            RoleRefused: there is no such role, or its trust does not let Trend in.
            AwsUnreachable: AWS did not answer.
        """
        with closing(Control(self._url)) as aws:
            try:
                answer = aws.call("POST", "assumptions", {"role": role_arn, **presented}).json()
            except ControlError as error:
                raise AwsUnreachable(str(error)) from None
        if "refused" in answer:
            raise RoleRefused(answer["refused"])
        return TriedRole(answer["created"], answer["alias"], frozenset(answer["missing"]))
