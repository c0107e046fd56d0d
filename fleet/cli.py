"""The commands of `python -m fleet`: this file registers them."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Literal

import typer
from rich.console import Console

from fleet import permissions, run_cli
from fleet.checkout import Checkout
from fleet.console import FleetFile, line_errors
from fleet.plan import showing
from fleet.source import organizations
from operate.command_line import AsJson, Version

_WIDTH_OF_A_LOG = 160

app = typer.Typer(
    help="Many accounts from one file, fleet.yaml: plan, deploy and watch a stack for each.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(run_cli.app)


@app.callback()
def options(_version: Version = False) -> None:
    """Take the options that stand before a command."""


@app.command()
def plan(file: FleetFile = None, as_json: AsJson = False) -> None:
    """Show account by account what `up` would do. Runs no Pulumi. Exit code: 0 nothing to do, 2 something to do."""
    with line_errors():
        checkout = Checkout.of(file)
        planned = checkout.plan()
        if as_json:
            typer.echo(json.dumps(showing.document(planned, checkout.fleet), indent=2))
        else:
            for warning in planned.warnings:
                typer.echo(f"warning: {warning}", err=True)
            console = Console() if sys.stdout.isatty() else Console(width=_WIDTH_OF_A_LOG)
            console.print(showing.table(planned))
            typer.echo(showing.totals(planned))
        raise typer.Exit(2 if planned.to_deploy or planned.orphaned else 0)


@app.command()
def policy(
    holder: Annotated[
        Literal["caller", "reader"],
        typer.Option("--for", help="The caller of the fleet's commands, or the role that reads the organization."),
    ] = "caller",
    file: FleetFile = None,
) -> None:
    """Print the least IAM policy for running this fleet; that of the role in each account is `operate policy`."""
    with line_errors():
        fleet = Checkout.of(file).fleet
        least = (
            permissions.of_caller(fleet, organizations.partition())
            if holder == "caller"
            else permissions.of_reader(fleet)
        )
        typer.echo(json.dumps(least, indent=2))
