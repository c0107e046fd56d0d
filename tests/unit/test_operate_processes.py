"""`operate` and processes: who gets a signal, and which end of a command counts as killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COUNTS = """
import signal, sys, time
got = []
signal.signal(signal.SIGINT, lambda *_: got.append(1))
print("ready", flush=True)
while not got:
    time.sleep(0.02)
time.sleep(1)
print(f"got {len(got)}", flush=True)
sys.exit(3)
"""
PARENT = """
import os, sys
from operate.engine import foreground
ended = foreground.run([sys.executable, "-c", sys.argv[1]], os.environ)
print(ended.code, ended.interrupted, ended.killed)
"""


@pytest.mark.parametrize("to_the_whole_group", [True, False])
def test_a_signal_reaches_the_command_once_whoever_it_was_sent_to(to_the_whole_group: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, COUNTS],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        if to_the_whole_group:
            os.killpg(parent.pid, signal.SIGINT)
        else:
            parent.send_signal(signal.SIGINT)
        assert parent.stdout.read() == "got 1\n3 True False\n"


@pytest.mark.parametrize(
    ("command", "ended"),
    [("import os; os.kill(os.getpid(), 9)", "137 False True\n"), ("raise SystemExit(255)", "255 False False\n")],
)
def test_only_a_death_by_signal_counts_as_killed_whatever_the_exit_code(command: str, ended: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, command],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout == ended
