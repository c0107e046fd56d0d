"""The page: the facts through a template, without any secret, written in one piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from operate import pages
from operate.console import OperateError
from operate.doctor.case import Case
from operate.engine.stack import Stack
from operate.report.facts import Facts, gather

_TEMPLATE = Path(__file__).with_name("page.html.j2")
T = TypeVar("T")


def write_page(stack: Stack, file: Path) -> None:
    """Write the page of a deployed stack; nothing else is changed.

    Args:
        stack: the stack.
        file: what is written, or replaced as a whole; its folder must be there.

    Raises:
        OperateError: the stack is not deployed to its end, or the file cannot be written.
        PulumiError: the stack cannot be read.
    """
    _must_be_writable(file)
    case = Case(stack)
    facts = gather(case, datetime.now(UTC))
    pages.write(file, render(without_secrets(facts, case.redact)))


def render(facts: Facts) -> str:
    """Return the page as HTML. Every value is escaped: a name may be anybody's."""
    return pages.rendered(_TEMPLATE, facts=facts)


def without_secrets(value: T, redact: Callable[[str], str]) -> T:
    """Return facts of any shape with each of their texts redacted."""
    redacted: T = _redacted(value, redact)
    return redacted


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, tuple):
        return tuple(_redacted(each, redact) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _redacted(getattr(value, each.name), redact) for each in fields(value)})
    return value


def _must_be_writable(file: Path) -> None:
    """Refuse before anything is asked."""
    if not file.parent.is_dir():
        raise OperateError(f"there is no folder {file.parent} to write {file.name} to: create it, or name another file")
    if file.exists() and not file.is_file():
        raise OperateError(f"{file} is not a file: name another one")
