"""A dynamic resource that does nothing."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class NothingProvider(ResourceProvider):
    """Makes nothing."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Return at once."""
        return CreateResult("nothing", props)


class Idle(Resource, module="floor", name="Idle"):
    """Idle."""

    def __init__(self, name: str) -> None:
        super().__init__(NothingProvider(), name, {})
