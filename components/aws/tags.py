"""The tags of everything that takes tags."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

OWNER_TAG = "trend-onboarding:stack"
"""Names the Pulumi stack that made a resource, so that one whose making was lost can be told from somebody else's."""


TEMPLATE_TAG = "trend-onboarding:template"
"""Digest of the template that a vendor's stack was made from: a new one makes the stack take the new template."""


def owner_tag() -> str:
    """Return the value of `OWNER_TAG` for the Pulumi stack that runs."""
    return f"{pulumi.get_project()}/{pulumi.get_stack()}"


def all_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the user's tags and ours; `OWNER_TAG` is ours alone, since it says what may be cleaned up.

    IAM refuses keys that differ in nothing but their case, so a `managedBy` of the user replaces ours.
    """
    users = {key: value for key, value in tags.items() if key.lower() not in (OWNER_TAG, TEMPLATE_TAG)}
    managed_by = {} if any(key.lower() == "managedby" for key in users) else {"ManagedBy": "pulumi"}
    return {**managed_by, **users, OWNER_TAG: owner_tag()}
