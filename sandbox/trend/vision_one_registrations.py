"""How a stack of Vision One's template registers its account.

What Trend's own stack calls was never seen [U]: this call exists in the sandbox alone, and only its template knows it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import request
from werkzeug.wrappers import Response

from sandbox.trend.account_bodies import ChosenFeature, Name, account_of
from sandbox.trend.business import CLOUD_AUDIT_LOGS
from sandbox.trend.errors import ErrorReply
from sandbox.trend.records import VisionOneAccountRecord, digest, now_text
from sandbox.trend.service import Body, ServedCall, no_content, read_body
from sandbox.trend.simulation import Simulation
from sandbox.trend.vision_one_accounts import VisionOneAccounts, require_features


class StackRegistration(Body):
    """Body of POST /registrations."""

    role_arn: str
    name: Name
    description: str = ""
    features: tuple[ChosenFeature, ...] = ()
    trail_arn: str = ""
    topic_arn: str = ""


class VisionOneRegistrations:
    """The call of a stack. It takes the key that the stack was given: a minted one, or one of the business's own."""

    PATH = "/registrations"

    def __init__(self, simulation: Simulation, accounts: VisionOneAccounts) -> None:
        self._simulation = simulation
        self._accounts = accounts

    def routes(self) -> tuple[ServedCall, ...]:
        """The call."""
        return (ServedCall("POST", self.PATH, self.register, public=True),)

    def register(self) -> Response:
        """Register the account of the stack's role, or change it where a stack registers it once more.

        The role is not tried: CloudFormation is at work while this is called. An account tells when it is read whether
        its role lets Vision One in.
        """
        self._require_key()
        body = read_body(StackRegistration)
        account_id = account_of(body.role_arn)
        require_features(self._simulation.tenant.business, body.features)
        if CLOUD_AUDIT_LOGS in {each.id for each in body.features} and not (body.trail_arn and body.topic_arn):
            raise ErrorReply(400, f"The feature {CLOUD_AUDIT_LOGS} needs a trail and its topic")
        state, now = self._simulation.state, now_text()
        with state.lock:
            self._accounts.refuse_duplicate(account_id, body.name)
            known = state.vision_one_accounts.get(account_id)
            state.vision_one_accounts[account_id] = VisionOneAccountRecord.model_validate(
                (known.wire() if known else {"id": account_id, "createdDateTime": now})
                | body.model_dump(by_alias=True, include={"role_arn", "name", "description", "features"})
                | {"updatedDateTime": now, "lastSyncedDateTime": now, "sources": ["cloudformation"]}
            )
        return no_content()

    def _require_key(self) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        now, given = datetime.now(UTC), digest(key)
        own = (each for each in self._simulation.tenant.business.api_keys if each.may_change and each.enabled)
        ends = {each.key_digest: each.expires for each in self._simulation.state.dump().template_keys}
        ends |= {digest(each.value): each.expires for each in own}
        if scheme != "Bearer" or ends.get(given, now) <= now:
            raise ErrorReply(401, "The key of the stack is unknown or has expired")
