"""The commands that run something, for `fleet.cli`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import click
import typer

from components.spelling import did_you_mean
from fleet.checkout import Checkout
from fleet.console import FleetFile, line_errors, say, show
from fleet.file.together import TENANT
from fleet.outcome import Do
from fleet.plan import showing
from fleet.plan.stacks import Plan, PlannedStack, StackStatus
from fleet.run.entries import FleetRun, Task
from fleet.run.progress import number
from fleet.run.session import Session
from fleet.run.tasks import Tasks
from fleet.status.summary import Status
from fleet.unit.run import run_one as run
from operate.ci.previews import DRIFTED
from operate.command_line import AsJson
from operate.console import OperateError
from operate.engine.stack import find_project

CHANGES = 2
_DEPLOYED = (StackStatus.AS_DEPLOYED, StackStatus.CHANGED, StackStatus.FAILED)

app = typer.Typer()

Approve = Annotated[list[str] | None, typer.Option(help="Let the wave of this name begin without asking; repeatable.")]
AccountIds = Annotated[str, typer.Option(help="Ids of accounts with commas between; these alone.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def up(file: FleetFile = None, accounts: AccountIds = "", approve: Approve = None, yes: Yes = False) -> None:
    """Deploy what `plan` shows, wave after wave. Exit code: 0; 1 one failed; 3 stopped by a rule, or a gate waits."""
    with line_errors():
        checkout = Checkout.of(file)
        plan = checkout.plan()
        for warning in plan.warnings:
            say(f"warning: {warning}")
        tasks = Tasks(checkout)
        session = Session(checkout.folder, _approved(approve, [wave.name for wave in checkout.fleet.waves]))
        due = _chosen(plan, accounts) if accounts else plan.to_deploy
        work = [tasks.due(each, "chosen" if accounts and each.account else "") for each in due]
        rest = () if accounts else (plan.tenant, *plan.accounts)
        settled = [tasks.settled(each) for each in rest if each not in due]
        if not work:
            say(f"nothing to do: {showing.totals(plan)}")
        _confirm(f"Deploy {number(len(work), 'stack')}: {showing.totals(plan)}?", yes=yes or not work)
        _lead(session, Do.UP, tasks, [*work, *settled])


@app.command()
def preview(file: FleetFile = None, accounts: AccountIds = "") -> None:
    """Run `pulumi preview` for each account, and group them by equal plan. Exit code: 0 nothing, 2 something to do."""
    with line_errors():
        checkout = Checkout.of(file)
        plan = checkout.plan()
        due = _chosen(plan, accounts) if accounts else [plan.tenant, *_without(plan, StackStatus.SKIPPED)]
        _look(checkout, Do.PREVIEW, [each for each in due if each.status is not StackStatus.ORPHANED], CHANGES)


@app.command()
def drift(file: FleetFile = None, accounts: AccountIds = "") -> None:
    """Look for what was changed outside of Pulumi, in each account. Exit code: 0 nothing differs, 7 something does."""
    with line_errors():
        checkout = Checkout.of(file)
        plan = checkout.plan()
        due = _chosen(plan, accounts) if accounts else [plan.tenant, *plan.accounts]
        _look(checkout, Do.DRIFT, [each for each in due if each.status in _DEPLOYED], DRIFTED)


@app.command()
def leave(
    file: FleetFile = None,
    accounts: AccountIds = "",
    orphaned: Annotated[
        bool, typer.Option("--orphaned", help="Those that are deployed, but not in the source any more.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Destroy the stacks of some accounts; adopted links are restored. Exit code: as of `up`."""
    with line_errors():
        if bool(accounts) == orphaned:
            raise OperateError("say which: --accounts ID,ID or --orphaned")
        checkout = Checkout.of(file)
        plan = checkout.plan()
        due = plan.orphaned if orphaned else _chosen(plan, accounts, but=())
        if not due:
            say("nothing to do: no account is orphaned")
            raise typer.Exit
        named = ", ".join(each.account.id for each in due if each.account)
        _confirm(f"Destroy the stacks of {number(len(due), 'account')} ({named})?", yes=yes)
        tasks = Tasks(checkout)
        records = checkout.ledger.records()
        work = []
        for each in due:
            record = records.get(each.stack)
            deployed = record.deployed.settings if record and record.deployed else each.settings
            work.append(tasks.due(each, "leave", {name: value for name, value in deployed.items() if "." not in name}))
        _lead(Session(checkout.folder), Do.DESTROY, tasks, work)


@app.command()
def resume(approve: Approve = None) -> None:
    """Go on with the last run after an interruption, a stop or a gate, as it was planned. Exit code: as of `up`."""
    with line_errors():
        session = Session(find_project(Path.cwd()))
        last = session.unfinished()
        session.approved = _approved(approve, [stage.name for stage in last.stages])
        code = session.lead(lambda: session.taken_up(last))
        _summed_up(session, session.runs.run(last.id))
        raise typer.Exit(code)


