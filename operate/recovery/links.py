"""Trend's links that an interrupted run had begun to create: taken up, then rolled back, by the code that creates them.

The next `pulumi up` would take them up itself. Where everything is to be as before, nobody would.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from components.resources.cloud_account import CloudAccountProvider
from components.resources.connector import ConnectorProvider
from components.resources.link import LinkSettings
from components.resources.link_provider import LinkProvider
from components.resources.vision_one_account import VisionOneAccountProvider
from components.trend.errors import TrendError
from operate.console import say
from operate.engine.stack import Stack
from operate.engine.state import DYNAMIC, Resource, State

_PROVIDERS: dict[str, type[LinkProvider[Any, Any]]] = {
    f"{DYNAMIC}Connector": ConnectorProvider,
    f"{DYNAMIC}CloudAccount": CloudAccountProvider,
    f"{DYNAMIC}VisionOneAccount": VisionOneAccountProvider,
}


def roll_back(stack: Stack, pending: Iterable[Resource], state: State) -> None:
    """Remove half-made links of this stack, and restore the earlier settings of adopted ones.

    Args:
        stack: whose they would be.
        pending: resources that a run was about to create.
        state: what is there by right.

    Raises:
        OnboardingError: Trend refuses, or cannot be asked.
    """
    known = {resource.urn for resource in state.resources}
    for resource in pending:
        if resource.type not in _PROVIDERS or resource.urn in known:
            continue
        provider = _PROVIDERS[resource.type]()
        provider.configure(stack.configure_request)
        try:
            begun_at_trend = _is_begun(provider, resource)
        except TrendError as error:
            raise provider.explain(error) from None
        if begun_at_trend:
            made = provider.create(dict(resource.inputs))
            provider.delete(made.id, made.outs or {})
            say(f"rolled back {resource.title}")


def _is_begun(provider: LinkProvider[Any, Any], resource: Resource) -> bool:
    """Whether anything was changed at Trend: our link exists, or another was taken away to be adopted."""
    live = provider.find(provider.inputs.of(resource.inputs))
    if live is None:
        return not provider.changes_in_place and bool(resource.inputs.get("before"))
    return bool(live.settings.role_arn == LinkSettings.of(resource.inputs).role_arn)
