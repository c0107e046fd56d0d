"""The tags of everything that takes tags."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

OWNER_TAG = "trend-onboarding:stack"
"""Names the Pulumi stack that made a resource, so that one whose making was lost can be told from somebody else's."""


def all_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the user's tags and ours; `OWNER_TAG` is ours alone, since it says what may be cleaned up.

    IAM refuses keys that differ in nothing but their case, so a `managedBy` of the user replaces ours.
    """
    users = {key: value for key, value in tags.items() if key.lower() != OWNER_TAG}
    managed_by = {} if any(key.lower() == "managedby" for key in users) else {"ManagedBy": "pulumi"}
    return {**managed_by, **users, OWNER_TAG: f"{pulumi.get_project()}/{pulumi.get_stack()}"}
