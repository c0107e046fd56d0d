"""The tags of everything that takes tags."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

OWNER_TAG = "trend-onboarding:stack"
"""Names the Pulumi stack that made a resource, so that one whose making was lost can be told from somebody else's."""


def all_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the user's tags and ours; ours win, since `OWNER_TAG` says what may be cleaned up."""
    return {"ManagedBy": "pulumi", **tags, OWNER_TAG: f"{pulumi.get_project()}/{pulumi.get_stack()}"}
