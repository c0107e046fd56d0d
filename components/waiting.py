"""Waits that the operator can end.

A run is a process, so there is one switch for all its waits.
"""

from __future__ import annotations

import threading

_interrupted = threading.Event()


class Interrupted(Exception):
    """The operator ended the run while it waited; the text is one line with the next step."""

    hint = "run the command again: it looks before it creates anything, and goes on where this run stopped"

    def __init__(self, reason: str) -> None:
        super().__init__(f"interrupted while waiting ({reason}); {self.hint}")


def wait(seconds: float, reason: str) -> None:
    """Wait, without a word; whoever waits says so once.

    Args:
        seconds: how long.
        reason: what for, for the error; without any secret.

    Raises:
        Interrupted: the run is ended meanwhile, or was before.
    """
    if _interrupted.wait(seconds):
        raise Interrupted(reason)


def interrupt() -> None:
    """End every wait of this process, now and from now on."""
    _interrupted.set()
