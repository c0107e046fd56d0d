"""Ctrl-C ends a run that waits, and the next run goes on."""

from __future__ import annotations

import signal
import subprocess
import time

from tests.e2e.pulumi_cli import SandboxStack


def test_ctrl_c_ends_a_wait_within_two_seconds_and_the_next_up_goes_on(stack: SandboxStack) -> None:
    stack.sandbox.trend.behave(propagation_seconds=3600)
    with subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
        cwd=stack.folder,
        env=stack.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        assert run.stdout is not None
        output = ""
        while "asking again for up to" not in output:
            line = run.stdout.readline()
            assert line, output
            output += line
        time.sleep(0.5)  # so that the wait, and not the line before it, is what the signal meets
        started = time.monotonic()
        run.send_signal(signal.SIGINT)
        output += run.stdout.read()
    assert time.monotonic() - started < 5, output  # alone on the machine it takes half a second; the wait itself 90
    assert run.returncode == 1, output
    assert "interrupted while waiting" in output
    assert "Traceback" not in output
    stack.sandbox.trend.behave(propagation_seconds=0)
    stack.up()
    assert len(stack.sandbox.trend.state().connectors) == 1
