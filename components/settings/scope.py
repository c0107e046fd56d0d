"""What a stack is for: a tenant, one of its AWS accounts, or both."""

from __future__ import annotations

import enum


class Scope(enum.StrEnum):
    """What a stack does of the eight steps."""

    TENANT = "tenant"
    """Steps 1 and 2: what a tenant has once, however many AWS accounts it has."""

    ACCOUNT = "account"
    """Steps 1 and 3 to 8: what each AWS account has. It never enrolls."""

    ALL = "all"
    """All of them: one tenant with one AWS account."""

    @property
    def enrolls(self) -> bool:
        """Whether Cloud One is enrolled in Vision One, where a token is at hand."""
        return self is not Scope.ACCOUNT

    @property
    def links_account(self) -> bool:
        """Whether an AWS account is linked."""
        return self is not Scope.TENANT
