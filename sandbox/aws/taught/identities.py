"""Who calls, and IAM's policy simulator: for the first moto makes up a user, the second it does not know.

An access key that belongs to no user is the account's root user's: it may do everything here, and nobody else could. It
may even assume roles, which AWS refuses to a root user.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.iam import urls
from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role, User
from moto.iam.responses import IamResponse
from moto.organizations.models import organizations_backends
from moto.sts.models import AssumedRole, STSBackend, sts_backends
from moto.utilities.utils import get_partition

from sandbox.aws.identity import SESSIONS, Identity
from sandbox.aws.judging.policy import Ask, JudgedPolicy
from sandbox.aws.organizations import control_policies
from sandbox.aws.trust import policies_of

_DECISIONS = ("allowed", "implicitDeny", "explicitDeny")


def teach() -> None:
    """Put these answers in place of moto's."""
    sts_backends.backend = RootCaller
    urls.url_paths["{0}/$"] = SimulatingIam.dispatch


class RootCaller(STSBackend):
    """STS that knows the root user, and tells whose the keys of its sessions are."""

    @property
    def _url_module(self) -> object:
        from moto.sts import urls as sts_urls  # moto derives it from the name of the module that the class is in

        return sts_urls

    def assume_role(self, *args: Any, **kwargs: Any) -> AssumedRole:
        """Make a session, in the account of the role."""
        made = super().assume_role(*args, **kwargs)
        SESSIONS[made.access_key_id] = Identity(made.access_key_id, made.account_id, made.arn, made.role_arn)
        return made

    def reset(self) -> None:
        """Forget all sessions."""
        SESSIONS.clear()
        super().reset()

    def get_caller_identity(self, access_key_id: str, region: str) -> tuple[str, str, str]:
        """Return user id, ARN and account of the caller."""
        user_id, arn, account = super().get_caller_identity(access_key_id, region)
        if arn.endswith(":user/moto"):  # moto's made-up user
            return account, f"arn:{get_partition(region)}:iam::{account}:root", account
        return user_id, arn, account


class SimulatingIam(IamResponse):
    """IAM with SimulatePrincipalPolicy, for the policies of a user or role, and those above its account."""

    def simulate_principal_policy(self) -> ActionResult:
        """Judge each action on each resource, one by one where resources are named (IAM API, EvaluationResult)."""
        policies = [JudgedPolicy(json.loads(text)) for text in self._policies(self._get_param("PolicySourceArn"))]
        above = [policy for _, policy in control_policies(self.current_account)]
        resources = self._get_param("ResourceArns", []) or ["*"]
        context = {
            entry["ContextKeyName"]: tuple(entry["ContextKeyValues"]) for entry in self._get_param("ContextEntries", [])
        }
        results = []
        for action in self._get_param("ActionNames", []):
            asks = [Ask(action, resource, context) for resource in resources]
            decisions = [_decision(policies, above, ask) for ask in asks]
            missing = [sorted({key for policy in policies for key in policy.lacks(ask)}) for ask in asks]
            worst = max(decisions, key=_DECISIONS.index)
            result: dict[str, Any] = {
                "EvalActionName": action,
                "EvalResourceName": resources[0],
                "EvalDecision": worst,
            }
            if self.current_account in organizations_backends.master_accounts:
                denied = any(policy.denies(ask) for policy in above for ask in asks)
                result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": not denied}
            if resources == ["*"]:
                result["MissingContextValues"] = missing[0]
            else:
                result["ResourceSpecificResults"] = [
                    {"EvalResourceName": ask.resource, "EvalResourceDecision": decision, "MissingContextValues": keys}
                    for ask, decision, keys in zip(asks, decisions, missing, strict=True)
                ]
            results.append(result)
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    def _policies(self, arn: str) -> Iterator[str]:
        principals: list[User | Role] = [*self.backend.users.values(), *self.backend.roles.values()]
        principal = next((each for each in principals if each.arn == arn), None)
        if principal is None:
            raise NotFoundException(f"The user with name {arn.rpartition('/')[2]} cannot be found.")
        return policies_of(principal)


def _decision(policies: list[JudgedPolicy], above: list[JudgedPolicy], ask: Ask) -> str:
    if any(policy.denies(ask) for policy in (*policies, *above)):
        return "explicitDeny"
    return "allowed" if any(policy.allows(ask) for policy in policies) else "implicitDeny"
