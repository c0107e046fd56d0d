"""The gate: the one place that sees each request to a world, lets it meet its faults and writes it down."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sandbox.gate.call import Call, Environ, World
from sandbox.gate.faults import Fault, FaultBook
from sandbox.gate.log import LoggedRequest, RequestLog
from sandbox.gate.rate import RateKeeper
from sandbox.gate.replies import limited, replacement
from sandbox.gate.server import ConnectionDropped

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


class Gate:
    """WSGI application in front of a world.

    Args:
        world: answers the requests.
        log: takes them down.

    Attributes:
        latency: seconds added to every request.
        rate: the limit under which requests are answered; None for no limit.
        stopping: set when the server ends, so that nothing keeps waiting.
    """

    def __init__(self, world: World, log: RequestLog) -> None:
        self._world = world
        self._numbers = itertools.count(1)
        self.log = log
        self.faults = FaultBook()
        self.latency = 0.0
        self.rate: RateKeeper | None = None
        self.stopping = threading.Event()

    def reset(self) -> None:
        """Forget requests, faults, latency and limit."""
        self.log.clear()
        self.faults.clear()
        self.latency = 0.0
        self.rate = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; its whole body has arrived and can be read again."""
        number, arrived = next(self._numbers), time.time()
        call = self._world.identify(environ)
        environ["wsgi.input"].seek(0)
        faults = self.faults.hits(call)
        status = None
        try:
            reply = self._answer(call, environ, faults)
            status = reply.status_code
        finally:
            self.log.append(
                LoggedRequest(
                    sequence=number,
                    time=round(arrived, 3),
                    service=call.service,
                    action=call.action,
                    resource=call.resource,
                    caller=call.caller,
                    account=call.account,
                    changing=call.changing,
                    status=status,
                    connection=environ["REMOTE_PORT"],
                    faults=tuple(fault.kind for fault in faults),
                )
            )
        return reply(environ, start_response)

    def _answer(self, call: Call, environ: Environ, faults: list[Fault]) -> Response:
        error = partial(self._world.error, call)
        self._wait(self.latency)
        if (rate := self.rate) and (seconds := rate.wait()):
            return limited(error, seconds)
        if fault := self._act([fault for fault in faults if fault.when == "before"]):
            return replacement(fault, error, environ, None)
        reply = self._world.answer(call, environ)
        if fault := self._act([fault for fault in faults if fault.when == "after"]):
            return replacement(fault, error, environ, reply)
        return reply

    def _act(self, faults: list[Fault]) -> Fault | None:
        """Wait as long as the delays among the faults say, and return the first that replaces the reply."""
        self._wait(sum(fault.seconds for fault in faults if fault.kind == "delay"))
        return next((fault for fault in faults if fault.kind != "delay"), None)

    def _wait(self, seconds: float) -> None:
        if seconds and self.stopping.wait(seconds):
            raise ConnectionDropped
