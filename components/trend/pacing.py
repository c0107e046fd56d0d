"""Several processes that share one tenant's rate limit: what Trend asks of one of them, all of them do.

Where the environment names a file (TREND_PAUSE_FILE), it holds the moment until which nobody calls. A client that is
told to wait (429 with a Retry-After) writes it, and each client looks at it before each call. Without the variable a
process minds its own waits alone.
"""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import time
from pathlib import Path

from components import waiting as patience

PAUSE_VARIABLE = "TREND_PAUSE_FILE"
_SPREAD = 1.0
"""Seconds over which those who waited begin again, so that they do not all call at once."""


class Pacing:
    """The pause that processes share.

    Args:
        file: holds until when, in seconds since the epoch; None for no such file.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    @classmethod
    def of_environment(cls) -> Pacing:
        """Return the one that the environment names."""
        name = os.environ.get(PAUSE_VARIABLE)
        return cls(Path(name) if name else None)

    def until(self) -> float:
        """Return the moment until which nobody calls; one in the past for no pause."""
        if self._file is None:
            return 0.0
        try:
            return float(self._file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return 0.0

    def remaining(self) -> float:
        """Return the seconds that are left of the pause; 0 for none."""
        return max(0.0, self.until() - time.time())

    def ask_for(self, until: float) -> None:
        """Let nobody call until a moment; a later one that is asked for already stays."""
        if self._file is None or until <= self.until():
            return
        # Put in place as a whole: a reader finds the earlier moment, or this one.
        handle, scratch = tempfile.mkstemp(dir=self._file.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{until:.3f}")
        with contextlib.suppress(FileNotFoundError):
            Path(scratch).replace(self._file)

    def wait(self) -> None:
        """Wait until the pause is over.

        Raises:
            Interrupted: the run is ended meanwhile.
        """
        while (seconds := self.remaining()) > 0:
            patience.wait(seconds + random.uniform(0, _SPREAD), "Trend asked to wait")
