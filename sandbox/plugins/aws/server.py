"""The process: print the port as the engine expects, serve until told to stop."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from sandbox.plugins.aws.servicer import AwsProvider

THREADS = 32
"""Requests served at once; the engine's own default is 16 steps in parallel, each with one request."""

ORPHAN_CHECK = 2.0
"""Seconds between looks whether the engine that started this process still lives."""


def serve() -> None:
    """Serve on a free port of 127.0.0.1. A signal ends the process quietly, as does the end of its parent."""
    server = grpc.server(ThreadPoolExecutor(max_workers=THREADS))
    add_ResourceProviderServicer_to_server(AwsProvider(), server)
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
