"""The names that a stack uses in AWS, and the addresses of Trend's templates."""

from __future__ import annotations

import re

import pulumi

from components.aws.cloudformation import management_stack_name
from components.aws.context import AwsContext
from components.refusal import Refusal
from components.settings.model import HostedTemplates, Settings

TEMPLATE_FILE = "cloud-account-management-role.template"
ISSUER = "cloudaccounts.{0}.cloudone.trendmicro.com"
"""Host of the OpenID Connect issuer of a Cloud One region (source: its API reference, templates call)."""
LONGEST_TRAIL_NAME = 128


def trail_name() -> str:
    """Return the name of a new trail: `<project>-<stack>`.

    Raises:
        Refusal: CloudTrail would not take it (source: its API reference, CreateTrail, Name: 3 to 128 letters,
            digits, dots, hyphens and underscores, a letter or digit at either end, no two of the others in a row).
    """
    name = f"{pulumi.get_project()}-{pulumi.get_stack()}"
    if len(name) > LONGEST_TRAIL_NAME or not re.fullmatch(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*", name):
        raise Refusal(
            f"the new trail would be called '{name}' after this Pulumi stack, which CloudTrail does not take (at most "
            f"{LONGEST_TRAIL_NAME} characters, and no two of . _ - in a row or at the end): give the stack another "
            "name, for example with `pulumi stack rename`, or use an existing trail"
        )
    return name


def topic_name(trail: str) -> str:
    """Return the name of the topic of a new trail, given by its name; SNS takes no dots.

    It is known before the topic is there, so that what may refuse the trail's reader is asked before anything is
    created.
    """
    return trail.replace(".", "-")


def stack_names(settings: Settings) -> list[str]:
    """Return the names of Trend's CloudFormation stacks: of step 5, and of step 8 where events are forwarded."""
    forwarder = [settings.stack_name] if settings.trail else []
    return [management_stack_name(settings.stack_name), *forwarder]


def role_template_url(templates: HostedTemplates | None, where: AwsContext) -> str:
    """Return the address of the management role template: one's own, or Trend's, which is fixed.

    Source of the latter: Trend's API reference, templates call.
    """
    if templates:
        return templates.url(TEMPLATE_FILE, where.region, where.url_suffix)
    bucket = f"cloud-one-cloud-accounts-{where.region}"
    return f"https://{bucket}.s3.{where.region}.{where.url_suffix}/templates/aws/{TEMPLATE_FILE}"
