"""The declared organization, put into moto, and what of it decides about calls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import iam_backends
from moto.organizations.models import (
    FakeAccount,
    FakeOrganization,
    FakeOrganizationalUnit,
    FakePolicy,
    FakeRoot,
    OrganizationsBackend,
    organizations_backends,
)
from moto.organizations.utils import DEFAULT_RCP_POLICY_ID, DEFAULT_SCP_POLICY_ID

from sandbox.aws.judging.policy import JudgedPolicy
from sandbox.organization import (
    ORGANIZATION_ID,
    ROLE_NAME,
    ROOT,
    UNITS,
    AccountKind,
    Organization,
    OrganizationAccount,
    OrganizationalUnit,
)

PARTITION = "aws"
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
RESTRICTION = "p-noroles0"
_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_FOUNDED = datetime(2024, 1, 2, 3, 4, 5)


def plant(organization: Organization) -> None:
    """Put an organization into moto: units, policies, and accounts with the role for the management account."""
    organizations_backends.master_accounts.clear()
    management = organization.the(AccountKind.MANAGEMENT)
    backend = organizations_backends[management.id][PARTITION]
    backend.org = planted = _PlantedOrganization(management.id, "us-east-1", "ALL")
    backend.ou = [_unit(planted, unit) for unit in UNITS]
    for age, account in enumerate(organization.accounts):
        backend.accounts.append(_PlantedAccount(planted, account, _FOUNDED + timedelta(days=age)))
        if account is not management:
            organizations_backends.master_accounts[account.id] = (management.id, PARTITION)
    _plant_policies(backend, planted, organization.the(AccountKind.RESTRICTED).id)
    log_archive, unreachable = organization.the(AccountKind.LOG_ARCHIVE), organization.the(AccountKind.UNREACHABLE)
    role = iam_backends[unreachable.id][PARTITION].get_role(ROLE_NAME)
    role.assume_role_policy_document = role.assume_role_policy_document.replace(management.id, log_archive.id)


def is_suspended(account: str) -> bool:
    """Whether an organization has suspended an account."""
    backend = _organization_of(account)
    return backend is not None and any(each.id == account and each.status == "SUSPENDED" for each in backend.accounts)


def control_policies(account: str) -> Iterator[tuple[str, JudgedPolicy]]:
    """Yield the ARN and the content of each service control policy above a member account, but for the full access.

    The management account has none above it.
    """
    backend = _organization_of(account)
    if backend is None:
        return
    targets = {each.id: each for each in _targets(backend)}
    target = targets.get(account)
    while target is not None:
        for policy in target.attached_policies:
            if policy.type == SCP and policy.id != DEFAULT_SCP_POLICY_ID:
                yield policy.arn, JudgedPolicy(json.loads(policy.content))
        target = targets.get(target.parent_id)


def arn_of(account: str, identifier: str) -> str:
    """Return the ARN of what has an id in the organization of an account; `*` for what is not in it."""
    backend = _organization_of(account) or organizations_backends[account][PARTITION]
    things = [*_targets(backend), *backend.policies]
    return next((str(each.arn) for each in things if each.id == identifier), "*")


def _targets(backend: OrganizationsBackend) -> list[Any]:
    """Return what a policy can be attached to: root, units, accounts."""
    return [*backend.ou, *backend.accounts]


def _organization_of(account: str) -> OrganizationsBackend | None:
    """Return the organization that an account is a member of, but not the management account."""
    management = organizations_backends.master_accounts.get(account)
    return organizations_backends[management[0]][management[1]] if management else None


class _PlantedOrganization(FakeOrganization):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.id, self.root_id = ORGANIZATION_ID, ROOT.id


class _PlantedAccount(FakeAccount):
    """An account whose id is the declared one; moto draws one, and makes the account's role by it."""

    def __init__(self, organization: FakeOrganization, declared: OrganizationAccount, joined: datetime) -> None:
        self._id = declared.id
        super().__init__(organization, AccountName=declared.name, Email=f"{declared.name}@sandbox.example")
        self.parent_id, self.create_time, self.tags = declared.unit.id, joined, dict(declared.tags)
        iam = iam_backends[self.id][PARTITION]
        if declared.kind is AccountKind.MANAGEMENT:
            self.joined_method = "INVITED"
            iam.delete_role(ROLE_NAME)  # AWS makes it in member accounts alone
        else:
            iam.put_role_policy(ROLE_NAME, "AdministratorAccess", _document(_EVERYTHING))
        if declared.kind is AccountKind.SUSPENDED:
            self.status = self.state = "SUSPENDED"

    @property
    def id(self) -> str:
        return self._id

    @id.setter
    def id(self, drawn: str) -> None:
        """Keep the declared one."""


def _unit(organization: FakeOrganization, declared: OrganizationalUnit) -> FakeOrganizationalUnit:
    if declared.parent is None:
        root = FakeRoot(organization)
        root.add_policy_type(SCP)
        return root
    unit = FakeOrganizationalUnit(organization, Name=declared.name, ParentId=declared.parent.id)
    unit.id = declared.id
    return unit


def _plant_policies(backend: OrganizationsBackend, organization: FakeOrganization, restricted: str) -> None:
    for policy in (
        _policy(organization, DEFAULT_SCP_POLICY_ID, "FullAWSAccess", SCP, _EVERYTHING),
        _policy(organization, DEFAULT_RCP_POLICY_ID, "RCPFullAWSAccess", RCP, {**_EVERYTHING, "Principal": "*"}),
    ):
        policy.aws_managed = True
        backend.policies.append(policy)
        for target in _targets(backend):
            backend.attach_policy(PolicyId=policy.id, TargetId=target.id)
    denial = {"Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*"}
    backend.policies.append(_policy(organization, RESTRICTION, "DenyRoles", SCP, denial))
    backend.attach_policy(PolicyId=RESTRICTION, TargetId=restricted)


def _policy(
    organization: FakeOrganization, policy_id: str, name: str, kind: str, statement: Mapping[str, str]
) -> FakePolicy:
    policy = FakePolicy(organization, Name=name, Description=name, Type=kind, Content=_document(statement))
    policy.id = policy_id
    return policy


def _document(statement: Mapping[str, str]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
