"""The classes of components/resources, found by their declaration."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import TypeVar

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
