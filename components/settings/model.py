"""The settings of a stack as types, the way the components take them; `configuration` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class NewTrail:
    """Make a trail, and a bucket for it.

    Attributes:
        on_destroy: what becomes of the bucket and its logs.
        retention_days: days after which logs expire; 0 for never.
    """

    on_destroy: Literal["keep", "delete"] = "keep"
    retention_days: int = 365


@dataclass(frozen=True)
class ExistingTrail:
    """Use the bucket that a trail delivers to already."""

    bucket_name: str


@dataclass(frozen=True)
class HostedTemplates:
    """Take the vendor's templates out of a bucket of one's own.

    Attributes:
        bucket_name: the bucket.
        key_prefix: what their keys begin with; empty, or with a slash at its end.
    """

    bucket_name: str
    key_prefix: str = ""

    def url(self, file_name: str, aws_region: str, url_suffix: str) -> str:
        """Return the address of a template in an AWS region, whose URL suffix is `amazonaws.com` or another."""
        return f"https://{self.bucket_name}.s3.{aws_region}.{url_suffix}/{self.key_prefix}templates/{file_name}"


@dataclass(frozen=True)
class Settings:
    """The settings. The API key and the enrolment token are not among them.

    Attributes:
        trail: where the trail's events are.
        templates: where the vendor's templates are; None for the vendor's own addresses.
        stack_name: what the vendor's stacks are named after, at most 8 characters.
        enroll: whether an enrolment token is at hand.
        external_id: the tenant's, where it hides its own.
        adopt: whether to take over links that something else made.
        permissions_boundary, role_path: of the cross-account role.
        tags: for everything that takes tags.
        health_check: what a link in a bad state does to the update, after its last step.
    """

    trail: NewTrail | ExistingTrail
    templates: HostedTemplates | None = None
    stack_name: str = "CloudOne"
    enroll: bool = False
    external_id: str | None = None
    adopt: bool = False
    permissions_boundary: str | None = None
    role_path: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    health_check: Literal["fail", "warn"] = "fail"
