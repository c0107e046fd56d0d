"""The one object that all parts of the simulator share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.trend.errors import ErrorReply
from sandbox.trend.role_trial import AwsUnreachable, RoleRefused, RoleTrial, TriedRole
from sandbox.trend.state import TenantState
from sandbox.trend.tenant import Tenant


@dataclass
class Simulation:
    """A tenant, what it holds, and the AWS in which roles are tried; None accepts every role."""

    tenant: Tenant
    roles: RoleTrial | None
    state: TenantState = field(default_factory=TenantState)

    def try_role(self, role_arn: str, presented: Mapping[str, object]) -> TriedRole:
        """Try a role for a link that is to be created or changed; `presented` is that of `RoleTrial.check`.

        Raises:
            ErrorReply: 400, the role does not let Trend in, or is too young; 500, AWS did not answer.
        """
        try:
            role = self._tried(role_arn, presented)
        except RoleRefused as refused:
            raise ErrorReply(400, f"The role {role_arn} could not be assumed: {refused}") from None
        except AwsUnreachable as failure:
            raise ErrorReply(500, f"The role {role_arn} could not be tried: {failure}") from None
        if time.time() - role.created < self.tenant.behaviors.propagation_seconds:
            raise ErrorReply(400, f"The role {role_arn} could not be assumed: access is denied")
        return role

    def _tried(self, role_arn: str, presented: Mapping[str, object]) -> TriedRole:
        if self.roles:
            return self.roles.check(role_arn, presented)
        with self.state.lock:  # as good as any, from the first time on that it was heard of here
            return TriedRole(self.state.role_first_tried.setdefault(role_arn, time.time()))
