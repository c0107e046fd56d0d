"""How the program refuses to go on: one clear line, no traceback, nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

# The Python language host ends quietly with this code (source: the SDK's pulumi-language-python-exec).
ERROR_ALREADY_SHOWN = 32


class Refusal(Exception):
    """Something must be put right before the program can go on; the text says what, where and how."""


@contextmanager
def refusals_in_one_line() -> Iterator[None]:
    """Show a refusal as the program's one error, and end the program."""
    import pulumi  # here, since checks tell a refusal apart in processes that need no Pulumi

    try:
        yield
    except Refusal as refusal:
        pulumi.log.error(str(refusal))
        raise SystemExit(ERROR_ALREADY_SHOWN) from None
