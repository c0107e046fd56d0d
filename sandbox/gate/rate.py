"""A limit of calls in a time, as a service sets one for each of its customers."""

from __future__ import annotations

import math
import threading
import time
from collections import deque

from pydantic import BaseModel, ConfigDict, Field


class RateLimit(BaseModel):
    """So many calls in so many seconds, whichever seconds these are; those that were refused do not count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: int = Field(ge=1)
    seconds: float = Field(gt=0, le=3600)


class RateKeeper:
    """Counts calls under a limit. May be asked from several threads at once."""

    def __init__(self, limit: RateLimit) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._accepted: deque[float] = deque()

    def wait(self) -> int:
        """Accept a call now, or return the whole seconds after which one would be accepted, at least 1."""
        now = time.monotonic()
        with self._lock:
            while self._accepted and self._accepted[0] <= now - self._limit.seconds:
                self._accepted.popleft()
            if len(self._accepted) < self._limit.calls:
                self._accepted.append(now)
                return 0
            return math.ceil(self._accepted[0] + self._limit.seconds - now)
