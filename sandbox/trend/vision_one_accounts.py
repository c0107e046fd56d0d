"""Vision One's Cloud Account Management: the AWS accounts of the business."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable

from flask import request
from werkzeug.wrappers import Response

from sandbox.trend.account_bodies import AccountChanges, ChosenFeature, NewAccount, account_of
from sandbox.trend.account_filter import read_filter
from sandbox.trend.business import Business
from sandbox.trend.errors import ErrorReply
from sandbox.trend.records import AccountFeature, VisionOneAccountRecord, digest, now_text
from sandbox.trend.role_trial import AwsUnreachable, RoleRefused
from sandbox.trend.service import ServedCall, ServedReply, json_reply, no_content, read_body
from sandbox.trend.simulation import Simulation

ACCOUNTS = "/v3.0/cam/awsAccounts"
PAGES = ("25", "50", "100", "500", "1000", "5000")
_DEFAULT_PAGE = "25"
_LISTED = {"id", "role_arn", "name", "description", "state", "created_date_time", "updated_date_time"}
"""What the list shows of an account; that it leaves the rest to the call for one account is an inference [I]."""


class VisionOneAccounts:
    """The calls on AWS accounts."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._state = simulation.state

    def routes(self) -> tuple[ServedCall, ...]:
        """The calls."""
        return (
            ServedCall("GET", ACCOUNTS, self.list, query=frozenset({"top", "nextBatchToken"})),
            ServedCall("POST", ACCOUNTS, self.create),
            ServedCall("GET", f"{ACCOUNTS}/features", self.features),
            ServedCall("GET", f"{ACCOUNTS}/{{id}}", self.read),
            ServedCall("PATCH", f"{ACCOUNTS}/{{id}}", self.modify),
            ServedCall("DELETE", f"{ACCOUNTS}/{{id}}", self.delete),
        )

    @property
    def _business(self) -> Business:
        return self._simulation.tenant.business

    def list(self) -> dict[str, object]:
        """One page. `nextLink` is there when more follow; the filter has to be sent with each page."""
        top = request.args.get("top", _DEFAULT_PAGE)
        if top not in PAGES:
            raise ErrorReply(400, "The query is not valid", {"top": f"must be one of {', '.join(PAGES)}"})
        text = request.headers.get("TMV1-Filter", "")
        wanted = read_filter(text) if text else lambda _: True
        after = _read_token(request.args.get("nextBatchToken"), text)
        known = [self._observed(account) for account in self._state.dump().vision_one_accounts]
        found = [account for account in known if wanted(account)]
        remaining = [account for account in found if account.id > after]
        page = remaining[: int(top)]
        reply: dict[str, object] = {
            "items": [account.model_dump(mode="json", include=_LISTED) for account in page],
            "count": len(page),
            "totalCount": len(found),
        }
        if len(remaining) > len(page):
            reply["nextLink"] = f"{_here()}?top={top}&nextBatchToken={_token(text, page[-1].id)}"
        return reply

    def create(self) -> Response:
        """Register the account of the role, once the role has passed the trial; the reply has no body."""
        body = read_body(NewAccount)
        account_id = account_of(body.role_arn)
        require_features(self._business, body.features)
        self.refuse_duplicate(account_id, body.name, new=True)
        self._try_role(body.role_arn, body.features)
        state = self._state
        with state.lock:
            # The trial took a while: another call may have been faster.
            self.refuse_duplicate(account_id, body.name, new=True)
            now = now_text()
            account = VisionOneAccountRecord.model_validate(
                body.model_dump(by_alias=True)
                | {
                    "id": account_id,
                    "createdDateTime": now,
                    "updatedDateTime": now,
                    "lastSyncedDateTime": now,
                    "sources": ["api"],
                }
            )
            state.vision_one_accounts[account_id] = account
        return Response(status=201, headers={"Location": f"{_here()}/{account_id}"})

    def features(self) -> ServedReply:
        """The features that the business may use, in the form that the tenant's behaviors name [U]."""
        ids = [feature.id for feature in self._business.features]
        objects: list[dict[str, object]] = [{"id": each} for each in ids]
        forms: dict[str, object] = {"objects": objects, "ids": ids, "items": {"items": objects}}
        return json_reply(forms[self._simulation.tenant.behaviors.features_form])

    def read(self, account_id: str) -> Response:
        """One account, with its version in the header ETag."""
        known = self._known(account_id)
        reply = json_reply(self._observed(known).wire())
        reply.headers["ETag"] = known.etag
        return reply

    def modify(self, account_id: str) -> Response:
        """Change what the body names; a list replaces the whole list. A role or features that it names are tried."""
        changes = read_body(AccountChanges)
        known = self._known(account_id)
        self._require_version(known)
        given = changes.model_dump(by_alias=True, exclude_unset=True)
        if account_of(given.get("roleArn", known.role_arn)) != account_id:
            raise ErrorReply(400, "The request body is not valid", {"roleArn": "is of another AWS account"})
        require_features(self._business, changes.features)
        if {"roleArn", "features"} & set(given):
            self._try_role(given.get("roleArn", known.role_arn), changes.features)
        with self._state.lock:
            known = self._known(account_id)
            self._require_version(known)
            self.refuse_duplicate(account_id, given.get("name", known.name))
            now = now_text()
            times = {"updatedDateTime": now, "lastSyncedDateTime": now}
            self._state.vision_one_accounts[account_id] = VisionOneAccountRecord.model_validate(
                known.wire() | given | times
            )
        return no_content()

    def delete(self, account_id: str) -> Response:
        """Forget an account. What is in AWS stays."""
        with self._state.lock:
            del self._state.vision_one_accounts[self._known(account_id).id]
        return no_content()

    def refuse_duplicate(self, account_id: str, name: str, *, new: bool = False) -> None:
        """Refuse a second account of one AWS account, or of one name: Trend's manual says that a name is unique.

        Raises:
            ErrorReply: with the status that the tenant's behaviors name.
        """
        status = self._simulation.tenant.behaviors.duplicate_account_status
        with self._state.lock:
            others = [account for account in self._state.vision_one_accounts.values() if account.id != account_id]
            if new and account_id in self._state.vision_one_accounts:
                raise ErrorReply(status, f"The AWS account {account_id} is already registered")
        if any(account.name == name for account in others):
            raise ErrorReply(status, "Another AWS account has this name")

    def _known(self, account_id: str) -> VisionOneAccountRecord:
        with self._state.lock:
            account = self._state.vision_one_accounts.get(account_id)
        if account is None:
            raise ErrorReply(404, "The AWS account is not registered")
        return account

    def _require_version(self, account: VisionOneAccountRecord) -> None:
        expected = request.headers.get("If-Match")
        if expected is None and self._simulation.tenant.behaviors.if_match_required:
            raise ErrorReply(400, "The request needs the header If-Match")  # status and text [U]
        if expected not in (None, account.etag):
            raise ErrorReply(412, "The AWS account has been changed since")

    def _presented(self, feature_ids: Iterable[str]) -> dict[str, object]:
        chosen = [feature for each in feature_ids if (feature := self._business.feature(each))]
        needed = {*self._business.core_permissions, *(action for each in chosen for action in each.permissions)}
        return {
            "issuer": self._business.issuer,
            "subject": self._business.subject,
            "permissions": sorted(needed),
        }

    def _try_role(self, role_arn: str, features: Iterable[ChosenFeature]) -> None:
        """Refuse a role that does not let Vision One in; what it lacks beside shows in the account."""
        self._simulation.try_role(role_arn, self._presented(feature.id for feature in features))

    def _observed(self, account: VisionOneAccountRecord) -> VisionOneAccountRecord:
        """Add what the role says now: Trend synchronizes now and then, and here each time that somebody looks.

        A role that lets Vision One in no longer makes the account `failed`, one that lacks core permissions `outdated`
        [I]. Without an AWS, or when it does not answer, the account is shown as it was set.
        """
        missing: frozenset[str] = frozenset()
        state = account.state
        if self._simulation.roles:
            try:
                presented = self._presented(feature.id for feature in account.features)
                missing = self._simulation.roles.check(account.role_arn, presented).missing
            except RoleRefused:
                state = "failed"
            except AwsUnreachable:
                pass
        lacking_core = sorted(missing & set(self._business.core_permissions))
        features = [self._with_lacks(feature, missing) for feature in account.features]
        if core := self._simulation.tenant.behaviors.core_feature:
            features.append(AccountFeature(id=core, missing_aws_permissions=tuple(lacking_core)))
        if lacking_core and state == "managed":
            state = "outdated"
        return account.model_copy(update={"state": state, "features": tuple(features)})

    def _with_lacks(self, feature: AccountFeature, missing: frozenset[str]) -> AccountFeature:
        known = self._business.feature(feature.id)
        lacking = missing & set(known.permissions if known else ())
        return feature.model_copy(
            update={
                "missing_aws_permissions": tuple(sorted({*feature.missing_aws_permissions, *lacking})),
                "template_version": feature.template_version or (known.template_version if known else ""),
            }
        )


def require_features(business: Business, chosen: Iterable[ChosenFeature]) -> None:
    """Refuse a feature that the business may not use.

    Raises:
        ErrorReply: 400; it names the feature.
    """
    for feature in chosen:
        if business.feature(feature.id) is None:
            raise ErrorReply(400, "The request body is not valid", {"features": f"{feature.id} is not available"})


def _here() -> str:
    return f"{request.host_url}visionone{ACCOUNTS}"


def _token(text: str, last: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([digest(text), last]).encode()).decode()


def _read_token(token: str | None, text: str) -> str:
    """Return the last id of the page before; "" for the first page."""
    if token is None:
        return ""
    try:
        filtered_by, last = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except (ValueError, TypeError):
        raise ErrorReply(400, "The query is not valid", {"nextBatchToken": "is invalid"}) from None
    if filtered_by != digest(text):
        raise ErrorReply(400, "The query is not valid", {"nextBatchToken": "belongs to another TMV1-Filter"})
    return str(last)
