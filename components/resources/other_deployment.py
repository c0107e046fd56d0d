"""Whether a link that is to be adopted is managed by another deployment of this program.

Another state may hold it: of a second backend, another organization, or a stack of another name. That deployment would
see its link taken away as drift, and take it back. The fact is on the role that the link points at: each deployment
marks what it creates in AWS, and keeps its mark in its state.
"""

from __future__ import annotations

from collections.abc import Collection

from components.aws.clients import AwsClients
from components.aws.roles import role_tags
from components.aws.tags import DEPLOYMENT_TAG, OWNER_TAG
from components.resources.link import Link, LinkExists, SettingsT


def require_unmanaged(aws: AwsClients, noun: str, link: Link[SettingsT], marks: Collection[str]) -> None:
    """Refuse a link whose role carries the mark of another deployment.

    Args:
        aws: is asked for the role.
        noun: what the link is called.
        link: as it exists at Trend, with a role.
        marks: of this stack's deployment; none before its first update.

    Raises:
        LinkExists: another deployment manages it.
        AwsError: that cannot be determined.
    """
    role_arn = link.settings.role_arn
    tags = role_tags(aws, role_arn) or {}
    mark, owner = tags.get(DEPLOYMENT_TAG), tags.get(OWNER_TAG)
    if mark is None or mark in marks:
        return
    whose = f", of Pulumi stack {owner}" if owner else ""
    raise LinkExists(
        f"the {noun} {link.name} is managed by another deployment of this program{whose}: its role {role_arn} carries "
        f"that deployment's mark {mark}",
        hint="go on with that deployment's state, or destroy it there before this one adopts anything; where its state "
        f"is lost for good, take its mark off: `aws iam untag-role --role-name {role_arn.rpartition('/')[2]} "
        f"--tag-keys {DEPLOYMENT_TAG}`",
    )
