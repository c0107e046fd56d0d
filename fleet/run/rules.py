"""When a run begins nothing more: too many failed, or too many failed alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from fleet.outcome import Outcome, RunState
from fleet.run.entries import Bounds, Work

FAILURES = (RunState.FAILED, RunState.UNREACHABLE, RunState.LOCKED)
"""States that count as failed."""

_VARIES = re.compile(r"\b\d{12}\b|\b(?=\w*\d)\w{6,}\b|\d+")
"""What differs between accounts in messages about one and the same thing: ids, names that were made up, numbers."""


def reason_to_stop(bounds: Bounds, wave: Sequence[Work], all_work: Sequence[Work]) -> str:
    """Return why a run stops; empty where it goes on.

    Args:
        bounds: has the rules.
        wave: the work of the wave under way.
        all_work: that of the whole run.
    """
    failed = [each for each in wave if each.state in FAILURES]
    if len(failed) * 100 > bounds.failed_percent * len(wave):
        return (
            f"{len(failed)} of {len(wave)} accounts of wave {failed[0].wave} failed, "
            f"more than {bounds.failed_percent} percent (stop.failedPercent)"
        )
    alike = Counter(kind(each.outcome) for each in all_work if each.state in FAILURES and each.outcome)
    for error, count in alike.most_common(1):
        if count >= bounds.same_error:
            return f"{count} accounts failed with the same error (stop.sameError): {error}"
    return ""


def kind(outcome: Outcome) -> str:
    """Return what is the same in failures alike."""
    cause = outcome.cause.value if outcome.cause else outcome.state.value
    return f"{cause}: {_VARIES.sub('…', outcome.message)}"
