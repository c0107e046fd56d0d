"""The names that a stack uses in AWS, as far as they are known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.aws.cloudformation import VISION_ONE_STACK, management_stack_name
from components.aws.context import AwsContext
from components.aws.names import ISSUER, stack_names, topic_name
from components.aws.notification_record import ROOT
from components.settings.endpoints import cloud_one_regions
from components.settings.model import ExistingTrail, Settings

_AUTO_NAME_END = "-???????"
"""What Pulumi ends a name with that the program does not give: seven characters."""


@dataclass(frozen=True)
class Place:
    """Where a stack is and what it is called.

    Attributes:
        settings: of the stack.
        project, stack: names, in Pulumi.
        where: the account and region in AWS.
        known: what the state knows already: the name of the `bucket` and of the `role`, the `oidcHost` of the
            management stack, the `templateUrl` and `codeBucket` of the forwarder, the id of `visionOneStack`.
    """

    settings: Settings
    project: str
    stack: str
    where: AwsContext
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def bucket_arn(self) -> str:
        """The trail's bucket."""
        trail = self.settings.trail
        if isinstance(trail, ExistingTrail):
            return self.where.s3(trail.bucket_name)
        return self.where.s3(self.known.get("bucket") or f"trail-bucket{_AUTO_NAME_END}")

    @property
    def record_arns(self) -> list[str]:
        """The record of what others have in the trail's bucket, and its parts."""
        record = self.where.arn("ssm", f"parameter{ROOT}/{self.bucket_arn.rpartition(':')[2]}")
        return [record, f"{record}/*"]

    @property
    def role_arn(self) -> str:
        """The cross-account role."""
        path = self.settings.role_path or "/"
        made = "workload-security" if self.settings.direct is None else "vision-one-role"
        name = self.known.get("role") or f"{made}{_AUTO_NAME_END}"
        return self.where.iam(f"role{path}{name}")

    @property
    def vision_one_provider(self) -> str:
        """The OpenID Connect provider of Vision One, whose host only the API key tells to its end."""
        direct = self.settings.direct
        return self.where.iam(f"oidc-provider/cloudaccounts-{direct.region if direct else '*'}.*")

    @property
    def trail_arn(self) -> str:
        """The new trail."""
        return self.where.arn("cloudtrail", f"trail/{self.project}-{self.stack}")

    @property
    def topic_arn(self) -> str:
        """The topic to which the new trail says what it has delivered, on route `visionOne`."""
        return self.where.arn("sns", topic_name(f"{self.project}-{self.stack}"))

    @property
    def oidc_host(self) -> str:
        """The issuer of step 5; with a `*` where only the API key tells its Cloud One region."""
        return self.known.get("oidcHost") or (self.issuers[0] if len(self.issuers) == 1 else ISSUER.format("*"))

    @property
    def issuers(self) -> list[str]:
        """The issuers of all Cloud One regions that belong to the AWS region."""
        return [ISSUER.format(each) for each in cloud_one_regions(self.where.region, self.settings.region_map)]

    @property
    def forwarder(self) -> str:
        """Name of Trend's stack of step 8."""
        return self.settings.stack_name

    @property
    def management(self) -> str:
        """Name of Trend's stack of step 5."""
        return management_stack_name(self.settings.stack_name)

    @property
    def stack_arns(self) -> list[str]:
        """Trend's stacks; on route `visionOne` there is one where a trail is read."""
        names = stack_names(self.settings) if self.settings.direct is None else [VISION_ONE_STACK]
        return [self.stack_arn(name) for name in names]

    def stack_arn(self, name: str) -> str:
        """Return the ARN of a CloudFormation stack, whose last part AWS makes up."""
        return self.where.arn("cloudformation", f"stack/{name}/*")
