"""Whether an update moves the AWS account from one route to the other, and what it says of that."""

from __future__ import annotations

from typing import NamedTuple

from components.checks.own_state import Held
from components.settings.model import Settings
from components.settings.route import Route

_TENANCY = {
    Route.CLOUD_ONE: ("trend:CloudOneAccount::", "accountId"),
    Route.VISION_ONE: ("trend:VisionOneTenant::", "customer"),
}
"""What a stack knows its account or tenant by: part of the URN, and the output."""

_FORWARDER = "aws:cloudformation/stack:Stack::forwarder"

_NOTICES = {
    Route.CLOUD_ONE: "this update moves the AWS account from Vision One to Cloud One: it is linked in Cloud One first "
    "(connector, cloud account), and unlinked in Vision One at the end, so that it is never without a link",
    Route.VISION_ONE: "this update moves the AWS account from Cloud One to Vision One: it is linked in Vision One "
    "first, and unlinked in Cloud One at the end (connector, cloud account, Trend's stacks), so that it is never "
    "without a link; Cloud One stays enrolled",
}
"""What happens and in which order, by the route that is taken. The engine deletes after it has created."""

_ADOPTED = "; a link that was adopted is not removed: its earlier settings are restored"
_NO_EVENTS = "; the events that Trend's forwarder sends reach Trend no more from then on"


class Move(NamedTuple):
    """A move from one route to the other.

    Attributes:
        origin: the route on which the account is linked by now.
        owner: the Cloud One account or the Vision One customer whose key it takes to leave; empty where not known.
        notice: what happens, and in which order.
    """

    origin: Route
    owner: str
    notice: str


def move(settings: Settings, in_state: Held | None) -> Move | None:
    """Return the move that an update makes; None where it makes none.

    The fact is what Pulumi's state holds: resources of the other route.

    Args:
        settings: say which route is wanted.
        in_state: None where the engine does not show it, so that nothing can be told.
    """
    wanted, origin = Route.CLOUD_ONE, Route.VISION_ONE
    if settings.direct is not None:
        wanted, origin = origin, wanted
    held = in_state or {}
    kind, owner = _TENANCY[origin]
    left = next((outputs for urn, outputs in held.items() if kind in urn), None)
    if left is None or not settings.scope.links_account:
        return None
    notice = _NOTICES[wanted]
    if any("trend:PriorLink::" in urn for urn in held):
        notice += _ADOPTED
    if settings.trail is None and any(urn.endswith(_FORWARDER) for urn in held):
        notice += _NO_EVENTS
    return Move(origin, str(left.get(owner, "")), notice)
