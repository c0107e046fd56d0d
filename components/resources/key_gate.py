"""The API key once more, in each run that creates or updates something: Trend is asked right before the first change.

A run that changes nothing asks nothing, and no preview does. The engine calls a hook before it creates or updates a
resource, whatever the reason: a setting, drift, or what an earlier run left undone. It has no such hook for a deletion
that a plain `pulumi destroy` would accept; `key_check` stands before those. docs/adr/0007-the-key-before-each-change.md
says why.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import monitor_supports_feature

from components.aws.clients import clients
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings, redactor
from components.checks.moving import Move
from components.checks.own_state import Held
from components.checks.stacks import STATE_UNKNOWN
from components.resources.account import CloudOneAccount
from components.resources.external_id import ExternalId, ExternalIdProvider
from components.resources.key_check import KeyCheckProvider
from components.resources.link_provider import LinkProvider
from components.resources.other_deployment import require_unmanaged
from components.resources.prior_link import PriorLink
from components.resources.properties import Props
from components.resources.vision_one_tenant import TenantProvider, VisionOneTenant
from components.settings.route import Route
from components.trend.errors import TrendError


class KeyGate:
    """Stands before every change of a run, and asks Trend once.

    Step 1 asks for itself; where it just has, nothing is asked again. A later run asks what the first one does: whether
    the key is taken and whose it is, and for the external id, unless that is given by hand; of Vision One, whether the
    tenant may use the features. A run that is about to adopt a link asks whether another deployment manages it.

    Args:
        name: of the component that all resources are children of.
        in_state: what Pulumi's state holds; None where the engine does not show it.
        leaving: the route that this run leaves, if it leaves one: its links are removed in the end, with its own key.
    """

    def __init__(self, name: str, in_state: Held | None, leaving: Move | None = None) -> None:
        self.name = name
        self._in_state = in_state
        self._leaving = leaving
        self._step_1: CloudOneAccount | VisionOneTenant | None = None
        self._asks_external_id = False
        self._adopting: list[PriorLink] = []
        self._step_1_asked = False
        self._answer: asyncio.Task[None] | None = None
        self._refused_at = self._closed_by = ""

    def before_changes(self, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions | None:
        """Return the component's options, so that each resource in it asks before it is changed.

        An engine without hooks, which is an older CLI or a test's mock, gets them as they are.
        """
        if not monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS):
            return opts
        ask, skip = pulumi.ResourceHook(f"{self.name}-api-key", self._ask), self._skip
        asking = pulumi.ResourceHookBinding(before_create=[ask], before_update=[ask])
        step_1 = pulumi.ResourceHookBinding(after_create=[skip], after_update=[skip])

        def bind(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
            if not isinstance(args.resource, pulumi.CustomResource) or isinstance(
                args.resource, pulumi.ProviderResource
            ):
                return None  # neither changes anything outside the state
            if isinstance(args.resource, CloudOneAccount | VisionOneTenant):
                self._step_1 = args.resource
            if isinstance(args.resource, ExternalId):
                self._asks_external_id = True
            if isinstance(args.resource, PriorLink) and not self._is_in_state(f"PriorLink::{args.name}"):
                self._adopting.append(args.resource)
            hooks = pulumi.ResourceOptions(hooks=step_1 if args.resource is self._step_1 else asking)
            return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, hooks))

        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(transformations=[bind]))

    def close(self, reason: str) -> None:
        """Let no change through from here on.

        Args:
            reason: what has shown its error already.
        """
        self._closed_by = reason

    def _is_in_state(self, end: str) -> bool:
        return any(urn.endswith(end) for urn in self._in_state or ())

    async def _skip(self, _args: pulumi.ResourceHookArgs) -> None:
        self._step_1_asked = True

    async def _ask(self, args: pulumi.ResourceHookArgs) -> None:
        """Wait for the one answer; where it is a refusal, the first that learns of it says all."""
        if self._closed_by:
            raise Exception(f"see the error of {self._closed_by}")
        if self._answer is None:
            self._answer = asyncio.ensure_future(self._ask_trend())
        try:
            await self._answer
        except Exception:
            if self._refused_at:
                raise Exception(f"see the error of {self._refused_at}") from None
            self._refused_at = args.name
            raise

    async def _ask_trend(self) -> None:
        assert self._step_1 is not None, "nothing is changed before step 1"
        known = {name: await output.future() or "" for name, output in self._step_1.link_inputs.items()}
        if not self._step_1_asked:
            await asyncio.to_thread(self._ask_as_step_1, self._step_1, known)
        if self._leaving:
            await asyncio.to_thread(_ask_of_earlier_route, self._leaving)
        for prior in self._adopting:
            await asyncio.to_thread(self._require_unmanaged, prior, known)

    def _ask_as_step_1(self, step_1: CloudOneAccount | VisionOneTenant, known: Props) -> None:
        get = pulumi.Config().get
        match step_1:
            case VisionOneTenant():
                tenant = TenantProvider()
                tenant.take_settings(get)
                tenant.ask_before_changes(known["customer"], step_1.wanted)
            case CloudOneAccount():
                key, external_id = KeyCheckProvider(), ExternalIdProvider()
                for provider in (key, external_id):
                    provider.take_settings(get)
                key.require_key(known["cloudOneAccountId"])
                if self._asks_external_id:
                    external_id.read(known["cloudOneAccountId"], known)

    def _require_unmanaged(self, prior: PriorLink, known: Props) -> None:
        """Refuse to adopt a link that another deployment manages; warn where that cannot be determined."""
        provider: LinkProvider[Any, Any] = type(prior.provider)()
        get = pulumi.Config("aws").get
        provider.take_settings(pulumi.Config().get)
        aws = clients(AwsSettings.of(get))
        try:
            if link := provider.find(provider.inputs.of({**known, "awsAccountId": aws.caller.account_id})):
                require_unmanaged(aws, provider.noun, link, self._marks())
        except TrendError as error:
            raise provider.explain(error) from None
        except AwsError as error:
            text = f"cannot determine whether another deployment manages what will be adopted: {error}"
            pulumi.log.warn(provider.redact(redactor(get)(f"{provider.step}: {text}")))

    def _marks(self) -> list[str]:
        if self._in_state is None:
            raise AwsError(STATE_UNKNOWN)
        return [str(outputs["mark"]) for urn, outputs in self._in_state.items() if "trend:Deployment::" in urn]


def _ask_of_earlier_route(leaving: Move) -> None:
    """Make sure that what the run removes in the end can be removed then."""
    get = pulumi.Config().get
    if leaving.origin is Route.CLOUD_ONE:
        key = KeyCheckProvider()
        key.take_settings(get)
        key.require_key(leaving.owner)
    else:
        tenant = TenantProvider()
        tenant.take_settings(get)
        tenant.ask_before_changes(leaving.owner, ())
