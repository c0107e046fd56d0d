"""Experimental: Trend's CloudFormation template for one AWS account, behind a link that Vision One signs on demand.

The stack made from it links the account at Vision One, so what stands there is looked at before, and kept for the end.
Link and key expire. They are good for the run in which they were issued, so a stack is created or replaced exactly when
they are issued anew, and neither is looked at otherwise:

| what | is seen by | then |
| --- | --- | --- |
| another stack is wanted: features, trail, topic, tags | its inputs | issued anew |
| the stack failed, perhaps in an earlier run, or is gone | `check`, in previews too | issued anew |
| the template changed, the stack by hand, the account was unlinked | `read`, in a refresh | issued anew by the `up` |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckResult, CreateResult, ReadResult, UpdateResult

from components.aws.clients import AwsClients, clients
from components.aws.cloudformation import describe_stack
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings, AwsSettingsRefused, redactor
from components.aws.linked_template import ParameterMissing, normalized_digest, values_for
from components.aws.roles import RoleState, role_tags
from components.aws.tags import DEPLOYMENT_TAG, TEMPLATE_TAG
from components.aws.template import Template, parse
from components.resources.base import reported
from components.resources.link import Link
from components.resources.other_deployment import require_unmanaged
from components.resources.properties import Props
from components.resources.vision_one_account import (
    WORKLOAD,
    VisionOneAccountProvider,
    VisionOneAccountSettings,
    VisionOneLinkInputs,
)
from components.trend.errors import TrendError
from components.waiting import Interrupted

if TYPE_CHECKING:
    from components.trend.cam import TemplateLinkReply

COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_MADE_OF = ("features", "stackSettings", "round")
_MASKED = "****"  # how CloudFormation shows a NoEcho parameter
DRIFT = "drift"


@dataclass(frozen=True, kw_only=True)
class TemplateInputs(VisionOneLinkInputs):
    """What the template is asked for.

    Attributes:
        aws_region: of the stack.
        vision_one_region, business_id, oidc_provider: values that the template may want.
        account_name, description: of the account as the stack registers it.
        features: `{"id": …, "regions": […]}` each.
        stack_name: of the stack that is made from the template.
        stack_settings: what else it is made of: `parameters`, those that Vision One does not know, and `tags`.
        mark: of this deployment.
        round: how often the stack had to be made from a new link though nothing else was wanted.
    """

    aws_region: str
    vision_one_region: str
    business_id: str = ""
    oidc_provider: str = ""
    account_name: str
    description: str = ""
    features: list[dict[str, Any]] = field(default_factory=list)
    stack_name: str
    stack_settings: dict[str, Any]
    mark: str
    round: int = 1

    @property
    def account(self) -> dict[str, Any]:
        """The account, as the call for a link takes it."""
        about: dict[str, Any] = {"awsAccountName": self.account_name, "awsAccountDescription": self.description}
        if self.custom_tags:
            about["customTags"] = [{"key": key, "value": value} for key, value in sorted(self.custom_tags.items())]
        if self.workload_instance:
            about["connectedSecurityServices"] = [{"name": WORKLOAD, "instanceIds": [self.workload_instance]}]
        return about


class VisionOneTemplateProvider(VisionOneAccountProvider):
    """Asks for a link, and for nothing where nothing changed. Its rule of ownership is that of the account."""

    step = "Vision One's template"
    identity = ("awsAccountId", "awsRegion")
    failures = (TrendError, AwsError, AwsSettingsRefused, Interrupted)

    def redact(self, text: str) -> str:
        """Return the text without keys and AWS credentials."""
        return redactor(self._aws_setting)(super().redact(text))

    def check(self, olds: Props, news: Props) -> CheckResult:
        """Begin another round where the stack cannot go on as it is: it needs a fresh link, in this run."""
        result = super().check(olds, news)
        result.inputs["round"] = int(olds.get("round") or 1)
        name, region = news.get("stackName"), news.get("awsRegion")
        if olds and isinstance(name, str) and isinstance(region, str):
            try:
                stack = describe_stack(self._aws(), name, region)
            except (AwsError, AwsSettingsRefused) as error:
                self.say(f"the stack was not looked at: {error}")
                return result
            if stack is None or not (stack["StackStatus"] in COMPLETE or stack["StackStatus"].endswith("_IN_PROGRESS")):
                result.inputs["round"] += 1
        return result

    @reported
    def create(self, props: Props) -> CreateResult:
        """Refuse a link that may not be adopted, keep the settings of one that may, and ask for the template."""
        inputs = TemplateInputs.of(props)
        link, before = self.find(inputs), {}
        if link is not None and not self._is_ours(link, inputs):
            if inputs.adopt:
                require_unmanaged(self._aws(), self.noun, link, [inputs.mark])
            self.check_adoptable(link, inputs)
            before = link.settings.props()
        return CreateResult(inputs.aws_account_id, {**self._ask(inputs), "before": before})

    @reported
    def read(self, template_id: str, props: Props) -> ReadResult:
        """Ask whether the template, the stack and the account are as they were; what is not is left for `update`."""
        inputs = TemplateInputs.of(props)
        held = {name: value for name, value in props.items() if name != DRIFT}
        drift = self._drift(inputs, held)
        seen = {DRIFT: drift} if drift else {}
        wanted = {name: value for name, value in inputs.props().items() if name != "before"}
        return ReadResult(template_id, {**held, **seen}, {**wanted, **seen})

    @reported
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Ask again where another stack is wanted, or the one that is there has to be made again."""
        if DRIFT not in olds and all(olds.get(name) == news.get(name) for name in _MADE_OF):
            return UpdateResult({**olds, **news})
        return UpdateResult({**self._ask(TemplateInputs.of(news)), "before": olds["before"]})

    @reported
    def delete(self, template_id: str, props: Props) -> None:
        """Clean up after a run that died once its stack had registered the account, and before the state knew of it.

        The stack is gone by now, and its roles with it: a registration with such a role serves nobody. It is taken for
        this stack's by its name and description besides.
        """
        inputs = TemplateInputs.of(props)
        link = self.find(inputs)
        if link is None or self._role_state(link.settings.role_arn) is not RoleState.GONE:
            return
        if (link.settings.account_name, link.settings.description) != (inputs.account_name, inputs.description):
            return
        if props["before"]:
            original = VisionOneAccountSettings.of(props["before"])
            if self.restore(original, lambda: self._change_once(link, inputs, original)):
                self.say(f"restored the earlier settings of {self.noun} {link.name}")
        else:
            self.remove(template_id, inputs)
            self.say(f"removed {self.noun} {link.name}, which an interrupted run had left")

    def _aws(self) -> AwsClients:
        return clients(AwsSettings.of(self._aws_setting))

    def _is_ours(self, link: Link[VisionOneAccountSettings], inputs: TemplateInputs) -> bool:
        """Whether a link has a role of this deployment: CloudFormation gives a stack's tags to its roles."""
        try:
            tags: Mapping[str, str] = role_tags(self._aws(), link.settings.role_arn) or {}
        except AwsError:
            return False
        return tags.get(DEPLOYMENT_TAG) == inputs.mark

    def _ask(self, inputs: TemplateInputs) -> Props:
        link, template = self._fetch(inputs)
        issued = datetime.now(UTC).isoformat(timespec="seconds")
        known = {
            "CloudAccountName": inputs.account_name,
            "CloudAccountDescription": inputs.description,
            "VisionOneAccountID": inputs.business_id,
            "VisionOneOIDCProviderURL": inputs.oidc_provider,
            "VisionOneRegion": inputs.vision_one_region,
        }
        try:
            parameters = values_for(template, inputs.stack_settings["parameters"], link.parameters, known)
        except ParameterMissing as missing:
            raise TrendError(
                f"the template wants parameters for which there is no value: {missing}",
                hint="Vision One's link names none, and this version knows none: leave the trail out (`cloudTrail` "
                "false), and report it",
            ) from None
        return {
            **inputs.props(),
            "templateUrl": link.template_url,
            "templateDigest": normalized_digest(template),
            "parameters": parameters,
            "issued": issued,
        }

    def _fetch(self, inputs: TemplateInputs) -> tuple[TemplateLinkReply, Template]:
        from components.trend.template_text import template_text  # here, since the program needs no HTTP client

        link = self.vision_one(inputs.customer).cam.template_link(
            aws_region=inputs.aws_region, features=inputs.features, account=inputs.account
        )
        return link, parse("Vision One's template", template_text(link.template_url))

    def _drift(self, inputs: TemplateInputs, held: Props) -> str:
        """Return why the stack has to be made again; empty where it need not be."""
        stack = describe_stack(self._aws(), inputs.stack_name, inputs.aws_region)
        if stack is None:
            return f"stack {inputs.stack_name} is gone"
        tags = {each["Key"]: each["Value"] for each in stack.get("Tags", ())}
        wanted = {**inputs.stack_settings["tags"], TEMPLATE_TAG: held["templateDigest"]}
        if wrong := sorted(name for name, value in wanted.items() if tags.get(name) != value):
            return f"stack {inputs.stack_name} has other tags: {', '.join(wrong)}"
        given = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())}
        was: Mapping[str, str] = held["parameters"]
        if wrong := sorted(name for name in was if given.get(name) not in (was[name], _MASKED)):
            return f"stack {inputs.stack_name} has other parameters: {', '.join(wrong)}"
        if self.find(inputs) is None:
            return "Vision One does not know the account any more, and a stack alone registers it"
        if normalized_digest(self._fetch(inputs)[1]) != held["templateDigest"]:
            return "Trend has changed the template"
        return ""
