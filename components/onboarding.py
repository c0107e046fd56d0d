"""The component that a program declares: it takes the route that the settings ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi

from components.aws.context import AwsContext
from components.checks.moving import move
from components.checks.own_state import in_state
from components.checks.preflight import Preflight
from components.cloud_one_route import CloudOneRoute
from components.refusal import Refusal, refusals_in_one_line
from components.resources.key_gate import KeyGate
from components.settings.model import Settings

if TYPE_CHECKING:
    from components.vision_one_route import VisionOneRoute

_gates: WeakKeyDictionary[Any, KeyGate] = WeakKeyDictionary()
"""What stands before the changes of the one onboarding, by the run of the engine that it belongs to."""


class Onboarding(pulumi.ComponentResource):
    """`trend:onboarding:Onboarding`: links one AWS account to Trend, or does what a tenant has once.

    By Cloud One (`components.cloud_one_route`) or, with `settings.direct`, in Vision One itself
    (`components.vision_one_route`). Links that are not managed by this stack are left alone unless `settings.adopt`; an
    existing trail, its bucket's policy and existing notifications always are.

    What `settings.scope` leaves out is not registered: a tenant has steps 1 and 2, an account all but step 2. Without
    `settings.trail` there are no steps 7 and 8.

    A program has one. A second is refused: an AWS account has one link of each kind, and the dynamic resources call AWS
    and Trend as the stack's configuration says, which is one account and one key.

    Args:
        name: the component's name.
        settings: what to do and how.
        where: the AWS account and region to onboard; a tenant's must fit its Cloud One region, too.
        found: what `preflight.check` found that the steps go by.

    Attributes:
        outputs: the stack's outputs by name, those of steps that are left out missing; no secret is among them.
    """

    outputs: dict[str, pulumi.Input[Any]]

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        where: AwsContext,
        found: Preflight | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        with refusals_in_one_line():
            _refuse_a_second(name)
        known = in_state() if settings.scope.links_account else {}
        leaving = move(settings, known)
        if leaving:
            pulumi.log.info(leaving.notice)
        gate = _gates[pulumi.runtime.settings.get_monitor()] = KeyGate(name, known, leaving)
        super().__init__("trend:onboarding:Onboarding", name, None, gate.before_changes(opts))
        with refusals_in_one_line():
            self._refuse_another_caller(name)
        route = self._route(settings, where, found or Preflight())
        end = route.declare()
        self.outputs = route.outputs
        # When this update got to its end. Pulumi keeps it in the state where a later one fails, through a destroy of
        # parts, an export and an import: `operate revert` goes by it.
        completed = end.apply(lambda _: datetime.now(UTC).isoformat())
        self.register_outputs({**self.outputs, "completed": completed})

    def _route(self, settings: Settings, where: AwsContext, found: Preflight) -> CloudOneRoute | VisionOneRoute:
        if settings.direct is None:
            return CloudOneRoute(self, settings, where, found.doubt)
        # Here, since most programs do not take it.
        from components.vision_one_route import VisionOneRoute

        return VisionOneRoute(self, settings, settings.direct, where, found)

    def _refuse_another_caller(self, name: str) -> None:
        if self.get_provider("aws:iam/role:Role") is not None:
            raise Refusal(
                f"Onboarding '{name}': an AWS provider of the program's own is not supported, since the dynamic "
                "resources call AWS as the stack's configuration says; give its settings as `aws:<setting>` there"
            )


def _refuse_a_second(name: str) -> None:
    if gate := _gates.get(pulumi.runtime.settings.get_monitor()):
        gate.close(f"Onboarding '{name}'")  # the engine goes on with what the first has declared
        raise Refusal(
            f"Onboarding '{name}': this program has one already, '{gate.name}', and a stack onboards one AWS account; "
            "give the other a stack of its own"
        )
