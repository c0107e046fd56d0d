"""How the operator's commands speak: single lines on standard error, so that Pulumi's own output stays as it is."""

from __future__ import annotations

import sys


class OperateError(Exception):
    """Something must be put right before the command can go on; the text is one line with the next step."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def say(line: str) -> None:
    """Tell the operator one line."""
    print(f"operate: {line}", file=sys.stderr, flush=True)
