"""`python -m sandbox`: the embedded sandbox from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

try:
    import typer
except ModuleNotFoundError:
    sys.exit(f"error: {sys.executable} has not the project's packages: run `make setup`, then `. venv/bin/activate`")
from rich.console import Console
from rich.table import Table

from sandbox import environment, showcase
from sandbox.gate.client import ControlError
from sandbox.organization import TRAIL_REGION
from sandbox.processes import ROOT, SandboxError, Server
from sandbox.pulumi.toolchain import ToolchainError
from sandbox.record import write_private
from sandbox.sandbox import ACCOUNT, Sandbox
from sandbox.shell import exports, sandbox_exports, sourced_file

AWS_PORT = 4610
TREND_PORT = 4611
STACK = "dev"

app = typer.Typer(
    help="AWS and Trend on this machine, to try the program out: nothing leaves 127.0.0.1, all is kept in one folder.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Home = Annotated[
    Path, typer.Option(help="Folder of the sandbox; all that it writes is below.", show_default=".sandbox")
]
DEFAULT_HOME = ROOT / ".sandbox"


@app.command()
def start(
    home: Home = DEFAULT_HOME,
    aws_port: Annotated[int, typer.Option(help="Port for AWS; 0 picks a free one.")] = AWS_PORT,
    trend_port: Annotated[int, typer.Option(help="Port for Trend; 0 picks a free one.")] = TREND_PORT,
    region: Annotated[str, typer.Option(help="Cloud One region of the simulated tenant.")] = "us-1",
    account: Annotated[str, typer.Option(help="Id of the simulated AWS account.")] = ACCOUNT,
    accounts: Annotated[
        int, typer.Option(min=0, help="Accounts of its AWS organization, itself included; 0: no organization.")
    ] = 0,
) -> None:
    """Start the sandbox, unless it runs, and select its stack `dev`."""
    with _one_line_errors():
        sandbox = Sandbox(
            home,
            aws_port=aws_port,
            trend_port=trend_port,
            region=region,
            account=account,
            accounts=accounts,
            detached=True,
        )
        fresh = sandbox.start()
        for server in sandbox.servers():
            _say(f"{server.name} {'runs' if fresh else 'runs already'} on {server.url} (process {server.pid})")
        if organization := sandbox.organization:
            Console(stderr=True).print(showcase.organization_table(organization))
        try:
            variables = sandbox.environment()
        except ToolchainError as error:
            _say(f"no stack was selected and no environment written: {error}")
            return
        if fresh and any((sandbox.home / "state").rglob(f"stacks/**/{STACK}.json")):
            _say("AWS and Trend are empty again: `pulumi up --refresh` recreates what the stack holds")
        variables |= _key_variables(sandbox)
        environment_file = sandbox.home / "env"
        write_private(environment_file, sourced_file(variables, sandbox.toolchain.folders))
        _select_stack(variables)
        _say(f"in your shell: . {_shorten(environment_file)}")


@app.command()
def stop(home: Home = DEFAULT_HOME) -> None:
    """Stop the sandbox. Its folder and the stacks' states stay."""
    with _one_line_errors():
        sandbox = Sandbox(home)
        ended = sandbox.stop()
        (sandbox.home / "env").unlink(missing_ok=True)
        for server in ended:
            _say(f"{server.name} stopped (process {server.pid})")
        if not ended:
            _say("nothing runs")


@app.command()
def status(
    home: Home = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show what runs, where. Exit code 0: all of it; 1: not all."""
    with _one_line_errors():
        sandbox = Sandbox(home)
        servers = [(server, _state(server)) for server in sandbox.servers()]
        running = bool(servers) and all(state == "running" for _, state in servers)
        if as_json:
            listed = [{"name": each.name, "url": each.url, "pid": each.pid, "state": state} for each, state in servers]
            typer.echo(json.dumps({"running": running, "home": str(sandbox.home), "servers": listed}, indent=2))
        elif not servers:
            typer.echo("no sandbox runs; start it with `python -m sandbox start`")
        else:
            table = Table("server", "address", "process", "state")
            for server, state in servers:
                table.add_row(server.name, server.url, str(server.pid), state)
            Console().print(table)
    raise typer.Exit(0 if running else 1)


@app.command()
def show(
    home: Home = DEFAULT_HOME,
    aws_region: Annotated[str, typer.Option(help="AWS region whose stacks and trails are shown.")] = "us-east-1",
) -> None:
    """Show what exists at Trend and in AWS, and what to try next."""
    with _one_line_errors():
        sandbox = Sandbox(home)
        sandbox.require_running()
        if organization := sandbox.organization:
            Console().print(showcase.organization_table(organization))
        Console().print(showcase.table(sandbox, aws_region))
        typer.echo(showcase.next_steps(sandbox))


@app.command()
def env(
    home: Home = DEFAULT_HOME,
    tools: Annotated[
        bool, typer.Option("--tools", help="Only engine and plugins, for use against other endpoints.")
    ] = False,
) -> None:
    """Print the environment as shell exports: eval "$(python -m sandbox env)"."""
    with _one_line_errors():
        sandbox = Sandbox(home)
        if tools:
            typer.echo(exports(sandbox.tools_environment()), nl=False)
            return
        sandbox.require_running()
        typer.echo(sandbox_exports(sandbox.environment() | _key_variables(sandbox)), nl=False)


@app.command()
def reset(home: Home = DEFAULT_HOME) -> None:
    """Restore AWS and Trend to the freshly seeded state. The stacks' states stay, and know nothing of it."""
    with _one_line_errors():
        sandbox = Sandbox(home)
        sandbox.require_running()
        sandbox.reset()
        _say("AWS and Trend are as they were after the start")


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (SandboxError, ToolchainError, ControlError, OSError, ValueError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


def _key_variables(sandbox: Sandbox) -> dict[str, str]:
    """Return the key of Vision One, and what `python -m fleet` takes besides, where there is an organization.

    The key of Cloud One is a setting of the stack `dev`.
    """
    keys = {"VISION_ONE_API_KEY": sandbox.tenant.business.full_access_key.value}
    if sandbox.organization is None:
        return keys
    return keys | environment.fleet(sandbox.home, sandbox.tenant.full_access_key.value, TRAIL_REGION)


def _select_stack(variables: dict[str, str]) -> None:
    """Select the stack, created if missing; it is kept in the sandbox's own backend."""
    selected = subprocess.run(
        ["pulumi", "stack", "select", STACK, "--create", "--non-interactive"],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if selected.returncode != 0:
        raise SandboxError(
            f"the stack `{STACK}` cannot be selected: {selected.stderr.strip() or selected.stdout.strip()}"
        )


def _state(server: Server) -> str:
    if server.process() is None:
        return "ended"
    return "running" if server.is_healthy() else "not answering"


def _shorten(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _say(line: str) -> None:
    """Tell a person; standard output is for what a program reads."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    app(prog_name="python -m sandbox")
