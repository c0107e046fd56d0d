"""A stack that takes over what something else made: the record of what was there before, and the link."""

from __future__ import annotations

from typing import Any

from tests.lifecycle.engine import Engine
from tests.lifecycle.scene import LINK_INPUTS, LinkKind


class Adopting:
    """What a stack with `adopt` declares for one link: the record of what was before, and the link."""

    def __init__(self, engine: Engine, kind: LinkKind) -> None:
        self.prior = engine.resource(kind.prior)
        self.link = engine.resource(kind.provider)
        self.kind = kind

    def up(self, **changes: Any) -> None:
        """Run the program: first the record, then the link that gets it."""
        self.prior.up({**LINK_INPUTS, **{name: value for name, value in changes.items() if name in LINK_INPUTS}})
        self.link.up({**self.kind.inputs, "adopt": True, "before": self.prior.outs["before"], **changes})

    def destroy(self) -> None:
        """Remove both, the link first, as it depends on the record."""
        self.link.destroy()
        self.prior.destroy()
