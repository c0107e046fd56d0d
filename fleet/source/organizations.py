"""Reads the accounts of an AWS organization serially, page by page: AWS Organizations throttles parallel readers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from components.aws.errors import AwsError, calling, error_code
from components.aws.identity import AwsSettings
from components.aws.session import STS_REGION, AwsSession
from components.aws.settings_reader import AssumedRole
from fleet.accounts import Account, AccountState
from fleet.file.configuration import Organizations
from fleet.file.selection import has_tags

_ATTEMPTS = 10  # a listing of thousands of accounts goes on for minutes, and is all or nothing
_WHERE = "of the management account or of a delegated administrator"

_NO_UNIT = ("ChildNotFoundException", "OrganizationalUnitNotFoundException", "ParentNotFoundException")


def read(wanted: Organizations, *, with_tags: bool) -> list[Account]:
    """Return the accounts that match, in the order of their ids; suspended and closed ones included.

    Args:
        wanted: which accounts, and the role to read them with.
        with_tags: whether the accounts' tags are read, with a call for each account.

    Raises:
        AwsError: they cannot be read; with the next step.
    """
    tree = _Tree(_client(wanted.role_arn))
    found: dict[str, Account] = {}
    if wanted.units:
        for unit in wanted.units:
            above = tree.above(unit)
            found.update((each.id, each) for each in tree.accounts((*above, unit), nested=wanted.nested))
    else:
        for root in tree.roots():
            found.update((each.id, each) for each in tree.accounts((root,), nested=True))
    accounts = [found[each] for each in sorted(found)]
    if with_tags:
        accounts = [dataclasses.replace(each, tags=tree.tags(each.id)) for each in accounts]
    return [each for each in accounts if has_tags(each, wanted.tags)]


def partition() -> str:
    """Return the partition of AWS that the caller works in, for example `aws`.

    Raises:
        AwsError: the AWS settings of the environment are invalid.
    """
    with calling("looking for the AWS partition"):
        session = AwsSession(AwsSettings())
        return session.partition(session.region or STS_REGION)[0]


class _Tree:
    """An organization's units and accounts."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def roots(self) -> Sequence[str]:
        with _asking("ListRoots"):
            return [root["Id"] for root in self._pages("list_roots", "Roots")]

    def above(self, unit: str) -> Sequence[str]:
        """Return the units that hold a unit, the outermost first."""
        found: list[str] = []
        while not (found or [unit])[0].startswith("r-"):
            with _asking("ListParents", unit):
                (parent,) = self._client.list_parents(ChildId=(found or [unit])[0])["Parents"]
            found.insert(0, parent["Id"])
        return found

    def accounts(self, units: tuple[str, ...], *, nested: bool) -> Iterator[Account]:
        """Yield the accounts of the innermost of some units, each of which holds the next."""
        with _asking("ListAccountsForParent", units[-1]):
            entries = list(self._pages("list_accounts_for_parent", "Accounts", ParentId=units[-1]))
        for entry in entries:
            # `Status` is what `State` was before 2025, and has fewer values.
            yield Account(entry["Id"], entry["Name"], AccountState(entry.get("State") or entry["Status"]), units)
        if nested:
            with _asking("ListOrganizationalUnitsForParent", units[-1]):
                within = list(
                    self._pages("list_organizational_units_for_parent", "OrganizationalUnits", ParentId=units[-1])
                )
            for unit in within:
                yield from self.accounts((*units, unit["Id"]), nested=True)

    def tags(self, account_id: str) -> dict[str, str]:
        with _asking("ListTagsForResource", account_id):
            pages = self._pages("list_tags_for_resource", "Tags", ResourceId=account_id)
            return {tag["Key"]: tag["Value"] for tag in pages}

    def _pages(self, call: str, key: str, **arguments: str) -> Iterator[Any]:
        for page in self._client.get_paginator(call).paginate(**arguments):
            yield from page[key]


def _client(role_arn: str | None) -> Any:
    """Return the client of AWS Organizations, after the credentials have been tried."""
    roles = [AssumedRole(role_arn, {"RoleSessionName": "fleet"})] if role_arn else []
    with calling(
        f"source.organizations: assuming {role_arn}" if role_arn else "source.organizations", "sts:AssumeRole"
    ):
        session = AwsSession(AwsSettings(roles=roles, retry_mode="adaptive", attempts=_ATTEMPTS))
        region = session.region or STS_REGION
        session.client("sts", region).get_caller_identity()
        return session.client("organizations", region)


@contextmanager
def _asking(call: str, about: str = "") -> Iterator[None]:
    """Turn errors of a call into an `AwsError` with the next step."""
    from botocore.exceptions import ClientError

    what = f"source.organizations: {call}{about and f' {about}'}"
    with calling(what, f"organizations:{call}, with credentials {_WHERE}"):
        try:
            yield
        except ClientError as error:
            code = error_code(error)
            if code == "AWSOrganizationsNotInUseException":
                hint = f"use credentials {_WHERE}, or list the accounts in a file (source.file)"
                raise AwsError(f"{what}: the account of these credentials is in no organization", hint) from None
            if code in _NO_UNIT:
                raise AwsError(f"{what}: the organization has no such unit", "correct `units` in fleet.yaml") from None
            raise
