"""`python -m bench`: preview, up, calls to Trend and memory, each beside its limit."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from sandbox.sandbox import Sandbox
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, ROOT, Stack

ROUNDS = 5
LATENCY = 0.3
# The calls to Trend that wait for each other, whatever runs beside them: the key, the external id, the connector looked
# for and made, the parameters of the CloudTrail stack.
CRITICAL_PATH = 5
PROCESSES = {"program": "pulumi-language-python-exec", "dynamic provider": "pulumi.dynamic"}


def main() -> None:
    """Measure, and print a table."""
    shown = Table("what", "measured", "limit", "", title="Medians of five, alternating with the floor", box=box.SIMPLE)

    def row(what: str, measured: float, limit: float, unit: str, how: str) -> None:
        verdict = "ok" if measured <= limit else "[red]over[/red]"
        shown.add_row(f"{what}, {how}", f"{measured:.2f}{unit}", f"{limit:.2f}{unit}", verdict)

    with tempfile.TemporaryDirectory() as scratch, Sandbox(Path(scratch, "sandbox")) as sandbox:
        key = {
            "CLOUD_ONE_API_KEY": sandbox.tenant.full_access_key.value,
            "VISION_ONE_SERVICE_TOKEN": sandbox.tenant.enrollment_tokens[0].value,
        }
        floor = Stack(sandbox, Path(scratch, "floor"), name="floor", program=ROOT / "bench" / "floor")
        floor.configure({})
        ours = Stack(sandbox, Path(scratch, "ours"), key, name="bench")
        ours.configure({"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"})
        for stack in (floor, ours):
            stack.up()

        ours_preview, floor_preview = alternating(
            lambda: ours.succeed("preview", EXPECT_NO_CHANGES), lambda: floor.succeed("preview", EXPECT_NO_CHANGES)
        )
        row("preview without changes", ours_preview, 1.5 * floor_preview, " s", f"1.5 x {floor_preview:.2f} s")
        sandbox.trend.clear_requests()
        ours_up, floor_up = alternating(lambda: ours.up(EXPECT_NO_CHANGES), lambda: floor.up(EXPECT_NO_CHANGES))
        row("up without changes", ours_up, 1.5 * floor_up, " s", f"1.5 x {floor_up:.2f} s")
        row("calls to Trend of an up without changes", len(sandbox.trend.requests()), 0, "", "none")

        first_ours, first_floor, calls, connections, peaks = first_ups(ours, floor)
        limit = CRITICAL_PATH * LATENCY + 2 * first_floor
        row("first up, 0.3 s latency", first_ours, limit, " s", f"{CRITICAL_PATH} calls + 2 x {first_floor:.2f} s")
        row("calls to Trend of a first up", calls, 12, "", "10 to link, 2 to read back")
        row("connections of one service", connections, 4, "", "one for each of 4 worker threads")
    Console().print(shown)
    Console().print("Peak memory: " + ", ".join(f"{name} {peak / 2**20:.0f} MiB" for name, peak in peaks.items()))


def alternating(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    """Return the medians of both, measured in turns so that the machine's noise hits both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for run, seconds in zip((ours, floor), times, strict=True):
            seconds.append(timed(run))
    return statistics.median(times[0]), statistics.median(times[1])


def timed(run: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def first_ups(ours: Stack, floor: Stack) -> tuple[float, float, int, int, dict[str, int]]:
    """Deploy both from nothing, again and again.

    Returns:
        Median seconds of ours and of the floor, the most calls to Trend, the most connections to one of its services,
        and the peak resident bytes by process.
    """
    calls, connections, seconds, floor_seconds = 0, 0, [], []
    peaks: Counter[str] = Counter()
    for _ in range(ROUNDS):
        for stack in (ours, floor):
            stack.destroy()
        ours.sandbox.trend.reset()  # the enrolment outlives a destroy
        ours.sandbox.trend.set_latency(LATENCY)
        with PeakMemory() as memory:
            seconds.append(timed(ours.up))
        ours.sandbox.trend.set_latency(0)
        logged = ours.sandbox.trend.requests()
        calls = max(calls, len(logged))
        connections = max(connections, *(ours.sandbox.trend.connections(each.service) for each in logged))
        peaks |= memory.peaks
        floor_seconds.append(timed(floor.up))
    return statistics.median(seconds), statistics.median(floor_seconds), calls, connections, dict(peaks)


class PeakMemory:
    """Watches the processes of a run and keeps the most memory that each kind of them held, in bytes."""

    def __init__(self) -> None:
        self.peaks: Counter[str] = Counter()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch)

    def __enter__(self) -> PeakMemory:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        myself = psutil.Process()
        while not self._done.wait(0.05):
            for process in myself.children(recursive=True):
                try:
                    command, resident = " ".join(process.cmdline()), process.memory_info().rss
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
                for name, mark in PROCESSES.items():
                    if mark in command and not command.startswith("/bin/sh"):
                        self.peaks[name] = max(self.peaks[name], resident)


if __name__ == "__main__":
    try:
        main()
    except subprocess.SubprocessError as error:
        raise SystemExit(f"error: {error}") from None
