"""Cloud Account Management of Vision One: AWS accounts that are linked there directly.

Source of the calls, unless said otherwise: Trend's Automation Center, API version 3.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from components.trend.errors import NotFound, UnusableReply
from components.trend.replies import Reply
from components.trend.transport import Transport

ACCOUNTS = "/v3.0/cam/awsAccounts"
CREATED, NO_CONTENT = 201, 204
"""HTTP status of an account that was linked, and of one that was changed."""


class FeatureReply(Reply, frozen=True):
    """A feature of an account.

    Attributes:
        id: for example `container-security`.
        regions: the AWS regions in which it is on.
        missing_aws_permissions: what the account's role lacks for it.
        template_version: of the template that its role comes from; empty for none.
    """

    id: str
    regions: list[str] = msgspec.field(default_factory=list)
    missing_aws_permissions: list[str] = msgspec.field(default_factory=list)
    template_version: str = ""


class TagReply(Reply, frozen=True):
    """A tag that Vision One shows."""

    key: str
    value: str = ""


class SecurityServiceReply(Reply, frozen=True):
    """A service beside that sees the account, for example `workload`."""

    name: str
    instance_ids: list[str] = msgspec.field(default_factory=list)


class LinkedAccountReply(Reply, frozen=True):
    """An AWS account that Vision One knows.

    Attributes:
        id: the AWS account, twelve digits.
        state: `managed` when all is well, `outdated` or `failed`.
        etag: of this version, for a change of it; it comes as a header.
    """

    id: str
    role_arn: str = ""
    name: str = ""
    description: str = ""
    state: str = ""
    features: list[FeatureReply] = msgspec.field(default_factory=list)
    custom_tags: list[TagReply] = msgspec.field(default_factory=list)
    connected_security_services: list[SecurityServiceReply] = msgspec.field(default_factory=list)
    etag: str = ""


class TemplateLinkReply(Reply, frozen=True):
    """Where a template of Trend's is, for as long as its signature holds.

    Attributes:
        vision_one_oidc_provider_url: of the OpenID Connect provider, with or without a scheme.
        template_url: signed; it opens the template.
        create_stack_url: of the AWS console, with the template's parameters; it holds a key.
    """

    vision_one_oidc_provider_url: str
    template_url: str = ""
    create_stack_url: str = ""

    @property
    def oidc_provider(self) -> str:
        """The provider as IAM names it: host and path, without a scheme."""
        return self.vision_one_oidc_provider_url.partition("://")[2].rstrip("/") or (
            self.vision_one_oidc_provider_url.rstrip("/")
        )

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters in `create_stack_url`.

        Inferred from Cloud One, whose links carry them as `param_<name>` behind the `#`; empty where they do not.
        """
        parts = urlsplit(self.create_stack_url)
        pairs = parse_qs(f"{parts.query}&{parts.fragment.partition('?')[2]}")
        return {name.removeprefix("param_"): each[0] for name, each in pairs.items() if name.startswith("param_")}


class CamClient:
    """Client of Cloud Account Management in one Vision One region."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def require_connectivity(self) -> None:
        """Make sure that Vision One answers and takes the key.

        Raises:
            TrendError: it does not.
        """
        self._transport.call("GET", "/v3.0/healthcheck/connectivity")

    def features(self) -> list[str]:
        """Return the ids of the features that the tenant may use.

        The form of the answer is not documented: a list, or an object that holds one, of ids or of objects with an id.

        Raises:
            UnusableReply: it has none of these forms.
        """
        reply = self._transport.get_of_tenant(f"{ACCOUNTS}/features", lists=True)
        try:
            return sorted(_ids(reply))
        except (KeyError, TypeError, ValueError):
            raise UnusableReply(
                "the reply does not list features", method="GET", path=f"visionone {ACCOUNTS}/features"
            ) from None

    def template_link(
        self,
        *,
        aws_region: str,
        features: Sequence[Mapping[str, Any]],
        account: Mapping[str, Any] | None = None,
    ) -> TemplateLinkReply:
        """Ask for the template that links one AWS account. Nothing is created by it but a key that soon expires.

        Args:
            aws_region: of the stack.
            features: `{"id": …, "regions": […]}` each.
            account: further fields of the body, about the account as it is to be linked.
        """
        body = {"awsRegion": aws_region, "features": list(features), "templateAccountType": "single", **(account or {})}
        path = f"{ACCOUNTS}/generateCfnTemplateLinks"
        reply = self._transport.call("POST", path, body=body, repeatable=True)
        return self._transport.parse(TemplateLinkReply, reply, f"POST {path}")

    def get(self, aws_account_id: str) -> LinkedAccountReply | None:
        """Return an account; None when there is no such one."""
        path = f"{ACCOUNTS}/{aws_account_id}"
        try:
            response = self._transport.send("GET", path)
        except NotFound:
            return None
        reply = self._transport.decode(response, path)
        account = self._transport.parse(LinkedAccountReply, reply, f"GET {path}")
        return msgspec.structs.replace(account, etag=response.headers.get("ETag", ""))

    def create(self, aws_account_id: str, body: Mapping[str, Any]) -> None:
        """Link an account.

        Raises:
            NoReply, UnusableReply: perhaps after the account was linked; look before asking again.
        """
        response = self._transport.send("POST", ACCOUNTS, body=body)
        created = response.headers.get("Location", "").rstrip("/").rpartition("/")[2]
        if response.status_code != CREATED or created != aws_account_id:
            raise UnusableReply("the reply does not name the account", method="POST", path=f"visionone {ACCOUNTS}")

    def modify(self, aws_account_id: str, body: Mapping[str, Any], etag: str) -> None:
        """Change what the body names, unless somebody changed the account since it was read.

        Raises:
            Outdated: so it is.
            NoReply, UnusableReply: perhaps after the change.
        """
        path, headers = f"{ACCOUNTS}/{aws_account_id}", {"If-Match": etag} if etag else {}
        response = self._transport.send("PATCH", path, body=body, headers=headers)
        if response.status_code != NO_CONTENT:
            raise UnusableReply("the reply does not confirm the change", method="PATCH", path=f"visionone {path}")

    def delete(self, aws_account_id: str) -> None:
        """Unlink an account.

        Raises:
            NotFound: there is none.
        """
        self._transport.call("DELETE", f"{ACCOUNTS}/{aws_account_id}")


def _ids(reply: Any) -> set[str]:
    if isinstance(reply, dict):
        lists = [each for each in reply.values() if isinstance(each, list)]
        if not lists:
            raise ValueError(reply)
        return {each for entries in lists for each in _ids(entries)}
    return {each if isinstance(each, str) else str(each["id"]) for each in reply}
