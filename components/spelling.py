"""A mistyped word, and the one that was meant."""

from __future__ import annotations

import difflib


def did_you_mean(word: str, known: list[str]) -> str:
    """Return a half-sentence that names the known word nearest to a mistyped one, or nothing."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
