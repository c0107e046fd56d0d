"""A page of HTML from a template, written in one piece."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from operate.console import OperateError


def rendered(template: Path, **values: Any) -> str:
    """Return the page. Every value is escaped, and one that the template names and nobody gives is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # here: only a page takes the time to load it

    environment = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template.name).render(**values)


def write(file: Path, text: str) -> None:
    """Put the file in place when all of it is written, so that nobody finds half a page.

    Raises:
        OperateError: it cannot be written.
    """
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
