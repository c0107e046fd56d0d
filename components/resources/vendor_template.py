"""The text of a vendor's template, as a digest: a template that changes behind its address shows in a preview.

The digest becomes an input, put there by `check`, so that it is known in previews and differs visibly. CloudFormation
itself does not look whether the text behind an address has changed; the stack gets the digest as a tag, which makes the
difference reach it.
"""

from __future__ import annotations

import datetime
from typing import cast

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, ReadResult, Resource, UpdateResult
from pulumi.runtime import rpc

from components.aws.errors import AwsError
from components.aws.template import read_template
from components.resources.aws_provider import AwsCallingProvider
from components.resources.base import reported
from components.resources.properties import Props

DIGEST = "templateDigest"
UNREAD = "unread"
"""Stands for the digest of a template that could not be read."""


class VendorTemplateProvider(AwsCallingProvider):
    """Reads the template and keeps its digest. It makes nothing."""

    step = "vendor's template"
    identity = ()

    @reported
    def check(self, olds: Props, news: Props) -> CheckResult:
        """Read the template where its address is known, and put its digest among the inputs.

        What cannot be read from here CloudFormation may read all the same: then the digest stays as it was.
        """
        result = super().check(olds, news)
        url, region = news.get("templateUrl"), news.get("awsRegion")
        if isinstance(url, str) and isinstance(region, str):
            result.inputs[DIGEST] = self._digest(url, region, olds)
        else:
            result.inputs[DIGEST] = rpc.UNKNOWN
        return result

    def create(self, props: Props) -> CreateResult:
        """Keep the digest."""
        return CreateResult(props["templateUrl"], props)

    def read(self, template_id: str, props: Props) -> ReadResult:
        """Return what the state holds: the template as the stack was made from it."""
        return ReadResult(template_id, props, props)

    def update(self, _id: str, _olds: Props, news: Props) -> UpdateResult:
        """Keep the new digest."""
        return UpdateResult(news)

    def _digest(self, url: str, region: str, olds: Props) -> str:
        try:
            template = read_template(self.aws(), url, region)
        except AwsError as error:
            self.say(f"its changes and retired runtimes go unseen: {error}")
            return str(olds.get(DIGEST, UNREAD)) if olds.get("templateUrl") == url else UNREAD
        retired = template.retired_runtimes(datetime.date.today())
        if retired and template.digest != olds.get(DIGEST):  # said once, when the template comes or changes
            named = ", ".join(f"{name} ({runtime})" for name, runtime in sorted(retired.items()))
            self.say(
                f"{url} uses Lambda runtimes that AWS does not maintain any more: {named}; ask Trend for a newer one, "
                "or host a copy with newer runtimes (qsS3BucketName)"
            )
        return template.digest


class VendorTemplate(Resource, module="trend", name="VendorTemplate"):
    """A template of the vendor's, `trend:VendorTemplate`. Its id is the first address it had.

    Args:
        name: the resource's name.
        template_url: where the stack takes it from.
        aws_region: of the stack.
    """

    def __init__(
        self,
        name: str,
        *,
        template_url: pulumi.Input[str],
        aws_region: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            VendorTemplateProvider(),
            name,
            {"templateUrl": template_url, "awsRegion": aws_region, DIGEST: None},
            opts,
        )

    @property
    def digest(self) -> pulumi.Output[str]:
        """Digest of the template's text."""
        return cast("pulumi.Output[str]", pulumi.get(self, DIGEST))
