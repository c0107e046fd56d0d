"""The tags of everything that takes tags."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

OWNER_TAG = "trend-onboarding:stack"
"""Names the Pulumi stack, for people. Another backend may have a stack of the same name."""

DEPLOYMENT_TAG = "trend-onboarding:deployment"
"""Mark of the deployment that created a resource (`components.resources.deployment`): no other has the same."""

TEMPLATE_TAG = "trend-onboarding:template"
"""Digest of the template that Trend's stack was made from: a new one makes the stack take the new template."""


def owner_tag() -> str:
    """Return the value of `OWNER_TAG` for the Pulumi stack that runs."""
    return f"{pulumi.get_project()}/{pulumi.get_stack()}"


def all_tags(tags: Mapping[str, str], mark: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    """Return the user's tags and this program's, which nobody else sets: they say what may be cleaned up.

    IAM refuses keys that differ in nothing but their case, so a `managedBy` of the user replaces ours.

    Args:
        tags: the user's.
        mark: of the deployment.
    """
    reserved = (OWNER_TAG, DEPLOYMENT_TAG, TEMPLATE_TAG)
    users = {key: value for key, value in tags.items() if key.lower() not in reserved}
    managed_by = {} if any(key.lower() == "managedby" for key in users) else {"ManagedBy": "pulumi"}
    return {**managed_by, **users, OWNER_TAG: owner_tag(), DEPLOYMENT_TAG: mark}
