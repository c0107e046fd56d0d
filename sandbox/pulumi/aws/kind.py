"""What a resource type is to the plugin: its traits, and the AWS calls behind its operations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.pulumi.aws.errors import RefusedCall
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap

Same = Callable[[Any, Any], bool]


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
        label: what the provider's messages call it, such as `IAM Role`.
        supported: the inputs that are implemented here, as paths without indices, such as `rule.objectOwnership`; any
            other is refused. A property of which no path names a part is taken whole.
        replaces: inputs whose change replaces the resource.
        defaults: inputs that get a value where the program gives none.
        sets: names of lists, at any depth, whose order has no meaning.
        same: inputs that are compared by more than their text.
        computed: inputs that AWS fills in where the program gives none, so that leaving one out is no change.
        auto_name: how the name is made; None where the type has none.
        volatile: outputs that a preview of an update cannot know.
        gone: AWS's answers that mean the object does not exist.
        regional: whether the type has a `region`.
        reads_after_update: whether an update ends with a read.
    """

    type: str
    label: str
    supported: frozenset[str]
    replaces: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()
    same: Mapping[str, Same] = field(default_factory=dict)
    computed: frozenset[str] = frozenset()
    auto_name: AutoName | None = None
    volatile: frozenset[str] = frozenset()
    gone: tuple[RefusedCall, ...] = ()
    regional: bool = True
    reads_after_update: bool = True

    @property
    def inputs(self) -> frozenset[str]:
        """The inputs of which at least a part is implemented."""
        return frozenset(path.split(".")[0] for path in self.supported)

    def implements(self, path: str) -> bool:
        """Return whether the property at a path without indices is implemented: whole, or in part."""
        return any(
            path == each or path.startswith(f"{each}.") or each.startswith(f"{path}.") for each in self.supported
        )

    @property
    def taggable(self) -> bool:
        """Whether the type takes tags."""
        return "tags" in self.supported


class ResourceType(ABC):
    """The AWS calls of one type, in the order of `operations`. All may raise what boto3 raises, or `ProviderError`."""

    traits: Traits

    def named(self, inputs: PropertyMap) -> str:
        """Return what names the object in messages before it has an id."""
        return str(inputs[self.traits.auto_name.property]) if self.traits.auto_name else ""

    def secrets(self, _props: PropertyMap) -> list[str]:
        """Return the values among the properties that no message may show."""
        return []

    @abstractmethod
    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """Make the object and return its id. What fails here leaves nothing behind."""

    def complete(self, aws: Aws, resource_id: str, inputs: PropertyMap) -> None:  # noqa: B027 # most types need nothing
        """Do what comes after the id is known; a failure here keeps the object in the state."""

    @abstractmethod
    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """Return the live properties, or None when the object is gone. `state` holds what was known of it."""

    def retag(  # noqa: B027 # for types whose tags go with the update
        self, aws: Aws, resource_id: str, state: PropertyMap, removed: Sequence[str], added: Mapping[str, str]
    ) -> None:
        """Remove the tags with these keys, then set these tags, before the update; either may be empty."""

    @abstractmethod
    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """Change the object in place."""

    @abstractmethod
    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """Delete the object."""


def changed(old: PropertyMap, new: PropertyMap, *names: str) -> bool:
    """Return whether any of the properties differs, absent and empty being equal."""
    return any((old.get(name) or None) != (new.get(name) or None) for name in names)
