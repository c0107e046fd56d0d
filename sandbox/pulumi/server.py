"""How a plugin's process serves: print the port as the engine expects, go on until told to stop."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer, add_ResourceProviderServicer_to_server

THREADS = 32
"""Requests served at once; the engine's own default is 16 steps in parallel, each with one request."""

ORPHAN_CHECK = 2.0
"""Seconds between looks whether the engine that started this process still lives."""


def serve_provider(servicer: ResourceProviderServicer) -> None:
    """Serve a resource provider until the process is told to stop."""
    serve(lambda server: add_ResourceProviderServicer_to_server(servicer, server))


def serve(add_servicer: Callable[[grpc.Server], None]) -> None:
    """Serve on a free port of 127.0.0.1 until a signal comes or the parent ends.

    A quiet end with code 0 matters: the CLI otherwise waits for the plugin and prints its traceback.

    Args:
        add_servicer: adds what is served to the server.
    """
    server = grpc.server(ThreadPoolExecutor(max_workers=THREADS))
    add_servicer(server)
    port = server.add_insecure_port("127.0.0.1:0")
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    parent = os.getppid()
    server.start()
    print(port, flush=True)
    while not stopped.wait(ORPHAN_CHECK) and os.getppid() == parent:
        pass
    server.stop(grace=None)
