"""Vision One itself, as one of its API keys sees it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from requests.auth import AuthBase
from requests.models import PreparedRequest

from components.redaction import Redactor
from components.settings.credentials import HOW_TO_SET_VISION_ONE, InvalidToken, parse_vision_one_key
from components.settings.endpoints import Endpoints, Service
from components.settings.rules import trend_endpoints
from components.trend.cam import CamClient
from components.trend.client import require_confirmed
from components.trend.errors import (
    OTHER_TENANT,
    CredentialsError,
    EndpointRefused,
    Forbidden,
    Unauthenticated,
    WrongAccount,
)
from components.trend.transport import Transport

_CONSOLE = "in Vision One, Administration > API Keys"
_HINTS = {
    Unauthenticated: f"the Vision One API key is unknown, expired or of another region: create one {_CONSOLE}, or "
    "correct `visionOneRegion`",
    Forbidden: f"give the Vision One API key a role that may view and change cloud accounts, {_CONSOLE}",
}


class _BearerAuth(AuthBase):
    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class VisionOneAccess:
    """Vision One itself, as one of its API keys sees it. One instance serves a whole process and all its threads.

    Args:
        key: authenticates every call.
        region: Vision One's code, for example `us`.
        endpoints: where the service is.
        redact: takes the key, and other secrets of the run, out of texts.

    Attributes:
        customer: the tenant that the key says it is of; empty where it does not say.
        expires: when the key says that it ends; None where it does not say.
        cam: the client of Cloud Account Management.

    Raises:
        EndpointRefused: the key would go to a host that is not Trend's and that nobody confirmed.
    """

    def __init__(self, key: str, region: str, endpoints: Endpoints, redact: Redactor) -> None:
        require_confirmed(endpoints)
        claims = _claims(key)
        self.customer = str(claims.get("cid", ""))
        expires = claims.get("et")
        self.expires = datetime.fromtimestamp(expires, UTC) if isinstance(expires, int) else None
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json;charset=utf-8",
            "User-Agent": "trend-onboarding",
        }
        base = endpoints.url(Service.VISION_ONE, region)
        self.cam = CamClient(Transport(Service.VISION_ONE, base, _BearerAuth(key), headers, redact, _HINTS))

    @classmethod
    def of_settings(
        cls, api_key: str, region: str, overrides: str, base_url: str, confirmed: str, redact: Redactor
    ) -> VisionOneAccess:
        """Build the client from texts as configuration and environment hold them, empty for none.

        Args:
            api_key: as Vision One shows it.
            region: the setting `visionOneRegion`.
            overrides, confirmed: the settings `endpoints` and `endpointsConfirmed`.
            base_url: one base URL for all services.
            redact: as above.

        Raises:
            CredentialsError: there is no key, or it does not have the form of one.
            EndpointRefused: the key would be sent where it must not go.
        """
        if not api_key:
            raise CredentialsError("there is no Vision One API key", hint=HOW_TO_SET_VISION_ONE)
        try:
            return cls(parse_vision_one_key(api_key), region, trend_endpoints(overrides, base_url, confirmed), redact)
        except InvalidToken as error:
            raise CredentialsError(str(error), hint=HOW_TO_SET_VISION_ONE) from None
        except ValueError as error:
            raise EndpointRefused(str(error)) from None

    def expect_customer(self, customer: str) -> None:
        """Make sure that the key is one of the tenant whose accounts are about to be read or changed.

        With a key of another tenant every account would look unlinked, and would be linked a second time. A key that
        does not say whose it is passes.

        Raises:
            WrongAccount: it belongs to another tenant.
        """
        if customer and self.customer and self.customer != customer:
            raise WrongAccount(
                f"the Vision One API key belongs to tenant {self.customer}, but this stack was created with tenant "
                f"{customer}",
                hint=OTHER_TENANT,
            )


def _claims(key: str) -> dict[str, Any]:
    """Return what a key says of itself.

    Undocumented: Vision One's keys seen in public are JSON Web Tokens with the tenant as `cid` and the end as `et`, in
    seconds. Nothing is decided by it but a refusal of another tenant's key; a key of another form says nothing.
    """
    parts = key.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}
