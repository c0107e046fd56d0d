"""The commands of `python -m operate`: this file registers them, and turns their errors into one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from components.aws.errors import AwsError
from components.refusal import Refusal
from components.resources.base import OnboardingError
from operate.ci import previews
from operate.ci.summary import summary as page_about
from operate.console import OperateError, say, worded
from operate.doctor.diagnosis import before_deployment, of_deployment
from operate.engine.flags import Flags
from operate.engine.pulumi_cli import Pulumi
from operate.engine.stack import Stack
from operate.recovery import interrupted_run, runs
from operate.recovery.revert import Plan, is_needed
from operate.recovery.revert import revert as bring_back
from operate.report.leaving import Report

_INTERRUPTED = 130
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    help="Pulumi's runs with a way back: updates that revert when they fail, and a report of what stays.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

StackName = Annotated[str, typer.Option("--stack", "-s", help="The stack; the selected one if not given.")]
Folder = Annotated[str, typer.Option("--cwd", "-C", help="The project's folder.")]
ConfigFile = Annotated[str, typer.Option(help="File with the stack's configuration.")]


@app.command(context_settings=_PASSED_ON)
def up(context: typer.Context) -> None:
    """Run `pulumi up` with the flags given here; when it fails, put everything back to what it was before.

    What a run left that was killed is cleared first. Exit code: that of `pulumi up`.
    """
    with _one_line_errors():
        raise typer.Exit(runs.up(context.args))


@app.command()
def doctor(
    stack: StackName = "",
    cwd: Folder = "",
    config_file: ConfigFile = "",
    deployed: Annotated[bool, typer.Option("--deployed", help="Look whether what was made still works.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look for what stands in the way of a deployment, or is wrong with one, and change nothing.

    Exit code 1: a check failed. What could not be determined is no reason for it.
    """
    with _one_line_errors():
        it = Stack(Pulumi(Flags(stack, cwd, config_file)))
        found = of_deployment(it) if deployed else before_deployment(it)
        if as_json:
            typer.echo(json.dumps(found.document(), indent=2))
        else:
            Console().print(found.table())
        raise typer.Exit(1 if found.failed else 0)


@app.command(context_settings=_PASSED_ON)
def destroy(context: typer.Context) -> None:
    """Run `pulumi destroy` with the flags given here, then show the report. Exit code: that of `pulumi destroy`."""
    with _one_line_errors():
        code = runs.destroy(context.args)
        if code == 0:
            Console(stderr=True).print(Report.of(Stack(Pulumi(Flags.among(context.args)))).table())
        raise typer.Exit(code)


@app.command()
def revert(
    stack: StackName = "",
    cwd: Folder = "",
    config_file: ConfigFile = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    non_interactive: Annotated[bool, typer.Option("--non-interactive", help="Nobody can be asked.")] = False,
) -> None:
    """Put everything back to the last update that worked, or to nothing, after a run that failed or was killed."""
    with _one_line_errors():
        it = Stack(Pulumi(Flags(stack, cwd, config_file, yes, non_interactive)))
        if not interrupted_run.lift_locks(it) and not is_needed(it):
            say(f"there is nothing to revert: the last run of stack {it.name} ended well")
            return
        plan = Plan.of(it)
        plan.announce(it)
        _ask(yes, non_interactive)
        bring_back(it, plan)


@app.command()
def report(
    stack: StackName = "",
    cwd: Folder = "",
    config_file: ConfigFile = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page about the deployed stack to this file.")] = None,
) -> None:
    """Show what leaving took away (or would), what stays on purpose, and what cannot be removed from here."""
    with _one_line_errors():
        it = Stack(Pulumi(Flags(stack, cwd, config_file)))
        if html:
            from operate.report.page import write_page

            write_page(it, html)
            say(f"wrote {html}: what was linked and granted, and how it stands")
            return
        made = Report.of(it)
        if as_json:
            typer.echo(json.dumps(made.document(), indent=2))
        else:
            Console().print(made.table())


@app.command(context_settings=_PASSED_ON)
def preview(
    context: typer.Context,
    markdown: Annotated[Path | None, typer.Option(help="File that takes a page about what would change.")] = None,
    comment_on: Annotated[int | None, typer.Option(help="Number of the pull request that gets the page.")] = None,
) -> None:
    """Run `pulumi preview` with the flags given here, and write a page that calls out deletes and replacements.

    A pull request has one such comment for each stack. Exit code: that of `pulumi preview`.
    """
    with _one_line_errors():
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
    with _one_line_errors():
        raise typer.Exit(previews.drift(context.args, markdown, issue=issue))


@app.command()
def summary(stack: StackName = "", cwd: Folder = "") -> None:
    """Print a page about how the stack stands: its last update, its health, its outputs."""
    with _one_line_errors():
        typer.echo(page_about(Stack(Pulumi(Flags(stack, cwd)))), nl=False)


@app.command()
def policy(
    run: Annotated[Literal["preview", "up", "destroy"], typer.Option("--for", help="What the policy is for.")],
    stack: StackName = "",
    cwd: Folder = "",
    config_file: ConfigFile = "",
    forwarder_template: Annotated[
        str, typer.Option(help="File or S3 address of the vendor's CloudTrail template, before the first up.")
    ] = "",
) -> None:
    """Print the least IAM policy with which this stack can be previewed, deployed or destroyed: docs/permissions.md."""
    from operate.policy import deployer

    with _one_line_errors():
        made = deployer.policy(Stack(Pulumi(Flags(stack, cwd, config_file))), run, forwarder_template)
        typer.echo(json.dumps(made, indent=2))


def _ask(yes: bool, non_interactive: bool) -> None:
    if yes:
        return
    if non_interactive or not sys.stdin.isatty():
        raise OperateError("nobody can be asked whether to revert: give --yes")
    typer.confirm("Revert?", abort=True, err=True)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (OperateError, AwsError, OnboardingError, Refusal) as error:
        typer.echo(f"error: {worded(error)}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("error: interrupted", err=True)
        raise typer.Exit(_INTERRUPTED) from None
