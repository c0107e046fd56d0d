"""AWS Organizations where moto answers otherwise: who may look at it, and its pages."""

from __future__ import annotations

import json
from typing import Any

from moto.organizations import urls
from moto.organizations.exceptions import AWSOrganizationsNotInUseException, OrganizationsClientError
from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.organizations.responses import OrganizationsResponse
from moto.organizations.utils import PAGINATION_MODEL

PAGE = 20
"""Entries of a page: as many where the caller does not say, and at most."""


def teach() -> None:
    """Put these answers in place of moto's."""
    PAGINATION_MODEL["list_accounts"] |= {"limit_default": PAGE, "unique_attribute": "Id"}
    urls.url_paths["{0}/$"] = StrictOrganizations.dispatch


class StrictOrganizations(OrganizationsResponse):
    """Organizations as AWS answers: to the management account and to delegated administrators, page by page."""

    @property
    def organizations_backend(self) -> OrganizationsBackend:
        """The organization that the caller may look at.

        Raises:
            AWSOrganizationsNotInUseException: its account is in none.
            OrganizationsClientError: its account is a mere member.
        """
        own, management = self._own, organizations_backends.master_accounts.get(self.current_account)
        if management is not None:
            whole = organizations_backends[management[0]][management[1]]
            if all(admin.account.id != self.current_account for admin in whole.admins):
                raise OrganizationsClientError(
                    "AccessDeniedException", "You don't have permissions to access this resource."
                )
            return whole
        if own.org is None:
            raise AWSOrganizationsNotInUseException
        return own

    def create_organization(self) -> str:
        """Found an organization, for which the account may be in none."""
        return json.dumps(self._own.create_organization(region=self.region, **self.request_params))

    def describe_organization(self) -> str:
        """Describe the organization, which each of its accounts may ask for."""
        return json.dumps(self._own.describe_organization())

    @property
    def _own(self) -> OrganizationsBackend:
        return organizations_backends[self.current_account][self.partition]

    def _get_int_param(self, param_name: str, if_none: Any = None) -> Any:
        """Read a number, which in this service is the size of a page and nothing else."""
        size = super()._get_int_param(param_name, if_none)
        if size is not None and not 1 <= size <= PAGE:
            raise OrganizationsClientError(
                "InvalidInputException", f"Value '{size}' at 'maxResults' must be between 1 and {PAGE}"
            )
        return size
