"""AWS behind the gate: moto, asked only for what the caller may ask for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from sandbox.aws import call as calls
from sandbox.aws.call import AwsCall
from sandbox.aws.identity import identity_of
from sandbox.aws.judging.judge import Judge
from sandbox.gate.call import Environ

Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class AwsWorld:
    """moto and the judge of who may call it.

    Attributes:
        lock: held while one call is judged and answered: moto walks through what belongs to all accounts while it
            answers one. Python would not do two at once anyway.
    """

    def __init__(self, moto: Wsgi, judge: Judge, account: str) -> None:
        """Answer for an account and for those whose roles are assumed."""
        self._moto = moto
        self._judge = judge
        self._account = account
        self.lock = threading.RLock()

    def identify(self, environ: Environ) -> AwsCall:
        """Name a request, and whose it is."""
        call = calls.identify(environ)
        identity = identity_of(call.caller, self._account)
        return replace(call, identity=identity, account=identity.account)

    def answer(self, call: AwsCall, environ: Environ) -> Response:
        """Refuse the call where its caller lacks a right, or else let moto answer for the caller's account."""
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
        with self.lock, self._judge.serving(call):
            refusal = self._judge.refusal(call)
            if refusal is not None:
                return self.error(call, refusal.status, refusal.code, refusal.message)
            return Response.from_app(self._moto, environ, buffered=True)

    def error(self, call: AwsCall, status: int, code: str, message: str) -> Response:
        """Word an error as the service of the call words its own."""
        code = code or "InternalFailure"
        if "json" in call.protocol:
            body, kind = json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.1"
        else:
            error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
            kind, request_id = "text/xml", "<RequestId>sandbox</RequestId>"
            body = f"<Error>{error}{request_id}</Error>"
            if call.protocol == "query":
                body = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>{request_id}</ErrorResponse>"
        return Response(body, status, {"x-amzn-ErrorType": code}, content_type=kind)
