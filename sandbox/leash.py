"""`python -m sandbox.leash MODULE ARGUMENT…`: run a module, and end with whoever started it.

Standard input is the leash: the starting process holds its other end, so that it closes when that process ends, even by
a kill that leaves it no time to clean up. Nothing is left running that only a test knew of.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading

GRACE = 5.0
"""Seconds that the module has to end after SIGTERM."""


def hold() -> None:
    """Wait for the other end to close, then end this process."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=hold, name="leash", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
