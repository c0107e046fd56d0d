"""`python -m bench`: time, CPU, memory and calls to Trend, each beside its limit; `rows` says how it ends."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from rich.console import Console

from bench import tenants
from bench.machine import machine
from bench.release import Release, last_release, record
from bench.rows import QUIET, Row, exit_code, spread, table
from bench.runs import Compared, PeakMemory, alternate
from sandbox.sandbox import Sandbox
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, ROOT, SandboxStack

ROUNDS = 5
LATENCY = 0.3
CRITICAL_PATH = 8
"""The calls to Trend that wait for each other, whatever runs beside them: the key, the external id, the connector
looked for and created, the enrollment looked for and made, the parameters of the forwarder, and the check after the
last step, which reads both links at once."""

FLOORS, FLOORS_OF_FIRST_UP = 1.2, 1.5
"""How many times the floor's time a run may take; a first up besides its calls to Trend."""

MEMORY = {"program": 90, "dynamic provider": 85}
"""MiB that a process may hold at most."""

PREVIEW, UP, FIRST_UP = "preview", "up without changes", "first up"


class Bench:
    """The program's stack and the floor's, side by side in one sandbox.

    Args:
        sandbox: runs.
        folder: for both projects.
    """

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        credentials = {
            "CLOUD_ONE_API_KEY": sandbox.tenant.full_access_key.value,
            "VISION_ONE_SERVICE_TOKEN": sandbox.tenant.enrollment_tokens[0].value,
        }
        self.trend = sandbox.trend
        self.program = SandboxStack(sandbox, folder / "program", credentials, name="bench")
        self.program.configure({"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"})
        self.floor = SandboxStack(sandbox, folder / "floor", name="floor", program=ROOT / "bench" / "floor")
        self.floor.configure({})

    def times(self) -> dict[str, Compared]:
        """Return what runs without changes take, and first ups; both stacks are deployed afterwards."""
        for stack in (self.program, self.floor):
            stack.up()
        return {
            PREVIEW: self._alternate(lambda stack: stack.succeed("preview", EXPECT_NO_CHANGES)),
            UP: self._alternate(lambda stack: stack.up(EXPECT_NO_CHANGES)),
            FIRST_UP: self._alternate(lambda stack: stack.up(), before=self._begin_anew),
        }

    def memory(self) -> Iterator[Row]:
        """Yield the peak memory of a first up's processes; the program's stack is gone afterwards."""
        self._begin_anew()
        self.trend.set_latency(0)
        with PeakMemory() as memory:
            self.program.up()
        self.program.destroy()
        for name, limit in MEMORY.items():
            yield Row(f"peak memory, {name}", round(memory.peaks[name] / 2**20), limit, " MiB")

    def _alternate(self, act: Callable[[SandboxStack], object], before: Callable[[], object] | None = None) -> Compared:
        return alternate(act, self.program, self.floor, rounds=ROUNDS, before=before)

    def _begin_anew(self) -> None:
        """Remove both stacks and what a destroy leaves at Trend, whose calls take LATENCY each from now on."""
        for stack in (self.program, self.floor):
            stack.destroy()
        self.trend.reset()
        self.trend.set_latency(LATENCY)


def time_rows(times: dict[str, Compared]) -> Iterator[Row]:
    """Yield the times beside their limits, and CPU seconds beside those of the last release."""
    for what in (PREVIEW, UP):
        limit = FLOORS * times[what].floor.median
        yield Row(what, times[what].program.median, limit, " s", f"({FLOORS} x floor)", timed=True)
    limit = CRITICAL_PATH * LATENCY + FLOORS_OF_FIRST_UP * times[FIRST_UP].floor.median
    why = f"({CRITICAL_PATH} calls of {LATENCY} s, {FLOORS_OF_FIRST_UP} x floor)"
    yield Row(FIRST_UP, times[FIRST_UP].program.median, limit, " s", why, timed=True)
    before = last_release()
    for what in (PREVIEW, FIRST_UP):
        then = before.here(what, times[what].floor.median_cpu)
        compared = f"last release: {then:.2f} s" if then else "no release recorded"
        yield Row(f"CPU of a {what}", times[what].program.median_cpu, None, " s", compared)


def main(arguments: list[str]) -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--record", metavar="VERSION", help="write the CPU seconds down as those of a release")
    release = parser.parse_args(arguments).record
    with tempfile.TemporaryDirectory() as scratch, Sandbox(Path(scratch, "sandbox")) as sandbox:
        bench = Bench(sandbox, Path(scratch))
        times = bench.times()
        rows = [*time_rows(times), *bench.memory()]
        calls = dict(tenants.calls(bench.program))
    differs = max(spread(each.floor.seconds) for each in times.values())
    quiet = differs <= QUIET
    console = Console()
    console.print(f"Medians of {ROUNDS}, the floor between; {machine()}")
    console.print(table(rows, quiet=quiet))
    console.print(tenants.table(calls))
    console.print(
        f"The floor's own runs differ by {differs:.0%}: " + ("a quiet machine" if quiet else "a loaded machine")
    )
    if not quiet:
        console.print("On a loaded machine times say little: run it again when nothing else runs")
    if release:
        program = {what: each.program.median_cpu for what, each in times.items()}
        floor = {what: each.floor.median_cpu for what, each in times.items()}
        record(Release(release, machine(), program, floor))
    return exit_code([*rows, *chain.from_iterable(calls.values())], quiet=quiet)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (AssertionError, subprocess.SubprocessError) as error:
        sys.exit(f"error: {error}")
