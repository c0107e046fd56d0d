"""The server process: moto behind the gate.

Its own control calls, beside the gate's:

| call | does |
| --- | --- |
| PUT policies/<access key id or role ARN> | enforces a policy document for this key, or for all sessions of this role |
| DELETE policies | lets everybody do everything again |
| POST assumptions | tries `role` in Trend's name, by `externalId` or by `issuer` and `subject`; see `assume` |
| GET asks | what callers with a policy asked for since the last DELETE of policies; see `Judge` |
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from sandbox.aws import seeds
from sandbox.aws.judging import on_behalf
from sandbox.aws.judging.judge import Judge
from sandbox.aws.taught import teach
from sandbox.aws.trust import PresentedExternalId, WebIdentity, assume
from sandbox.aws.world import AwsWorld
from sandbox.gate.control import ControlSurface, json_object
from sandbox.gate.gate import Gate
from sandbox.gate.log import RequestLog
from sandbox.organization import Organization


def build(
    account: str, organization: Organization | None = None, request_log: Path | None = None
) -> DispatcherMiddleware:
    """Make the whole application, seeded.

    Args:
        account: id of the account that an access key belongs to; a session's belongs to the account of its role.
        organization: of which it is the management account.
        request_log: file that each call is appended to.
    """
    teach()
    seeds.plant(account, organization)
    sys.stdout = sys.stderr  # moto prints; standard output belongs to whoever started this process
    judge = Judge()
    on_behalf.decided_by(judge)
    world = AwsWorld(DomainDispatcherApplication(create_backend_app), judge, account)
    gate = Gate(world, RequestLog(request_log))

    def reset() -> None:
        with world.lock:
            moto_api_backend.reset()
            seeds.plant(account, organization)
            judge.clear()

    def try_role() -> dict[str, Any]:
        given = json_object()
        identity = WebIdentity(given["issuer"], given["subject"]) if "issuer" in given else None
        with world.lock:
            return assume(
                given["role"], identity or PresentedExternalId(given["externalId"]), given.get("permissions", ())
            )

    size = len(organization.accounts) if organization else 0
    surface = ControlSurface(gate, lambda: {"account": account, "accounts": size}, reset)
    surface.add("PUT", "/policies/<path:caller>", lambda caller: judge.enforce(caller, json_object()))
    surface.add("DELETE", "/policies", judge.clear)
    surface.add("POST", "/assumptions", try_role)
    surface.add("GET", "/asks", lambda: [asdict(asked) for asked in judge.asked()])
    return surface.in_front_of_gate()
