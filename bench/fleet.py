"""`python -m bench.fleet`: what many accounts cost: the queue's part, with accounts that do nothing, and real ones."""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import yaml
from rich.console import Console

from bench.machine import machine
from bench.rows import Row, exit_code, table

if TYPE_CHECKING:
    from sandbox.sandbox import Sandbox

ACCOUNTS = 1_000
AT_ONCE = 100
MEMORY = 150
"""MiB that the process that leads the run, and works, may hold."""
QUEUE = 50
"""Milliseconds of its CPU time for each account."""
REAL = 20
CALLS = 9
"""To Trend, for each new account, all that is asked once a run shared among them."""

# Takes the job, says that it is done, and is the smallest process that can.
NOTHING = (
    "/bin/sh",
    "-c",
    'read -r job; echo \'{"account_id": "", "stack": "", "do": "up", "state": "done", "cause": null, "plan": []}\'',
)


@dataclass(frozen=True)
class Cost:
    """What a run cost: its exit code, seconds, CPU seconds of its process without its children, and peak MiB."""

    code: int
    seconds: float
    cpu: float
    memory: float


def measured(accounts: int, folder: Path) -> Cost:
    """Run accounts that do nothing, in this process."""
    from fleet.outcome import Do
    from fleet.run.entries import Bounds, Stage, Task
    from fleet.run.session import Session
    from fleet.unit.job import Job

    session = Session(folder, unit=NOTHING)
    tasks = [
        Task(Job(f"{number:012}", f"aws-{number:012}", {"cloudTrail": "false"}), f"account {number}", "rest", {})
        for number in range(accounts)
    ]
    bounds = Bounds(at_once=AT_ONCE, starts_per_minute=1_000_000)
    began, cpu = time.monotonic(), time.process_time()
    code = session.lead(lambda: session.begin(Do.UP, [Stage("rest")], bounds, tasks))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return Cost(code, time.monotonic() - began, time.process_time() - cpu, peak)


class SessionMemory:
    """Watches the processes of each session below this one, and keeps the most that one held together, in bytes."""

    def __init__(self) -> None:
        self.peak = 0
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> SessionMemory:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        own = os.getsid(0)
        while not self._done.wait(0.2):
            held: Counter[int] = Counter()
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(OSError, psutil.Error):
                    if (session := os.getsid(process.pid)) != own:
                        held[session] += process.memory_info().rss
            self.peak = max(self.peak, *held.values(), 0)


def queue_rows() -> Iterator[Row]:
    """Yield what the queue costs for accounts that do nothing."""
    # A process of its own, so that its peak is nobody else's.
    with tempfile.TemporaryDirectory() as scratch, multiprocessing.get_context("spawn").Pool(1) as pool:
        cost = pool.apply(measured, (ACCOUNTS, Path(scratch)))
    assert cost.code == 0, f"the run ended with {cost.code}"
    yield Row(f"{ACCOUNTS:,} accounts that do nothing", round(cost.seconds, 1), None, " s", f"({AT_ONCE} at once)")
    yield Row("the queue's CPU for each account", round(cost.cpu / ACCOUNTS * 1000, 1), QUEUE, " ms")
    yield Row("peak memory of the process that leads", round(cost.memory), MEMORY, " MiB")


def account_rows(count: int, sandbox: Sandbox, folder: Path) -> Iterator[Row]:
    """Yield what real accounts cost in the sandbox's organization, and what follows for many."""
    from tests.e2e.fleet_project import link_project  # here, as below: the process that is measured loads this, too

    link_project(folder)
    assert sandbox.organization is not None
    others = [each.id for each in sandbox.organization.accounts if each not in sandbox.organization.plain[:count]]
    (folder / "fleet.yaml").write_text(
        yaml.safe_dump(
            {
                "tenant": {"enroll": True},
                "source": {"organizations": {}},
                "exclude": {"accounts": others},
                "settings": {"cloudTrail": False},
                "limits": {"atOnce": os.cpu_count() or 2, "startsPerMinute": 1000},
            }
        )
    )

    def up() -> tuple[float, float]:
        sandbox.trend.clear_requests()
        clock, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "fleet", "up", "--yes"],
            cwd=folder,
            env={
                **os.environ,
                **sandbox.environment(),
                "AWS_REGION": "us-east-1",
                "CLOUD_ONE_API_KEY": sandbox.tenant.full_access_key.value,
                "VISION_ONE_SERVICE_TOKEN": sandbox.tenant.enrollment_tokens[0].value,
            },
            check=True,
        )
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.monotonic() - clock, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime

    with SessionMemory() as memory:
        seconds, cpu = up()
    calls = Counter(call.action for call in sandbox.trend.requests())
    yield Row(f"{count} accounts in the sandbox", round(seconds, 1), None, " s")
    yield Row("CPU for each account", round(cpu / count, 1), None, " s", "(all processes)")
    yield Row("peak memory for each account", round(memory.peak / 2**20), None, " MiB", "(all processes)")
    for cores in (2, 8, 32):
        minutes = cpu / count * 1000 / cores / 60
        yield Row(f"1,000 accounts on {cores} cores", round(minutes), None, " min", "(extrapolated: CPU alone)")
    yield Row("calls to Trend for a new stack", round(calls.total() / (count + 1), 2), CALLS, "", "(the tenant's, too)")
    yield Row("enrollments", calls["POST /connectors"], 1)
    up()
    yield Row("calls to Trend of a second up", len(sandbox.trend.requests()), 0)


def main(arguments: list[str]) -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.fleet", description=__doc__)
    parser.add_argument("--accounts", type=int, default=REAL, help="real accounts; 0 for none (default: %(default)s)")
    count = parser.parse_args(arguments).accounts
    console = Console()
    console.print(f"{machine()}; load average before: {os.getloadavg()[0]:.1f}")
    rows = list(queue_rows())
    if count:
        from sandbox.sandbox import Sandbox

        special = 5
        with (
            tempfile.TemporaryDirectory() as scratch,
            Sandbox(Path(scratch, "sandbox"), accounts=count + special) as sandbox,
        ):
            rows += account_rows(count, sandbox, Path(scratch, "project"))
    console.print(table(rows, quiet=True))
    console.print(
        f"Load average after: {os.getloadavg()[0]:.1f}. Other processes make seconds longer, CPU seconds hardly"
    )
    return exit_code(rows, quiet=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
