"""The end of a run that takes too long: it is asked to stop, and after a while it is ended with all it started."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import TracebackType

GRACE = 120.0
"""Seconds at most in which a run that was asked to stop may put things in order; never more than it had in all."""


class Deadline:
    """Interrupts this process once, as Ctrl-C does, and later lets `give_up` end it.

    Args:
        seconds: that the run has.
        give_up: is called in a thread of its own; it does not return.
    """

    def __init__(self, seconds: float, give_up: Callable[[], object]) -> None:
        self.passed = False
        self._grace = threading.Timer(seconds + min(GRACE, seconds), give_up)
        self._end = threading.Timer(seconds, self._interrupt)
        for timer in (self._grace, self._end):
            timer.daemon = True

    def __enter__(self) -> Deadline:
        self._end.start()
        self._grace.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end.cancel()
        self._grace.cancel()

    def _interrupt(self) -> None:
        self.passed = True
        os.kill(os.getpid(), signal.SIGINT)
