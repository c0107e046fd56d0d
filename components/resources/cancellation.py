"""Ctrl-C, heard by the providers, and the end of the engine, which they do not outlive.

The engine tells every plugin when the operator cancels a run (`Cancel` in its provider protocol), but the Python SDK's
server for dynamic providers answers that without passing it on, and a wait would keep the run from ending.

Undocumented, hence fenced: the server's class is looked up by name in the process whose main module it is in, and the
body of its one empty method is replaced, since the server holds the method itself by then. Where the class is not
found, nothing is replaced and waits last to their bounded end. Seen in the SDK 3.259 and 3.272.

An engine that is killed tells nobody, and its plugins live in process groups of their own: the SDK's server would serve
on for good. It reads what a plugin prints, so a pipe without a reader is an engine that is gone.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from types import TracebackType
from typing import Any

from components import waiting


class UnderWay:
    """The calls of the engine that this process has under way: each is a `with` block."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait_for_none(self) -> None:
        """Wait until the last one has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0)


calls = UnderWay()


def _cancel(self: Any, request: Any, context: Any) -> Any:  # noqa: ARG001 - the protocol's signature
    # Runs as a method of the SDK's module, so it can use none of this one's names.
    from google.protobuf import empty_pb2

    from components import waiting as patience

    patience.interrupt()
    return empty_pb2.Empty()


def listen() -> None:
    """Let the engine's cancellation end the waits of this process, if it is a dynamic provider's."""
    servicer = getattr(sys.modules["__main__"], "DynamicResourceProviderServicer", None)
    cancel = getattr(servicer, "Cancel", None)
    if cancel is not None and cancel.__code__ is not _cancel.__code__:
        cancel.__code__ = _cancel.__code__
        threading.Thread(target=_end_with_the_engine, daemon=True).start()


def _end_with_the_engine() -> None:
    """End this process when nobody reads any more what it prints; a call under way is finished, a wait is not."""
    pipe = select.poll()
    pipe.register(sys.stdout.fileno(), 0)  # no event of it is asked for: what is left is that its reader has gone
    pipe.poll()
    waiting.interrupt()
    calls.wait_for_none()
    os._exit(0)
