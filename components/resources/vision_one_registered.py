"""Experimental: the account that a CloudFormation stack registers with Vision One. It is adopted, and never POSTed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pulumi
from pulumi.dynamic import ConfigureRequest, CreateResult, ReadResult, UpdateResult

from components.aws.clients import AwsClients, clients
from components.aws.cloudformation import NESTED_STACK, ROLE, describe_resources
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings, AwsSettingsRefused, redactor
from components.resources.base import TrendProvider, reported
from components.resources.link import Link
from components.resources.properties import Inputs, OnboardingResource, OutputProperty, Props
from components.resources.vision_one_account import (
    VisionOneAccountProvider,
    VisionOneAccountSettings,
    VisionOneLinkInputs,
)
from components.resources.vision_one_tenant import VisionOneTenant
from components.trend.errors import TrendError
from components.waiting import Interrupted, wait

REGISTERED_WITHIN = 180.0
"""Seconds that Vision One may take to show an account after its stack is complete; not documented."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 15.0


class NotRegistered(TrendError):
    """The stack is complete, and has not registered the account with one of its roles."""

    hint = "`pulumi up --refresh` recreates the stack; see its events in the CloudFormation console if it stays so"


@dataclass(frozen=True, kw_only=True)
class StackRoleInputs(Inputs):
    """Inputs of the role.

    Attributes:
        customer: the tenant that the key must be of; empty where it is not known.
        aws_account_id, aws_region, stack_id: of the stack.
    """

    customer: str = ""
    aws_account_id: str
    aws_region: str
    stack_id: str


class StackRoleProvider(TrendProvider):
    """Finds out with which of its roles a stack has registered the account. The template's own names are unknown."""

    step = "Vision One's stack"
    identity = ()
    failures = (TrendError, AwsError, AwsSettingsRefused, Interrupted)

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, the AWS provider's settings too; the first call judges them."""
        super().configure(req)
        self._aws_setting = lambda name: req.config.get(f"aws:{name}")

    def redact(self, text: str) -> str:
        """Return the text without keys and AWS credentials."""
        return redactor(self._aws_setting)(super().redact(text))

    @reported
    def create(self, props: Props) -> CreateResult:
        """Wait until the account is registered."""
        return CreateResult(StackRoleInputs.of(props).aws_account_id, self._outs(props))

    def read(self, role_id: str, props: Props) -> ReadResult:
        """Return what the state holds: what the account has now is `VisionOneAccount`'s to tell."""
        return ReadResult(role_id, props, StackRoleInputs.of(props).props())

    @reported
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Wait for the registration by another stack."""
        return UpdateResult({**olds, **news} if olds["stackId"] == news["stackId"] else self._outs(news))

    def _outs(self, props: Props) -> Props:
        inputs = StackRoleInputs.of(props)
        aws, cam = clients(AwsSettings.of(self._aws_setting)), self.vision_one(inputs.customer).cam
        roles = {f"arn:{inputs.aws_account_id}:{name}" for name in _role_names(aws, inputs.stack_id, inputs.aws_region)}
        waited, pause = 0.0, FIRST_PAUSE
        while True:
            found = cam.get(inputs.aws_account_id)
            role_arn = found.role_arn if found else ""
            if role_arn and f"arn:{role_arn.split(':')[4]}:{role_arn.rpartition('/')[2]}" in roles:
                return {**inputs.props(), "roleArn": role_arn}
            if waited >= REGISTERED_WITHIN:
                state = f"it points at {role_arn}" if role_arn else "Vision One does not know it"
                raise NotRegistered(
                    f"stack {inputs.stack_id} is complete, but has not registered AWS account {inputs.aws_account_id} "
                    f"within {REGISTERED_WITHIN:.0f} s: {state}"
                )
            if not waited:
                self.say(f"waiting for the stack's registration for up to {REGISTERED_WITHIN:.0f} s")
            wait(pause, "the stack registers the account with Vision One")
            waited, pause = waited + pause, min(pause * 1.5, LONGEST_PAUSE)


def _role_names(aws: AwsClients, stack_id: str, region: str) -> Iterator[str]:
    """Yield the names of a stack's roles, those of nested stacks included."""
    for resource in describe_resources(aws, stack_id, region):
        name = str(resource.get("PhysicalResourceId", ""))
        if resource["ResourceType"] == ROLE:
            yield name
        elif resource["ResourceType"] == NESTED_STACK and name:
            yield from _role_names(aws, name, region)


class VisionOneStackRole(OnboardingResource, module="trend", name="VisionOneStackRole"):
    """The role with which a stack has registered its account, `trend:VisionOneStackRole`. Experimental.

    Args:
        name: the resource's name.
        tenant: the Vision One tenant.
        aws_account_id, aws_region, stack_id: of the stack.
    """

    role_arn = OutputProperty[str]()
    """The role."""

    def __init__(
        self,
        name: str,
        *,
        tenant: VisionOneTenant,
        aws_account_id: str,
        aws_region: str,
        stack_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs: Props = {
            **tenant.link_inputs,
            "awsAccountId": aws_account_id,
            "awsRegion": aws_region,
            "stackId": stack_id,
        }
        super().__init__(StackRoleProvider(), name, inputs, opts)


class RegisteredAccountProvider(VisionOneAccountProvider):
    """An account that only a stack registers: a POST takes no trail."""

    def make(self, _inputs: VisionOneLinkInputs, _settings: VisionOneAccountSettings) -> Link[VisionOneAccountSettings]:
        """Refuse.

        Raises:
            NotRegistered: always.
        """
        raise NotRegistered("the account is not registered any more, and only its stack registers it")
