"""What a resource type is to the plugin: its traits, and the calls behind its operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

Same = Callable[[Any, Any], bool]
Objection = Callable[[Props, Props], str | None]


@dataclass(frozen=True)
class AutoName:
    """A name that the plugin makes where the program gives none.

    Attributes:
        property: the input that holds it.
        limit: greatest length of the name, suffix included.
        lower: whether the logical name is put in lower case.
    """

    property: str = "name"
    limit: int = 255
    lower: bool = False


@dataclass(frozen=True)
class Traits:
    """What the official provider's schema says about a type, beyond what its SDK shows.

    Attributes:
        type: the type token, such as `aws:iam/role:Role`.
        supported: the inputs that are implemented here; any other is refused.
        replaces: inputs whose change replaces the resource.
        defaults: inputs that get a value where the program gives none.
        computed: inputs that AWS fills in where the program gives none, so that leaving one out is no change.
        sets: names of lists, at any depth, whose order has no meaning.
        same: inputs that are compared by more than their text.
        auto_name: how the name is made; None where the type has none.
        delete_first: whether a replacement always deletes before it creates.
        volatile: outputs that a preview of an update cannot know.
        regional: whether the type has a `region`.
        reads_after_update: whether an update ends with a read.
        objection: says why a change from outputs to inputs cannot be made, if so: the preview fails with it.
    """

    type: str
    supported: frozenset[str]
    replaces: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    same: Mapping[str, Same] = field(default_factory=dict)
    auto_name: AutoName | None = None
    delete_first: bool = False
    volatile: frozenset[str] = frozenset()
    regional: bool = True
    reads_after_update: bool = True
    objection: Objection | None = None

    @property
    def taggable(self) -> bool:
        """Whether the type takes tags."""
        return "tags" in self.supported


class Resource(Protocol):
    """The operations of one type. All raise `ProviderError`."""

    traits: Traits

    def create(self, aws: Aws, inputs: Props) -> str:
        """Make the object and return its id. What fails here leaves nothing behind."""

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """Do what comes after the id is known; a failure here keeps the object in the state."""

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """Return the live properties, or None when the object is gone. `state` holds what was known of it."""

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """Change the object in place."""

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """Delete the object; one that is gone already is no error."""


@runtime_checkable
class Retaggable(Protocol):
    """A type whose tags have calls of their own, made before its update."""

    def retag(self, aws: Aws, resource_id: str, state: Props, removed: Sequence[str], added: Mapping[str, str]) -> None:
        """Remove the tags with these keys, then set these tags; either may be empty."""


def changed(old: Props, new: Props, *names: str) -> bool:
    """Return whether any of the properties differs, absent and empty being equal."""
    return any((old.get(name) or None) != (new.get(name) or None) for name in names)
