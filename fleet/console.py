"""How the fleet's commands are told what they all are told, and how they end with an error."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from fleet.database import database_errors
from fleet.file.document import FileRefused
from operate.command_line import one_line_errors
from operate.console import worded

FleetFile = Annotated[
    Path | None, typer.Option("--file", "-f", help="The file; default: fleet.yaml beside Pulumi.yaml.")
]


def say(line: str) -> None:
    """Tell the operator one line."""
    print(f"fleet: {line}", file=sys.stderr, flush=True)


def show(line: str, *, err: bool = False) -> None:
    """Print a line of a summary. In a log it is one line; a terminal breaks it between words, below its indentation."""
    if (sys.stderr if err else sys.stdout).isatty():
        indent = line[: len(line) - len(line.lstrip())]
        wrapper = textwrap.TextWrapper(
            shutil.get_terminal_size().columns,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        line = wrapper.fill(line)
    typer.echo(line, err=err)


@contextmanager
def line_errors() -> Iterator[None]:
    """Print an expected error as one line, or as one for each mistake of a file, and exit."""
    with one_line_errors(), database_errors():
        try:
            yield
        except FileRefused as refused:
            for problem in refused.problems:
                typer.echo(worded(Exception(problem)), err=True)
            raise typer.Exit(1) from None
