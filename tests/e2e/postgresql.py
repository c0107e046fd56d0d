"""A PostgreSQL of a test's own, where one is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

USER = "postgres"


def _program(name: str) -> str:
    """Return a program of PostgreSQL; Debian keeps them off PATH."""
    found = shutil.which(name) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian: `apt-get install postgresql`)")
    return found


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start a server on 127.0.0.1 and return the address of its database; it is gone afterwards."""
    initdb, server = _program("initdb"), _program("postgres")
    user = USER if os.geteuid() == 0 else None  # PostgreSQL does not run as root
    with tempfile.TemporaryDirectory(prefix="postgresql-") as scratch, socket.create_server(("127.0.0.1", 0)) as free:
        if user:
            shutil.chown(scratch, user)
        data, port = Path(scratch, "data"), free.getsockname()[1]
        free.close()
        subprocess.run(
            [initdb, "--pgdata", data, "--username", USER, "--auth", "trust", "--no-sync"],
            user=user,
            cwd=scratch,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        # Into a file: it writes down each statement that fails, and a pipe that nobody empties would halt it.
        log = Path(scratch, "log")
        with (
            log.open("w") as printed,
            subprocess.Popen(
                [server, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", scratch, "-c", "fsync=off"],
                user=user,
                cwd=scratch,
                stderr=printed,
            ) as process,
        ):
            try:
                deadline = time.monotonic() + 60
                while "ready to accept connections" not in log.read_text():
                    assert process.poll() is None, log.read_text()
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.05)
                yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
            finally:
                process.send_signal(signal.SIGINT)  # fast: it does not wait until its clients have gone
