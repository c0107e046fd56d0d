"""How the fleet's commands are told what they all are told, and how they end with an error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from fleet.database import database_errors
from fleet.document import FileRefused
from operate.console import ONE_LINE_ERRORS, worded

_INTERRUPTED = 130

FleetFile = Annotated[
    Path | None, typer.Option("--file", "-f", help="The file; default: fleet.yaml beside Pulumi.yaml.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def say(line: str) -> None:
    """Tell the operator one line."""
    print(f"fleet: {line}", file=sys.stderr, flush=True)


@contextmanager
def line_errors() -> Iterator[None]:
    """Print an expected error as one line, or as one for each mistake of a file, and exit."""
    try:
        with database_errors():
            yield
    except FileRefused as refused:
        for problem in refused.problems:
            typer.echo(worded(Exception(problem)), err=True)
        raise typer.Exit(1) from None
    except ONE_LINE_ERRORS as error:
        typer.echo(f"error: {worded(error)}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("error: interrupted", err=True)
        raise typer.Exit(_INTERRUPTED) from None
