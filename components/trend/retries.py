"""Which calls to Trend are sent again, and how long that waits."""

from __future__ import annotations

import sys
import time
from typing import Any

import requests
import urllib3

from components import waiting as patience
from components.trend.pacing import Pacing

TOO_MANY = 429
"""HTTP status of a call that came too soon after others."""

NOTICEABLE = 2.0
"""Seconds from which on a wait is announced."""


class RetryPolicy(urllib3.Retry):
    """A policy in which `status_forcelist` alone says what is sent again, and a strange Retry-After does no harm."""

    # urllib3 would repeat these whenever they come with a Retry-After, a POST too.
    RETRY_AFTER_STATUS_CODES = frozenset()

    def parse_retry_after(self, retry_after: str) -> float:
        """Return the seconds that the header asks for; 0 where it makes no sense, and the usual back-off takes over."""
        try:
            return super().parse_retry_after(retry_after)
        except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
            return 0

    def asked_by(self, response: requests.Response) -> float:
        """Return the seconds that a reply asks for; 0 where it asks for none."""
        asked = response.headers.get("Retry-After", "")
        return min(self.parse_retry_after(asked), _WAITS["retry_after_max"]) if asked else 0

    def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
        """Wait as long as the service asks, else as the back-off says; the operator can end it."""
        seconds = (self.get_retry_after(response) if response else None) or self.get_backoff_time()
        if not seconds:
            return
        reason = f"Trend answered {response.status}" if response else "the connection to Trend broke"
        if seconds >= NOTICEABLE:
            print(f"{reason}; asking again in {seconds:.0f} s", file=sys.stderr, flush=True)
        pacing = Pacing.of_environment()
        if response and response.status == TOO_MANY and self.get_retry_after(response):
            pacing.ask_for(time.time() + seconds)
        patience.wait(seconds, reason)
        pacing.wait()  # another process may have been asked for longer


# A wait that Trend asks for is obeyed up to half a minute, so that no call blocks a run for hours.
_WAITS: dict[str, Any] = {
    "backoff_factor": 0.5,
    "backoff_max": 8,
    "backoff_jitter": 0.5,
    "retry_after_max": 30,
    "raise_on_status": False,
}
REPEATABLE = RetryPolicy(total=4, allowed_methods=None, status_forcelist={429, 502, 503, 504}, **_WAITS)
"""For a call that may be carried out twice."""

ONCE = RetryPolicy(total=4, read=0, other=0, allowed_methods=None, status_forcelist={429}, **_WAITS)
"""For a call that changes something: it is sent again only where it cannot have been carried out.

That is, no connection was made, or the service turned it away (429). A broken connection is for the caller, who looks
first; `other` is what breaks inside TLS, before or after the call was read.
"""
