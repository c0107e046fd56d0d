"""The server process: moto behind the gate.

Its own control calls, beside the gate's:

| call | does |
| --- | --- |
| PUT policies/<access key id> | enforces a policy document for whoever signs with this key |
| DELETE policies | lets everybody do everything again |
| POST assumptions | tries `{"role": <ARN>, "externalId": ...}` in Trend's name; see `assume` |
| GET asks | what callers with a policy asked for since the last DELETE of policies; see `Judge` |
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from sandbox.aws import seeds
from sandbox.aws.judging import on_behalf
from sandbox.aws.judging.judge import Judge
from sandbox.aws.taught import teach
from sandbox.aws.trust import assume
from sandbox.aws.world import AwsWorld
from sandbox.gate.control import ControlSurface, json_object
from sandbox.gate.gate import Gate
from sandbox.gate.log import RequestLog


def build(account: str, request_log: Path | None = None) -> DispatcherMiddleware:
    """Make the whole application, seeded.

    Args:
        account: id of the account that every access key belongs to; moto reads it from MOTO_ACCOUNT_ID itself.
        request_log: file that each call is appended to.
    """
    teach()
    seeds.plant(account)
    sys.stdout = sys.stderr  # moto prints; standard output belongs to whoever started this process
    judge = Judge(account)
    on_behalf.decided_by(judge)
    gate = Gate(AwsWorld(DomainDispatcherApplication(create_backend_app), judge), RequestLog(request_log))

    def reset() -> None:
        moto_api_backend.reset()
        seeds.plant(account)
        judge.clear()

    surface = ControlSurface(gate, lambda: {"account": account}, reset)
    surface.add("PUT", "/policies/<caller>", lambda caller: judge.enforce(caller, json_object()))
    surface.add("DELETE", "/policies", judge.clear)
    surface.add("POST", "/assumptions", lambda: assume(json_object()["role"], json_object()["externalId"], account))
    surface.add("GET", "/asks", lambda: [asdict(asked) for asked in judge.asked()])
    return surface.in_front_of_gate()
