"""Ctrl-C, heard by the providers.

The engine tells every plugin when the operator cancels a run (`Cancel` in its provider protocol), but the Python SDK's
server for dynamic providers answers that without passing it on, and a wait would keep the run from ending.

Undocumented, hence fenced: the server's class is looked up by name in the process whose main module it is in, and the
body of its one empty method is replaced, since the server holds the method itself by then. Where the class is not
found, nothing is replaced and waits last to their bounded end. Seen in the SDK 3.259 and 3.272.
"""

from __future__ import annotations

import sys
from typing import Any


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
    if cancel is not None:
        cancel.__code__ = _cancel.__code__
