"""Runs of the real `pulumi`, measured: seconds, CPU seconds of all local processes, peak memory."""

from __future__ import annotations

import resource
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from tests.e2e.pulumi_cli import SandboxStack

PROCESSES = {"program": "pulumi-language-python-exec", "dynamic provider": "pulumi.dynamic"}
"""What the command line of the processes holds whose memory is watched."""


@dataclass(frozen=True)
class Timings:
    """Several runs of one command.

    Attributes:
        seconds: on the clock.
        cpu: seconds of all processes that it started, plugins included; what stands in for AWS and Trend is not.
    """

    seconds: list[float]
    cpu: list[float]

    @property
    def median(self) -> float:
        """Median of the seconds on the clock."""
        return statistics.median(self.seconds)

    @property
    def median_cpu(self) -> float:
        """Median of the CPU seconds."""
        return statistics.median(self.cpu)


@dataclass(frozen=True)
class Compared:
    """Runs of the program, and the floor's between them."""

    program: Timings
    floor: Timings


def alternate(
    act: Callable[[SandboxStack], object],
    program: SandboxStack,
    floor: SandboxStack,
    *,
    rounds: int,
    before: Callable[[], object] | None,
) -> Compared:
    """Do the same with both stacks in turns, so that the machine's noise hits both.

    Args:
        act: is measured.
        program, floor: the stacks.
        rounds: how often.
        before: is done before each round, and not measured.
    """
    taken = {stack.name: Timings([], []) for stack in (program, floor)}
    for _ in range(rounds):
        if before is not None:
            before()
        for stack in (program, floor):
            clock, used = time.perf_counter(), _cpu_of_children()
            act(stack)
            taken[stack.name].seconds.append(time.perf_counter() - clock)
            taken[stack.name].cpu.append(_cpu_of_children() - used)
    return Compared(taken[program.name], taken[floor.name])


def _cpu_of_children() -> float:
    """Return the CPU seconds of all processes below this one that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class PeakMemory:
    """Watches the processes of a run and keeps the most memory that each kind of them held, in bytes.

    Watching takes CPU itself: a run that is watched is not one that is timed.
    """

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
