"""The least IAM policy of the caller of a fleet. In the accounts, the role there acts: `operate policy`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleet.file.configuration import Fleet
from fleet.file.selection import looks_at_tags
from operate.console import OperateError
from operate.policy.statement import Statement, document


def of_caller(fleet: Fleet, partition: str) -> dict[str, Any]:
    """Return the policy of the credentials that a fleet's commands and workers run with.

    Args:
        fleet: what `fleet.yaml` says.
        partition: of AWS, for example `aws`.
    """
    return document([_assume("Account", f"arn:{partition}:iam::*:role/{fleet.access.role_name}"), *_source(fleet)])


def of_reader(fleet: Fleet) -> dict[str, Any]:
    """Return the policy of the role `source.organizations.roleArn`.

    Raises:
        OperateError: the file names none.
    """
    if not _reader(fleet):
        raise OperateError(
            "there is no reader: without source.organizations.roleArn the caller reads the organization itself, and "
            "`python -m fleet policy` prints what that takes"
        )
    return document([_read(fleet)])


def _source(fleet: Fleet) -> Iterator[Statement]:
    if reader := _reader(fleet):
        yield _assume("Organization", reader)
    elif fleet.source.organizations:
        yield _read(fleet)


def _reader(fleet: Fleet) -> str:
    return (fleet.source.organizations and fleet.source.organizations.role_arn) or ""


def _assume(target: str, role: str) -> Statement:
    return Statement("Enter", target, ["sts:AssumeRole"], [role])


def _read(fleet: Fleet) -> Statement:
    """AWS Organizations allows lists only as a whole, hence `*`."""
    organizations = fleet.source.organizations
    units = bool(organizations and organizations.units)
    nested = organizations is None or organizations.nested
    actions = [
        "ListParents" if units else "ListRoots",
        "ListAccountsForParent",
        *(["ListOrganizationalUnitsForParent"] if nested else []),
        *(["ListTagsForResource"] if looks_at_tags(fleet) else []),
    ]
    return Statement("Read", "Organization", [f"organizations:{action}" for action in actions], ["*"])
