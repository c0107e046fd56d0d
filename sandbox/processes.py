"""The sandbox's server processes: started, recognized again, found healthy, ended; and who holds a port."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from sandbox.gate import HOST
from sandbox.gate.server import listen

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 2.0
"""Seconds by which a process's start may seem to move."""
PATIENCE = 5.0
"""Seconds that a process has to end after SIGTERM."""
START_TIMEOUT = 60.0
"""Seconds that all servers together have to become healthy."""


class SandboxError(Exception):
    """The sandbox cannot do what was asked; the message is one line for the user, but for a log's last lines."""


@dataclass(frozen=True)
class Server:
    """A server process of the sandbox, alive or not.

    Attributes:
        name: `aws` or `trend`.
        module: what it runs, `python -m <module>`.
        created: when it was started, as `started` says: tells it from another process with the same pid.
    """

    name: str
    module: str
    port: int
    pid: int
    created: float

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://{HOST}:{self.port}"

    def process(self) -> psutil.Process | None:
        """Return the process if it is still this one: same pid, same start, same program."""
        try:
            process = psutil.Process(self.pid)
            same = process.status() != psutil.STATUS_ZOMBIE and abs(started(process) - self.created) < TOLERANCE
            command = process.cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        # A process that is ending has lost its arguments before its port is free.
        return process if same and (self.module in command or not command) else None

    def is_healthy(self) -> bool:
        """Whether it is this process that answers on the port."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/_sandbox/health")
            return bool(json.loads(connection.getresponse().read()).get("pid") == self.pid)
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            return False
        finally:
            connection.close()


def started(process: psutil.Process) -> float:
    """Return when a process started, in seconds: since the machine did on Linux, where setting the clock moves it."""
    return process.create_time() - (psutil.boot_time() if psutil.LINUX else 0)


_children: dict[int, subprocess.Popen[bytes]] = {}
"""What this process started and has not buried yet, by pid; a leash is the standard input of one of them."""


def launch(
    name: str,
    module: str,
    listening: socket.socket,
    arguments: Sequence[str],
    log: Path,
    leashed: bool,
) -> Server:
    """Start a server; it need not answer yet.

    Args:
        listening: what it listens on, closed here.
        log: file that takes its output.
        leashed: end it when this process ends.
    """
    leash = ["--leashed"] if leashed else []
    command = [sys.executable, "-m", module, "--socket", str(listening.fileno()), *arguments, *leash]
    log.touch(mode=0o600)
    port = listening.getsockname()[1]
    with listening, log.open("wb") as output:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE if leashed else subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[listening.fileno()],
            start_new_session=True,  # Ctrl-C is for the command in the foreground
        )
    _children[child.pid] = child
    # It cannot be gone already: until it is waited for, the system keeps what it knows of it.
    return Server(name, module, port, child.pid, started(psutil.Process(child.pid)))


def wait_until_healthy(launched: Mapping[Server, Path]) -> None:
    """Wait until every server answers.

    Args:
        launched: servers that this process started, each with its log.

    Raises:
        SandboxError: one ended, or does not answer in time; the message carries the last lines of its log.
    """
    deadline = time.monotonic() + START_TIMEOUT
    for server, log in launched.items():
        while not server.is_healthy():
            code = _children[server.pid].poll()
            if code is not None:
                raise SandboxError(f"{server.name} ended with code {code}: {_tail(log)}")
            if time.monotonic() > deadline:
                raise SandboxError(f"{server.name} gave no answer in {START_TIMEOUT:.0f} s: {_tail(log)}")
            time.sleep(0.02)


def end(servers: Sequence[Server]) -> list[Server]:
    """End those that still run, by SIGTERM or, after a while, by SIGKILL; return them."""
    alive = [server for server in servers if server.process()]
    for signal_of in (psutil.Process.terminate, psutil.Process.kill):
        for server in alive:
            if process := server.process():
                with contextlib.suppress(psutil.NoSuchProcess):
                    signal_of(process)
        _wait_for_end(alive)
    for child in [_children.pop(server.pid) for server in servers if server.pid in _children]:
        child.kill()  # nothing to one that has ended; nothing else may be waited for without end
        child.wait()
        if child.stdin:
            child.stdin.close()
    return alive


def _wait_for_end(servers: Sequence[Server]) -> None:
    # Not psutil.wait_procs: it takes a zombie, which some other parent is slow to bury, for a living process.
    deadline = time.monotonic() + PATIENCE
    while any(server.process() for server in servers) and time.monotonic() < deadline:
        time.sleep(0.02)


def listen_for(option: str, port: int) -> socket.socket:
    """Listen on a port; 0 is one that is free.

    Raises:
        SandboxError: somebody else does; the message says who, and which option chooses another port.
    """
    try:
        return listen(port)
    except OSError:
        raise SandboxError(
            f"port {port} is taken by {_holder(port)}; end that, or choose another port with {option}"
        ) from None


def _holder(port: int) -> str:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            connections = process.net_connections("tcp")
            if any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections):
                command = " ".join(process.cmdline()) or process.name()
                return f"process {process.pid} ({command[:80]})"
    return "a process that this user may not see"


def _tail(log: Path, lines: int = 5) -> str:
    text = log.read_text(encoding="utf-8", errors="replace").strip()
    return "\n".join(text.splitlines()[-lines:]) if text else f"its log {log} is empty"
