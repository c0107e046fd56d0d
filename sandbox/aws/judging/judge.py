"""The judge: which policies are enforced, and what was asked under them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sandbox.aws.call import AwsCall
from sandbox.aws.identity import NOBODY, Identity
from sandbox.aws.judging import assuming
from sandbox.aws.judging.asks import CALLED_VIA, asks_of
from sandbox.aws.judging.denial import AccessDenial
from sandbox.aws.judging.policy import Ask, Asked, JudgedPolicy
from sandbox.aws.organizations import control_policies

KEPT_ASKS = 20_000
"""Asks that are remembered; the oldest are forgotten first."""

_CLOUDFORMATION = ("cloudformation.amazonaws.com",)
_caller: ContextVar[Identity] = ContextVar("caller", default=NOBODY)


class Judge:
    """Holds a policy for each caller that has one; a caller without one may do what its organization lets it do.

    A caller is known by the id of its access key, or by the ARN of the role that it assumed. May be asked from several
    threads at once.
    """

    def __init__(self) -> None:
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

    def refusal(self, call: AwsCall) -> AccessDenial | None:
        """Return how the service refuses the call, or None where it is allowed."""
        who = call.identity
        if not who.account:
            return AccessDenial(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        above = [each for each in control_policies(who.account) if each[1].denies_some_of(call.service)]
        objection = self._objection(who, above, lambda: asks_of(call), "")
        if objection is None:
            return assuming.refusal(call) if (call.service, call.action) == ("sts", "AssumeRole") else None
        if call.protocol == "json":
            return AccessDenial(400, "AccessDeniedException", objection)
        return AccessDenial(403, "AccessDenied", objection)

    def refusal_on_behalf(self, asks: Iterable[Ask], doing: str) -> str | None:
        """Return why CloudFormation may not make its calls with the rights of whoever called it; None if it may."""
        who = _caller.get()
        via = (Ask(ask.action, ask.resource, {**ask.context, CALLED_VIA: _CLOUDFORMATION}) for ask in asks)
        return self._objection(who, list(control_policies(who.account)), lambda: via, doing)

    @contextmanager
    def serving(self, call: AwsCall) -> Iterator[None]:
        """Know, while a call is served, whose rights CloudFormation has."""
        token = _caller.set(call.identity)
        try:
            yield
        finally:
            _caller.reset(token)

    def _objection(
        self, who: Identity, above: Sequence[tuple[str, JudgedPolicy]], asks: Callable[[], Iterable[Ask]], doing: str
    ) -> str | None:
        """Return what speaks against one of the asks, which are worked out only where some policy decides.

        Args:
            who: the caller.
            above: ARN and content of the organization's policies that may deny something.
            asks: returns them.
            doing: what CloudFormation does for the caller, or "".
        """
        with self._lock:
            name = next((name for name in (who.key, who.role) if name in self._policies), "")
            policy = self._policies.get(name)
            if policy is None and not above:
                return None
            for ask in asks():
                if arn := next((arn for arn, control in above if control.denies(ask)), None):
                    return f"{_describe_denial(who, ask)} with an explicit deny in a service control policy: {arn}"
                if policy is None:
                    continue
                allowed = policy.allows(ask)
                self._asked.append(Asked(ask.action, ask.resource, ask.context, name, allowed, doing))
                if not allowed:
                    return (
                        f"{_describe_denial(who, ask)} because no identity-based policy allows the {ask.action} action"
                    )
            return None


def _describe_denial(who: Identity, ask: Ask) -> str:
    return f"User: {who.arn} is not authorized to perform: {ask.action} on resource: {ask.resource}"
