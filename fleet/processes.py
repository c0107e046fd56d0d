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
import threading

import psutil

MARK_VARIABLE = "FLEET_HOLD"
"""Names, in the environment of a run's processes, who began them for what."""

KILLED = 128 + signal.SIGKILL


def started(process: psutil.Process) -> float:
    """Return when a process started, in seconds: since the machine did on Linux, where setting the clock moves it."""
    return process.create_time() - (psutil.boot_time() if psutil.LINUX else 0)


def lead_session() -> None:
    """Make this process the leader of a session, if it is not."""
    with contextlib.suppress(PermissionError):  # it leads one already, or a group of the terminal's session
        os.setsid()


def end_with_standard_input() -> None:
    """End this process and all of its session as soon as its standard input ends; what it starts has an empty one."""
    worker = os.dup(0)
    with open(os.devnull) as nothing:  # noqa: PTH123 - its number is what counts
        os.dup2(nothing.fileno(), 0)
    threading.Thread(target=_watch, args=(worker,), daemon=True).start()


def end_session(leader: int, mark: str = "") -> None:
    """Kill all processes of a session but this one; whoever is begun meanwhile, too.

    Args:
        leader: process id of the session's leader, dead or alive.
        mark: value of MARK_VARIABLE that its processes were begun with; where it is given, no others are touched: the
            id of a leader that is long dead may be somebody else's by now.
    """
    while others := _others(leader, mark):
        for process in others:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(others, timeout=1.0)


def end_started() -> None:
    """Kill all that this process has started: the rest of its session if it leads it, else its descendants.

    A run that a person, or a program, began by hand is in their session: to end that one would end their terminal.
    """
    if os.getsid(0) == os.getpid():
        end_session(os.getpid())
        return
    me = psutil.Process()
    while living := [each for each in me.children(recursive=True) if not _is_dead(each)]:
        for process in living:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(living, timeout=1.0)


def lives(pid: int) -> bool:
    """Whether there is such a process, and it has not ended: one whose end nobody has taken note of yet has."""
    try:
        return not _is_dead(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def _watch(worker: int) -> None:
    while os.read(worker, 4096):
        pass
    end_started()
    os._exit(KILLED)


def _others(leader: int, mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if process.pid == os.getpid() or os.getsid(process.pid) != leader or _is_dead(process):
                continue
            if not mark or process.environ().get(MARK_VARIABLE) == mark:
                found.append(process)
    return found


def _is_dead(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
