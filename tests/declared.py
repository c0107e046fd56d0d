"""The classes of components/resources, found by their declaration."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import TypeVar

from pulumi.dynamic import ResourceProvider

import components.resources

T = TypeVar("T")


def declared(base: type[T]) -> Iterator[type[T]]:
    """Yield the classes below another one; one that has two bases comes twice."""
    for module in pkgutil.iter_modules(components.resources.__path__, "components.resources."):
        importlib.import_module(module.name)
    for each in base.__subclasses__():
        if each.__module__.startswith("components.resources."):
            yield each
        yield from declared(each)


def providers() -> list[type[ResourceProvider]]:
    """Return the providers that a state can name, in the order of their import paths."""
    found = {each for each in declared(ResourceProvider) if each.create is not ResourceProvider.create}
    return sorted(
        (each for each in found if not inspect.isabstract(each)), key=lambda kind: (kind.__module__, kind.__name__)
    )
