"""The processes of one account's run: a session of its own, which ends with the worker that began it.

A worker holds one end of a pipe that is its run's standard input. Where the worker dies, however it does, the other
end tells, and the run ends with all that it started. Pulumi's plugins have process groups of their own, but nobody in
there begins another session. (PR_SET_PDEATHSIG would do the same on Linux alone, and goes by the thread that began the
child, not by its process.)
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading

import psutil

KILLED = 128 + signal.SIGKILL


def lead_session() -> None:
    """Make this process the leader of a session, if it is not."""
    with contextlib.suppress(PermissionError):  # it leads one already, or a group of the terminal's session
        os.setsid()


def end_with_standard_input() -> None:
    """End this process and all of its session as soon as its standard input ends."""
    threading.Thread(target=_watch, daemon=True).start()


def end_session(leader: int) -> None:
    """Kill all processes of a session but this one; whoever is begun meanwhile, too.

    Args:
        leader: process id of the session's leader, dead or alive.
    """
    while others := _others(leader):
        for process in others:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(others, timeout=1.0)


def _watch() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    end_session(os.getsid(0))
    os._exit(KILLED)


def _others(leader: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if process.pid != os.getpid() and os.getsid(process.pid) == leader and not _is_dead(process):
                found.append(process)
    return found


def _is_dead(process: psutil.Process) -> bool:
    return bool(process.status() == psutil.STATUS_ZOMBIE)
