"""What the command lines of this project have in common: how they end with an error, and their version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from components import __version__
from operate.console import ONE_LINE_ERRORS, worded

_INTERRUPTED = 130


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]
"""The option of each command line of this project."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
"""The option of each command that reports."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Print an expected error as one line, and exit."""
    try:
        yield
    except ONE_LINE_ERRORS as error:
        typer.echo(f"error: {worded(error)}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("error: interrupted", err=True)
        raise typer.Exit(_INTERRUPTED) from None
