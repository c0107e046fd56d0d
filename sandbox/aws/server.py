"""The server process: moto behind the gate, with a control surface of its own under `/_sandbox/`.

| call | does |
| --- | --- |
| GET /_sandbox/health | says that it runs, and for which account |
| POST /_sandbox/reset | back to the freshly seeded state: no requests, no faults, no policies |
| GET, DELETE /_sandbox/requests | the calls since the start or the last DELETE; see `RequestLog` |
| GET, POST, DELETE /_sandbox/faults | the faults in force; POST adds one, see `Fault` |
| PUT, DELETE /_sandbox/policies | PUT enforces `{"caller": <access key id>, "document": {...}}`, DELETE none |
| GET /_sandbox/asks | what callers with a policy asked for since the last DELETE of policies; see `Judge` |
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from flask import Flask, Response, jsonify, request
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox.aws import seeds
from sandbox.aws.faults import Fault, Faults
from sandbox.aws.gate import Gate, RequestLog, Wsgi
from sandbox.aws.judging import on_behalf
from sandbox.aws.judging.judge import Judge
from sandbox.aws.taught import teach

HOST = "127.0.0.1"


def build(account: str, extra_seeds: Sequence[seeds.Bucket] = (), log_file: Path | None = None) -> Wsgi:
    """Make the whole application, seeded.

    Args:
        account: id of the account that every access key belongs to; moto reads it from MOTO_ACCOUNT_ID itself.
        extra_seeds: buckets besides the sandbox's own.
        log_file: file that each call is appended to.
    """
    teach()
    seeds.plant(account, extra_seeds)
    log, faults, judge = RequestLog(log_file), Faults(), Judge(account)
    on_behalf.decided_by(judge)
    gate = Gate(DomainDispatcherApplication(create_backend_app), log, faults, judge)
    return DispatcherMiddleware(gate, {"/_sandbox": _control(account, extra_seeds, log, faults, judge)})


def serve(port: int, app: Wsgi) -> BaseWSGIServer:
    """Bind the port on the loopback address; `serve_forever` of the result answers.

    Raises:
        OSError: the port is taken.
    """
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    sys.stdout = sys.stderr  # moto prints; standard output belongs to whoever started this process
    return make_server(HOST, port, app, threaded=True, request_handler=MotoRequestHandler)


def _control(account: str, extra_seeds: Sequence[seeds.Bucket], log: RequestLog, faults: Faults, judge: Judge) -> Flask:
    control = Flask("sandbox.aws")

    @control.get("/health")
    def health() -> Response:
        return jsonify(status="ok", pid=os.getpid(), account=account)

    @control.post("/reset")
    def reset() -> tuple[str, int]:
        moto_api_backend.reset()
        seeds.plant(account, extra_seeds)
        log.clear()
        faults.clear()
        judge.clear()
        return "", 204

    @control.get("/requests")
    def requests() -> Response:
        return jsonify(log.entries())

    @control.delete("/requests")
    def forget_requests() -> tuple[str, int]:
        log.clear()
        return "", 204

    @control.get("/faults")
    def listed_faults() -> Response:
        return jsonify(faults.listed())

    @control.post("/faults")
    def add_fault() -> tuple[Response | str, int]:
        try:
            faults.add(Fault.parse(request.get_json()))
        except ValueError as error:
            return jsonify(error=str(error)), 400
        return "", 201

    @control.delete("/faults")
    def clear_faults() -> tuple[str, int]:
        faults.clear()
        return "", 204

    @control.put("/policies")
    def enforce() -> tuple[Response | str, int]:
        given = request.get_json()
        try:
            judge.enforce(given["caller"], given["document"])
        except (KeyError, ValueError) as error:
            return jsonify(error=str(error)), 400
        return "", 204

    @control.delete("/policies")
    def clear_policies() -> tuple[str, int]:
        judge.clear()
        return "", 204

    @control.get("/asks")
    def asks() -> Response:
        return jsonify(judge.asked())

    return control
