"""What differs between the state of a resource and what the program wants of it.

As in the bridge (pulumi-terraform-bridge pkg/tfbridge/provider.go, schema.go) the state's *outputs* are compared with
the new inputs, so that what a read found makes a difference without any further call.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sandbox.pulumi.aws import paths
from sandbox.pulumi.aws.kind import Traits
from sandbox.pulumi.wire import PropertyMap, Unknown, has_unknown

DEFAULTS = "__defaults"
"""The input that lists which inputs the plugin filled in itself."""


class PropertyChange(Enum):
    """What happens to one property."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class PropertyDifference:
    """Outcome of a comparison.

    Attributes:
        changes: each path that differs.
        replaces: properties among them that make the engine replace the resource.
        delete_first: whether the old one must go before the new one comes.
    """

    changes: dict[str, PropertyChange]
    replaces: list[str]
    delete_first: bool

    @property
    def names(self) -> list[str]:
        """The properties that differ."""
        return sorted({paths.top(path) for path in self.changes})


def compare(traits: Traits, olds: PropertyMap, news: PropertyMap, ignored: Sequence[str] = ()) -> PropertyDifference:
    """Compare a resource's outputs with its checked inputs.

    Args:
        traits: the type.
        olds: outputs in the state.
        news: inputs from Check.
        ignored: the paths of ignoreChanges.
    """
    news = paths.with_old_values(news, olds, ignored)
    changes: dict[str, PropertyChange] = {}
    for name in sorted(managed(traits)):
        new = news.get(name)
        if name in traits.computed and _empty(new):
            continue  # left to AWS
        old = olds.get(name)
        same = traits.same.get(name)
        if same and old is not None and new is not None and not isinstance(new, Unknown) and same(old, new):
            continue
        _walk(traits, name, name, old, new, changes)
    replaces = sorted({paths.top(path) for path in changes} & _replacing(traits))
    return PropertyDifference(changes, replaces, bool(replaces) and _named_by_user(traits, news))


def managed(traits: Traits) -> frozenset[str]:
    """Return the names that are compared: the inputs, and those that Check adds."""
    added = {"tagsAll"} if traits.taggable else set()
    return traits.inputs | added | ({"region"} if traits.regional else set())


def _replacing(traits: Traits) -> frozenset[str]:
    return traits.replaces | ({"region"} if traits.regional else set())


def _named_by_user(traits: Traits, news: PropertyMap) -> bool:
    """Return whether the object has a name that two objects cannot have at once."""
    name = traits.auto_name.property if traits.auto_name else None
    return name is not None and name in news and name not in (news.get(DEFAULTS) or [])


def _walk(traits: Traits, path: str, name: str, old: Any, new: Any, changes: dict[str, PropertyChange]) -> None:
    if _empty(old) and _empty(new):
        return
    if isinstance(new, Unknown):
        changes[path] = PropertyChange.ADD if old is None else PropertyChange.UPDATE
    elif new is None:
        changes[path] = PropertyChange.DELETE
    elif old is None:
        changes[path] = PropertyChange.ADD
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new} - {DEFAULTS}):
            _walk(traits, paths.join(path, key), key, old.get(key), new.get(key), changes)
    elif isinstance(old, list) and isinstance(new, list) and name in traits.sets and not has_unknown(new):
        _compare_sets(path, old, new, changes)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            left, right = (members[index] if index < len(members) else None for members in (old, new))
            _walk(traits, paths.join(path, index), name, left, right, changes)
    elif old != new:
        changes[path] = PropertyChange.UPDATE


def _compare_sets(path: str, old: list[Any], new: list[Any], changes: dict[str, PropertyChange]) -> None:
    before, after = {member_key(item) for item in old}, {member_key(item) for item in new}
    for index, item in enumerate(old):
        if member_key(item) not in after:
            changes[paths.join(path, index)] = PropertyChange.DELETE
    for index, item in enumerate(new):
        if member_key(item) not in before:
            position = paths.join(path, index)
            changes[position] = PropertyChange.UPDATE if position in changes else PropertyChange.ADD


def member_key(item: Any) -> str:
    """Return a text that equal members of a set share, empty fields left out."""
    return json.dumps(_pruned(item), sort_keys=True, default=repr)


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _pruned(item) for key, item in value.items() if key != DEFAULTS and not _empty(item)}
    return value


def _empty(value: Any) -> bool:
    """Return whether a value is what the bridged provider sees as unset: the zero of its type."""
    if isinstance(value, dict):
        return all(_empty(item) for key, item in value.items() if key != DEFAULTS)
    return value is None or value == "" or value == [] or value is False or (value == 0 and not isinstance(value, bool))
