"""The commands of `python -m operate`: this file registers them, and turns their errors into one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from operate.ci import previews
from operate.ci.summary import summary as page_about
from operate.command_line import AsJson, Version, one_line_errors
from operate.console import say
from operate.doctor.diagnosis import before_deployment, of_deployment
from operate.engine.flags import Flags
from operate.engine.stack import Stack
from operate.recovery import runs
from operate.report.leaving import Report

_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    help="Pulumi's runs with a way back: updates that revert when they fail, and a report of what stays.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ChosenStack = Annotated[str, typer.Option("--stack", "-s", help="The stack; the selected one if not given.")]
Folder = Annotated[str, typer.Option("--cwd", "-C", help="The project's folder.")]
ConfigFile = Annotated[str, typer.Option(help="File with the stack's configuration.")]
BreakLock = Annotated[
    bool, typer.Option("--break-lock", help="Lift the stale lock of an interrupted run. Only where it no longer runs.")
]


@app.callback()
def options(_version: Version = False) -> None:
    """Take the options that stand before a command."""


@app.command(context_settings=_PASSED_ON)
def up(
    context: typer.Context,
    no_revert: Annotated[bool, typer.Option("--no-revert", help="Leave a failed update as it is.")] = False,
    break_lock: BreakLock = False,
    accept: Annotated[
        list[str] | None, typer.Option(help="Go on past the check of this name although it failed; repeatable.")
    ] = None,
) -> None:
    """Run `pulumi up` with the flags given here; when it fails, roll back to what there was before.

    What an interrupted run left is cleared first. Exit code: that of `pulumi up`.
    """
    with one_line_errors():
        stack = Stack.of(Flags.among(context.args))
        done = runs.update(stack, context.args, reverts=not no_revert, accepted=accept or (), break_lock=break_lock)
        raise typer.Exit(done.code)


@app.command()
def doctor(
    stack: ChosenStack = "",
    cwd: Folder = "",
    config_file: ConfigFile = "",
    deployed: Annotated[bool, typer.Option("--deployed", help="Look whether what was created still works.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look for what stands in the way of a deployment, or is wrong with one, and change nothing.

    Exit code 1: a check failed. What could not be determined is no reason for it.
    """
    with one_line_errors():
        examined = Stack.of(Flags(stack, cwd, config_file))
        diagnosis = of_deployment(examined) if deployed else before_deployment(examined)
        if as_json:
            typer.echo(json.dumps(diagnosis.document(), indent=2))
        else:
            Console().print(diagnosis.table())
        raise typer.Exit(1 if diagnosis.failed else 0)


@app.command(context_settings=_PASSED_ON)
def destroy(context: typer.Context, break_lock: BreakLock = False) -> None:
    """Run `pulumi destroy` with the flags given here, then show the report. Exit code: that of `pulumi destroy`."""
    with one_line_errors():
        leaving = Stack.of(Flags.among(context.args))
        code, before = runs.destroy(leaving, context.args, break_lock=break_lock)
        if code == 0:
            Console(stderr=True).print(Report.of(leaving, before).table())
        raise typer.Exit(code)


@app.command()
def revert(
    stack: ChosenStack = "",
    cwd: Folder = "",
    config_file: ConfigFile = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    non_interactive: Annotated[bool, typer.Option("--non-interactive", help="Nobody can be asked.")] = False,
    break_lock: BreakLock = False,
) -> None:
    """Roll back to the last update that succeeded, or to nothing, after a run that failed or was killed."""
    with one_line_errors():
        runs.revert(Stack.of(Flags(stack, cwd, config_file, non_interactive)), confirmed=yes, break_lock=break_lock)


@app.command()
def report(
    stack: ChosenStack = "",
    cwd: Folder = "",
    config_file: ConfigFile = "",
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write a page about the deployed stack to this file.")] = None,
) -> None:
    """Show what leaving took away (or would), what stays on purpose, and what cannot be removed from here."""
    with one_line_errors():
        reported = Stack.of(Flags(stack, cwd, config_file))
        if html:
            from operate.report.page import write_page

            write_page(reported, html)
            say(f"wrote {html}: what was linked and granted, and its state")
            return
        leaving = Report.of(reported)
        if as_json:
            typer.echo(json.dumps(leaving.document(), indent=2))
        else:
            Console().print(leaving.table())


@app.command(context_settings=_PASSED_ON)
def preview(
    context: typer.Context,
    markdown: Annotated[Path | None, typer.Option(help="File that takes a page about what would change.")] = None,
    comment_on: Annotated[int | None, typer.Option(help="Number of the pull request that gets the page.")] = None,
) -> None:
    """Run `pulumi preview` with the flags given here, and write a page that calls out deletes and replacements.

    A pull request has one such comment for each stack. Exit code: that of `pulumi preview`.
    """
    with one_line_errors():
        raise typer.Exit(previews.preview(context.args, markdown, comment_on))


@app.command(context_settings=_PASSED_ON)
def drift(
    context: typer.Context,
    markdown: Annotated[Path | None, typer.Option(help="File that takes a page about what differs.")] = None,
    issue: Annotated[bool, typer.Option("--issue", help="Keep one issue on GitHub about it.")] = False,
) -> None:
    """Look for what was changed outside of Pulumi; the flags are those of `pulumi preview`.

    Exit code: 0 where nothing differs, 7 where something does, another where that could not be found out.
    """
    with one_line_errors():
        raise typer.Exit(previews.drift(context.args, markdown, issue=issue))


@app.command()
def summary(stack: ChosenStack = "", cwd: Folder = "") -> None:
    """Print a page about the state of the stack: its last update, its health, its outputs."""
    with one_line_errors():
        typer.echo(page_about(Stack.of(Flags(stack, cwd))), nl=False)


@app.command()
def policy(
    run: Annotated[Literal["preview", "up", "destroy"], typer.Option("--for", help="What the policy is for.")],
    stack: ChosenStack = "",
    cwd: Folder = "",
    config_file: ConfigFile = "",
    forwarder_template: Annotated[
        str, typer.Option(help="File or S3 address of Trend's template that reads the trail, before the first up.")
    ] = "",
) -> None:
    """Print the least IAM policy with which this stack can be previewed, deployed or destroyed: docs/permissions.md."""
    from operate.policy import deployer
    from operate.policy.statement import MANAGED_POLICY_LIMIT, length

    with one_line_errors():
        least = deployer.policy(Stack.of(Flags(stack, cwd, config_file)), run, forwarder_template)
        if (size := length(least)) > MANAGED_POLICY_LIMIT:
            say(
                f"warning: it has {size:,} characters, and a managed policy holds {MANAGED_POLICY_LIMIT:,}: give it to "
                "the role as an inline policy (10,240), or as two policies of half its statements each"
            )
        typer.echo(json.dumps(least, indent=2))
