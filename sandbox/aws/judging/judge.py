"""The judge: which policies are enforced, and what was asked under them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sandbox.aws.call import AwsCall
from sandbox.aws.judging.asks import CALLED_VIA, asks_of
from sandbox.aws.judging.policy import Ask, Asked, JudgedPolicy

KEPT_ASKS = 20_000
"""Asks that are remembered; the oldest are forgotten first."""

_CLOUDFORMATION = ("cloudformation.amazonaws.com",)
_caller: ContextVar[str] = ContextVar("caller", default="")


@dataclass(frozen=True)
class Denial:
    """What a service answers to a call that is not allowed."""

    status: int
    code: str
    message: str


class Judge:
    """Holds a policy for each caller that has one; a caller without one may do everything.

    A caller is known by the id of its access key. May be asked from several threads at once.
    """

    def __init__(self, account: str) -> None:
        """Judge the calls to an account."""
        self._account = account
        self._lock = threading.Lock()
        self._policies: dict[str, JudgedPolicy] = {}
        self._asked: deque[Asked] = deque(maxlen=KEPT_ASKS)

    def enforce(self, caller: str, document: Mapping[str, Any]) -> None:
        """Enforce a policy for a caller, in place of the one before.

        Raises:
            ValueError: the document holds something that is not judged here.
        """
        policy = JudgedPolicy(document)
        with self._lock:
            self._policies[caller] = policy

    def clear(self) -> None:
        """Enforce nothing, and forget what was asked."""
        with self._lock:
            self._policies.clear()
            self._asked.clear()

    def asked(self) -> list[Asked]:
        """Return what callers with a policy asked for, the oldest first."""
        with self._lock:
            return list(self._asked)

    def refusal(self, call: AwsCall) -> Denial | None:
        """Return how the service refuses the call, or None where it is allowed."""
        if call.caller not in self._policies:
            return None
        denied = self._denied(call.caller, asks_of(call, self._account), "")
        if denied is None:
            return None
        if call.protocol == "json":
            return Denial(400, "AccessDeniedException", self._words(call.caller, denied))
        return Denial(403, "AccessDenied", self._words(call.caller, denied))

    def refusal_on_behalf(self, asks: Iterable[Ask], doing: str) -> str | None:
        """Return why CloudFormation may not make its calls with the rights of whoever called it; None if it may."""
        caller = _caller.get()
        if caller not in self._policies:
            return None
        via = [Ask(ask.action, ask.resource, {**ask.context, CALLED_VIA: _CLOUDFORMATION}) for ask in asks]
        denied = self._denied(caller, via, doing)
        return None if denied is None else self._words(caller, denied)

    @contextmanager
    def serving(self, call: AwsCall) -> Iterator[None]:
        """Know, while a call is served, whose rights CloudFormation has."""
        token = _caller.set(call.caller)
        try:
            yield
        finally:
            _caller.reset(token)

    def _denied(self, caller: str, asks: Iterable[Ask], doing: str) -> Ask | None:
        with self._lock:
            policy = self._policies[caller]
            for ask in asks:
                allowed = policy.allows(ask)
                self._asked.append(Asked(ask.action, ask.resource, ask.context, caller, allowed, doing))
                if not allowed:
                    return ask
            return None

    def _words(self, caller: str, ask: Ask) -> str:
        partition = ask.resource.split(":")[1] if ask.resource.startswith("arn:") else "aws"
        return (
            f"User: arn:{partition}:iam::{self._account}:user/{caller} is not authorized to perform: {ask.action} on "
            f"resource: {ask.resource} because no identity-based policy allows the {ask.action} action"
        )
