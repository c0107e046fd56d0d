"""Links to Vision One's CloudFormation template, and the template behind them."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from flask import request
from werkzeug.wrappers import Response

from sandbox.trend.account_bodies import TemplateRequest
from sandbox.trend.business import Business, claims_key
from sandbox.trend.errors import ErrorReply
from sandbox.trend.records import TemplateKey, digest, now_text
from sandbox.trend.service import ServedCall, read_body
from sandbox.trend.simulation import Simulation
from sandbox.trend.vision_one_accounts import ACCOUNTS, require_features
from sandbox.trend.vision_one_registrations import VisionOneRegistrations

TEMPLATE = Path(__file__).parent / "templates" / "cloud-account-management.template"
LINKED = f"/templates/aws/{TEMPLATE.name}"
KEY_LIFE = timedelta(days=90)
"""How long the key of a template serves [V]."""


@dataclass(frozen=True)
class _Link:
    expires: float
    features: str


class VisionOneTemplates:
    """The call that makes links, and the template; a link's query is all that is asked of who follows it."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._links: dict[str, _Link] = {}

    def routes(self) -> tuple[ServedCall, ...]:
        """The calls."""
        return (
            ServedCall("POST", f"{ACCOUNTS}/generateCfnTemplateLinks", self.links, reads=True),
            ServedCall("GET", LINKED, self.template, query=frozenset({"expires", "signature"}), public=True),
        )

    @property
    def _business(self) -> Business:
        return self._simulation.tenant.business

    def links(self) -> dict[str, object]:
        """Make a link to the template, and one to the AWS console that carries the parameters and a fresh key."""
        body = read_body(TemplateRequest)
        require_features(self._business, body.features)
        behaviors = self._simulation.tenant.behaviors
        template_url = self._template_url(body, behaviors.template_link_seconds)
        scheme = "https://" if behaviors.oidc_url_scheme else ""
        pairs = {"templateURL": template_url, "stackName": "Vision-One-Cloud-Account-Management"}
        if behaviors.stack_url_parameters:
            pairs |= {f"param_{name}": value for name, value in self._parameters(body).items()}
        fragment = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs.items())
        console = f"https://{body.aws_region}.console.aws.amazon.com/cloudformation/home?region={body.aws_region}"
        return {
            "templateUrl": template_url,
            "visionOneOidcProviderUrl": f"{scheme}{self._business.issuer}",
            "createStackUrl": f"{console}#/stacks/create/review?{fragment}",
        }

    def template(self) -> Response:
        """The template, as text. It differs at every call in a date and an id, since Trend's may [U]."""
        link = self._links.get(request.args.get("signature", ""))
        if link is None or link.expires <= time.time():
            raise ErrorReply(403, "The link is unknown or has expired")
        text = TEMPLATE.read_text(encoding="utf-8")
        for name, value in {
            "@GENERATED@": now_text(),
            "@REQUEST@": str(uuid.uuid4()),
            "@FEATURES@": link.features,
            "@REGISTRATION@": f"{request.host_url}visionone{VisionOneRegistrations.PATH}",
        }.items():
            text = text.replace(name, value)
        return Response(text, mimetype="application/x-yaml")

    def _template_url(self, body: TemplateRequest, seconds: float) -> str:
        signature, expires = secrets.token_urlsafe(24), time.time() + seconds
        features = [feature.model_dump() for feature in body.features]
        self._links[signature] = _Link(expires, json.dumps(features))
        return f"{request.host_url}visionone{LINKED}?expires={expires:.0f}&signature={signature}"

    def _parameters(self, body: TemplateRequest) -> dict[str, str]:
        parameters = {
            "VisionOneAccountID": self._business.id,
            "VisionOneAPIKey": self._mint(),
            "VisionOneOIDCProviderURL": self._business.issuer,
            "VisionOneRegion": self._business.region,
            "CloudAccountName": body.aws_account_name,
            "CloudAccountDescription": body.aws_account_description,
        }
        return {name: value for name, value in parameters.items() if value}

    def _mint(self) -> str:
        """Return a key that registers the account of a stack, and nothing else."""
        expires = datetime.now(UTC) + KEY_LIFE
        claims = {"cid": self._business.id, "et": int(expires.timestamp()), "id": str(uuid.uuid4()), "tokenUse": "cam"}
        key = claims_key(claims, f"{self._simulation.tenant.minted_prefix}{secrets.token_urlsafe(24)}")
        minted = TemplateKey(key_digest=digest(key), created=now_text(), expires=expires)
        with self._simulation.state.lock:
            self._simulation.state.template_keys.append(minted)
        return key
