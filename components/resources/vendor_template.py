"""The text of a template of Trend's, as a digest: a template that changes behind its address shows in a preview.

The program reads it, since that has the AWS clients already. The digest becomes an input, put there by `check`, so that
it is known in previews and differs visibly. CloudFormation itself does not look whether the text behind an address has
changed; the stack gets the digest as a tag, which makes the difference reach it.
"""

from __future__ import annotations

import asyncio
import datetime
from typing import cast

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, ReadResult, Resource, UpdateResult
from pulumi.runtime import rpc

from components.aws.clients import AwsClients, clients
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings, redactor
from components.aws.template import read_template
from components.resources.base import OnboardingProvider
from components.resources.properties import Props

DIGEST = "templateDigest"
FOUND = "found"
"""Input with what the program found, see `describe_template`; it does not reach the state."""

UNREAD = "unread"
"""Stands for the digest of a template that could not be read."""


def describe_template(aws: AwsClients, url: str, region: str) -> Props:
    """Read a template.

    Returns:
        Its `digest`, and the `retired` runtime of each function by name; or the `problem` why it could not be read.
    """
    try:
        template = read_template(aws, url, region)
    except AwsError as error:
        return {"problem": str(error)}
    return {"digest": template.digest, "retired": template.retired_runtimes(datetime.date.today())}


class VendorTemplateProvider(OnboardingProvider):
    """Keeps a template's digest, and says what there is to say about the template. It creates nothing."""

    step = "Trend's template"
    identity = ()
    failures = ()

    def redact(self, text: str) -> str:
        """Return the text: the program has taken AWS credentials out of what it found."""
        return text

    def check(self, olds: Props, news: Props) -> CheckResult:
        """Put the digest among the inputs, where the template's address is known.

        What cannot be read from here CloudFormation may read all the same: then the digest stays as it was.
        """
        result = super().check(olds, news)
        found = result.inputs.pop(FOUND)
        known = isinstance(found, dict)
        result.inputs[DIGEST] = self._digest(news["templateUrl"], found, olds) if known else rpc.UNKNOWN
        return result

    def create(self, props: Props) -> CreateResult:
        """Keep the digest."""
        return CreateResult(props["templateUrl"], props)

    def read(self, template_id: str, props: Props) -> ReadResult:
        """Return what the state holds: the template as the stack was created from it."""
        return ReadResult(template_id, props, props)

    def update(self, _id: str, _olds: Props, news: Props) -> UpdateResult:
        """Keep the new digest."""
        return UpdateResult(news)

    def _digest(self, url: str, found: Props, olds: Props) -> str:
        before = str(olds.get(DIGEST, UNREAD)) if olds.get("templateUrl") == url else UNREAD
        if "problem" in found:
            self.say(f"its changes and retired runtimes go unseen: {found['problem']}")
            return before
        digest: str = found["digest"]
        if found["retired"] and digest != olds.get(DIGEST):  # said once, when the template comes or changes
            named = ", ".join(f"{name} ({runtime})" for name, runtime in sorted(found["retired"].items()))
            self.say(
                f"{url} uses Lambda runtimes that AWS does not maintain any more: {named}; ask Trend for a newer one, "
                "or host a copy with newer runtimes (qsS3BucketName)"
            )
        return digest


class VendorTemplate(Resource, module="trend", name="VendorTemplate"):
    """A template of Trend's, `trend:VendorTemplate`. Its id is the first address it had.

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
        get = pulumi.Config("aws").get
        aws, redact = clients(AwsSettings.of(get)), redactor(get)

        async def describe(where: list[str]) -> Props:
            found = await asyncio.to_thread(describe_template, aws, *where)
            return {**found, "problem": redact(found["problem"])} if "problem" in found else found

        found: pulumi.Output[Props] = pulumi.Output.all(template_url, aws_region).apply(describe)
        inputs = {"templateUrl": template_url, "awsRegion": aws_region, FOUND: found, DIGEST: None}
        super().__init__(VendorTemplateProvider(), name, inputs, opts)

    @property
    def digest(self) -> pulumi.Output[str]:
        """Digest of the template's text."""
        return cast("pulumi.Output[str]", pulumi.get(self, DIGEST))