@app.command()
def retry(file: FleetFile = None) -> None:
    """Do again what failed in the last run, with the file as it is now. Exit code: as of `up`."""
    with line_errors():
        checkout = Checkout.of(file)
        session = Session(checkout.folder)
        do, stacks = session.failed()
        tasks = Tasks(checkout)
        plan = checkout.plan()
        known = {each.stack: each for each in (plan.tenant, *plan.accounts)}
        due = [known[stack] for stack in stacks if stack in known]
        if not due:
            say("nothing to do: nothing failed in the last run")
            raise typer.Exit
        _lead(session, do, tasks, [tasks.due(each, "retry" if each.account else "") for each in due])


@app.command()
def status(
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file.")] = None,
) -> None:
    """Show the last run: totals, then what failed by cause, with one next step each; and what is under way."""
    with line_errors():
        session = Session(find_project(Path.cwd()))
        last = session.runs.last()
        if last is None:
            say("there was no run yet: `python -m fleet up` begins one")
            raise typer.Exit
        seen = Status.of(session.runs, session.workers, last)
        if html:
            seen.write_page(html)
            say(f"wrote {html}")
        elif as_json:
            typer.echo(json.dumps(seen.document(), indent=2))
        else:
            for line in seen.lines():
                show(line)


@app.command()
def worker() -> None:
    """Take work from the queue of FLEET_DATABASE_URL on this machine, until told to stop."""
    with line_errors():
        Session(find_project(Path.cwd())).work()


@app.command("run-one")
def run_one(
    account: Annotated[str, typer.Argument(help="Id of the account; `tenant` for the tenant's stack.")],
    do: Annotated[Do, typer.Option("--do", help="What is done to its stack.")],
    file: FleetFile = None,
) -> None:
    """Do one account, here and now, without a queue: output on stderr, one line of JSON on stdout."""
    with line_errors():
        checkout = Checkout.of(file)
        plan = checkout.plan()
        stack = plan.tenant if account == TENANT else _chosen(plan, account)[0]
        raise typer.Exit(run(Tasks(checkout).due(stack).job, do))


def _approved(named: Sequence[str] | None, waves: list[str]) -> frozenset[str]:
    """Return the waves that may begin without being asked for.

    Raises:
        OperateError: there is no wave of a name.
    """
    for name in named or ():
        if name not in waves:
            raise OperateError(
                f"--approve: unknown wave '{name}'{did_you_mean(name, waves)}; known: {', '.join(waves)}"
            )
    return frozenset(named or ())


def _look(checkout: Checkout, do: Do, due: Sequence[PlannedStack], found: int) -> None:
    """Run what changes nothing, and end with `found` where something was found."""
    tasks = Tasks(checkout)
    session = Session(checkout.folder)
    work = [tasks.due(each, do.value) for each in due]
    bounds = tasks.bounds.without_rules()
    code = session.lead(lambda: session.begin(do, tasks.stages(work), bounds, work))
    last = session.runs.last()
    assert last is not None
    _summed_up(session, last)
    outcomes = [each.outcome for each in session.runs.work(last.id)]
    raise typer.Exit(code or (found if any(each and each.exit_code == found for each in outcomes) else 0))


def _lead(session: Session, do: Do, tasks: Tasks, work: Sequence[Task]) -> None:
    code = session.lead(lambda: session.begin(do, tasks.stages(work), tasks.bounds, work))
    last = session.runs.last()
    assert last is not None
    _summed_up(session, last)
    raise typer.Exit(code)


def _summed_up(session: Session, run: FleetRun) -> None:
    for line in Status.of(session.runs, session.workers, run).lines():
        show(line, err=True)


def _chosen(plan: Plan, accounts: str, but: Iterable[StackStatus] = (StackStatus.ORPHANED,)) -> list[PlannedStack]:
    """Return the plan's stacks of some accounts.

    Raises:
        OperateError: one is not in it, or nothing is done with it.
    """
    known = {each.account.id: each for each in plan.accounts if each.account}
    chosen = []
    for id_ in filter(None, map(str.strip, accounts.split(","))):
        if id_ not in known:
            raise OperateError(f"account {id_} is not in the source{did_you_mean(id_, list(known))}")
        if known[id_].status in (StackStatus.SKIPPED, *but):
            raise OperateError(f"account {id_} is {known[id_].status.value}: {known[id_].reason}")
        chosen.append(known[id_])
    return chosen


def _without(plan: Plan, status: StackStatus) -> list[PlannedStack]:
    return [each for each in plan.accounts if each.status is not status]


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise OperateError("nobody can be asked here: --yes says that it is meant")
    click.confirm(question, abort=True, err=True)
