"""The page: the facts through a template, without any secret, written in one piece."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from operate.console import OperateError
from operate.doctor.case import Case
from operate.engine.stack import Stack
from operate.report.facts import Facts, gather

_HERE = Path(__file__).parent
_TEMPLATE = "page.html.j2"
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
    _write(file, render(without_secrets(facts, case.redact)))


def render(facts: Facts) -> str:
    """Return the page as HTML. Every value is escaped: a name may be anybody's."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_TEMPLATE).render(facts=facts)


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
        raise OperateError(f"there is no folder {file.parent} to write {file.name} to: make it, or name another file")
    if file.exists() and not file.is_file():
        raise OperateError(f"{file} is not a file: name another one")


def _write(file: Path, text: str) -> None:
    """Put the file in place when all of it is written, so that nobody finds half a page."""
    target = file.resolve()
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(target)
    except OSError as error:
        raise OperateError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
