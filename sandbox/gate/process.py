"""A world as a process of its own, listening on a socket of whoever starts it: no port is lost in between."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.gate.server import KeepAliveServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def options(world: str) -> argparse.ArgumentParser:
    """Return a parser of the options that every world takes."""
    parser = argparse.ArgumentParser(prog=f"python -m sandbox.{world}", description="Ends on SIGTERM and SIGINT.")
    parser.add_argument("--socket", type=int, required=True, help="inherited descriptor of the socket to listen on")
    parser.add_argument("--request-log", type=Path, help="file that each request is appended to, as JSON lines")
    parser.add_argument(
        "--leashed", action="store_true", help="end when standard input closes: with whoever holds its other end"
    )
    return parser


def serve(arguments: argparse.Namespace, build: Callable[[], WSGIApplication]) -> int:
    """Answer until told to end; return the exit code. An error is told in one line."""
    if arguments.leashed:
        threading.Thread(target=_hold_leash, name="leash", daemon=True).start()
    # At once: nothing is to be saved, and tearing moto down in good order takes longer than all else in a stop.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    try:
        KeepAliveServer(socket.socket(fileno=arguments.socket), build()).serve_forever()
    except (OSError, ValueError, RuntimeError) as error:
        sys.stderr.write(f"error: {error}\n")
    return 1


def _hold_leash() -> None:
    """End this process when the other end of its standard input is closed, even by a kill."""
    while os.read(0, 1024):
        pass
    os._exit(1)
