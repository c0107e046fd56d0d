"""The part of the Pulumi engine that a dynamic resource sees: the same calls in the same order, on the same wire.

A provider reaches its process as a pickle, is configured once there, and gets every property through the protobuf form
of the engine. What the state holds of a resource changes exactly as in the real engine: not at all where a call fails.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pulumi.dynamic import Config, ConfigureRequest, ResourceProvider
from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider
from pulumi.output import Unknown
from pulumi.runtime import rpc

from components.resources import base
from components.resources.properties import Props

PROJECT = "trend-onboarding"

# What the SDK pickles with; it publishes no types.
dill: Any = importlib.import_module("dill")

Step = Literal["create", "update", "replace", "same"]


class CheckFailed(Exception):
    """A provider's `check` refused the inputs."""


def over_the_wire(props: Mapping[str, Any], *, keep_unknowns: bool = False) -> Props:
    """Return properties as the other side of the engine's protocol sees them: whole numbers as floats, no None."""
    # The engine knows an unknown value by a string of its own.
    written = {name: rpc.UNKNOWN if isinstance(value, Unknown) else value for name, value in props.items()}
    loop = asyncio.new_event_loop()
    try:
        struct = loop.run_until_complete(rpc.serialize_properties(written, {}))
    finally:
        loop.close()
    read: Props = rpc.deserialize_properties(struct, keep_unknowns)
    return read


@dataclass
class ResourceState:
    """What the state file holds of one resource."""

    id: str
    inputs: Props
    outs: Props


class Engine:
    """One process of the dynamic provider after another; `restart` ends one and begins the next.

    Args:
        config: the stack's configuration, keys without the project's name.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self.config = dict(config)
        self._providers: dict[str, ResourceProvider] = {}
        self.restart()

    def restart(self, **config: str) -> None:
        """Begin a new process, as each run of the command line does; with other settings where some are given."""
        self.config |= config
        self._providers.clear()
        base._environment.cache_clear()

    def resource(self, kind: type[ResourceProvider]) -> EngineResource:
        """Declare a resource of this kind; nothing of it is in the state yet."""
        return EngineResource(self, serialize_provider(kind()))

    def provider(self, pickled: str) -> ResourceProvider:
        """Return the provider out of its pickle, configured; the same one for the life of the process."""
        if pickled not in self._providers:
            provider = dill.loads(base64.b64decode(pickled))
            raw_config = {f"{PROJECT}:{name}": value for name, value in self.config.items()}
            provider.configure(ConfigureRequest(Config(raw_config, PROJECT)))
            self._providers[pickled] = provider
        return self._providers[pickled]


class EngineResource:
    """One dynamic resource of the stack.

    Attributes:
        state: what the state file holds of it; None before it was made and after it is gone.
    """

    def __init__(self, engine: Engine, pickled: str) -> None:
        self._engine = engine
        self._pickled = pickled
        self.state: ResourceState | None = None

    @property
    def id(self) -> str:
        """Its id; it must be in the state."""
        return self._known().id

    @property
    def outs(self) -> Props:
        """Its outputs but for the provider; it must be in the state."""
        return {name: value for name, value in self._known().outs.items() if name != PROVIDER_KEY}

    @property
    def inputs(self) -> Props:
        """Its inputs but for the provider; it must be in the state."""
        return {name: value for name, value in self._known().inputs.items() if name != PROVIDER_KEY}

    def preview(self, inputs: Mapping[str, Any]) -> Step:
        """Return what `up` would do."""
        return self._plan(inputs)[0]

    def up(self, inputs: Mapping[str, Any]) -> Step:
        """Make, update or replace it as the program's inputs want, and return which of these was done."""
        step, checked = self._plan(inputs)
        if step == "replace":
            self.destroy()
        if step in ("create", "replace"):
            self._create(checked)
        elif step == "update":
            self._update(checked)
        return step

    def refresh(self) -> None:
        """Take up what stands at Trend."""
        state = self._known()
        result = self._provider.read(state.id, over_the_wire(state.outs))
        if not result.id:
            self.state = None
            return
        inputs = state.inputs if result.inputs is None else self._sealed(result.inputs)
        self.state = ResourceState(result.id, inputs, self._sealed(result.outs or {}))

    def destroy(self) -> None:
        """Remove it, if it is there."""
        if self.state is not None:
            self._provider.delete(self.state.id, over_the_wire(self.state.outs))
            self.state = None

    def pickled_anew(self) -> None:
        """Let the state hold another pickle of the provider than the program makes now.

        So it is after an upgrade: Python 3.14 pickles in another way than those before it.
        """
        state = self._known()
        old = base64.b64encode(dill.dumps(dill.loads(base64.b64decode(self._pickled)), protocol=2)).decode()
        assert old != self._pickled
        self.state = ResourceState(state.id, {**state.inputs, PROVIDER_KEY: old}, {**state.outs, PROVIDER_KEY: old})

    @property
    def _provider(self) -> ResourceProvider:
        return self._engine.provider(self._pickled)

    def _known(self) -> ResourceState:
        assert self.state is not None, "the state does not hold this resource"
        return self.state

    def _sealed(self, props: Mapping[str, Any]) -> Props:
        return over_the_wire({**props, PROVIDER_KEY: self._pickled})

    def _plan(self, inputs: Mapping[str, Any]) -> tuple[Step, Props]:
        news = over_the_wire({**inputs, PROVIDER_KEY: self._pickled}, keep_unknowns=True)
        olds = self.state.inputs if self.state else {}
        result = self._provider.check(over_the_wire(olds, keep_unknowns=True), news)
        if result.failures:
            raise CheckFailed("; ".join(f"{failure.property}: {failure.reason}" for failure in result.failures))
        checked = over_the_wire({**result.inputs, PROVIDER_KEY: self._pickled}, keep_unknowns=True)
        if self.state is None:
            return "create", checked
        diff = self._provider.diff(self.state.id, over_the_wire(self.state.outs), checked)
        assert diff.changes is None, "the engine finds the differences itself, or it could not show them"
        if diff.replaces:
            assert diff.delete_before_replace, "an AWS account has one link: the old one goes first"
            return "replace", checked
        return ("same" if checked == self.state.inputs else "update"), checked

    def _create(self, checked: Props) -> None:
        result = self._provider.create(over_the_wire(checked))
        self.state = ResourceState(result.id, checked, self._sealed(result.outs or {}))

    def _update(self, checked: Props) -> None:
        state = self._known()
        result = self._provider.update(state.id, over_the_wire(state.outs), over_the_wire(checked))
        self.state = ResourceState(state.id, checked, self._sealed(result.outs or {}))
