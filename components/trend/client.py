"""Trend's services, as one API key sees them."""

from __future__ import annotations

import threading

from requests.auth import AuthBase
from requests.models import PreparedRequest

from components.redaction import Redactor
from components.settings.credentials import ApiKey, InvalidApiKey
from components.settings.endpoints import Endpoints, Service
from components.settings.rules import trend_endpoints
from components.trend.accounts import AccountsClient, ApiKeyDetails
from components.trend.cloud_accounts import CloudAccountsClient
from components.trend.cloudtrail import CloudTrailClient
from components.trend.errors import CredentialsError, EndpointRefused, WrongAccount
from components.trend.services import Services
from components.trend.transport import Transport
from components.trend.vision_one import VisionOneClient, VisionOneConnectClient
from components.trend.workload import WorkloadClient


def require_confirmed(endpoints: Endpoints) -> None:
    """Make sure that an API key goes to Trend, to this machine, or where somebody confirmed that it may.

    Raises:
        EndpointRefused: it would go elsewhere.
    """
    unconfirmed = [host for host in endpoints.foreign_hosts() if host not in endpoints.confirmed]
    if unconfirmed:
        raise EndpointRefused(
            f"the API key would go to {', '.join(unconfirmed)}, which is not Trend's",
            hint=endpoints.how_to_confirm(),
        )


class _ApiKeyAuth(AuthBase):
    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"ApiKey {self._key}"
        return request


class _NoAuth(AuthBase):
    """Sends no credentials: Vision One does not know the key, so it must not learn it."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


class Trend:
    """Trend's services, as one API key sees them.

    One instance serves a whole process and all its threads, so that each keeps one connection a service.

    Args:
        key: authenticates every call.
        endpoints: where the services are.
        redact: takes the key, and other secrets of the run, out of texts.

    Raises:
        EndpointRefused: the key would go to a host that is not Trend's and that nobody confirmed.
    """

    def __init__(self, key: ApiKey, endpoints: Endpoints, redact: Redactor) -> None:
        require_confirmed(endpoints)
        self.key = key
        self._endpoints = endpoints
        self._redact = redact
        self._transports: dict[tuple[Service, str], Transport] = {}
        self._cloud_accounts: dict[str, CloudAccountsClient] = {}
        self._lock = threading.Lock()
        self._details: ApiKeyDetails | None = None
        self._details_lock = threading.Lock()

    @classmethod
    def of_settings(cls, api_key: str, overrides: str, base_url: str, confirmed: str, redact: Redactor) -> Trend:
        """Build the client from texts as configuration and environment hold them, empty for none.

        Args:
            api_key: `<id>:<secret>`.
            overrides, confirmed: the settings `endpoints` and `endpointsConfirmed`.
            base_url: one base URL for all services.
            redact: as above.

        Raises:
            CredentialsError: there is no key, or it does not have the form of one.
            EndpointRefused: the key would be sent where it must not go.
        """
        if not api_key:
            raise CredentialsError("there is no Cloud One API key")
        try:
            return cls(ApiKey.parse(api_key), trend_endpoints(overrides, base_url, confirmed), redact)
        except InvalidApiKey as error:
            raise CredentialsError(str(error)) from None
        except ValueError as error:
            raise EndpointRefused(str(error)) from None

    def key_details(self) -> ApiKeyDetails:
        """Return what the accounts service says about the key; asked once in the life of this object.

        Raises:
            TrendError: the key is unknown, locked or expired, or the service gave no usable reply.
        """
        with self._details_lock:
            if self._details is None:
                self._details = AccountsClient(self._transport(Service.ACCOUNTS, "")).describe_key(self.key)
            return self._details

    def expect_account(self, account_id: str) -> None:
        """Make sure that the key is one of the account whose links are about to be read or changed.

        With a key of another account every link would look deleted, and would be made a second time.

        Raises:
            WrongAccount: it belongs to another one.
        """
        actual = self.key_details().account_id
        if actual != account_id:
            raise WrongAccount(
                f"the API key belongs to Cloud One account {actual}, "
                f"but this stack was created with account {account_id}"
            )

    def workload(self, region: str) -> WorkloadClient:
        """Return the client of Workload Security in a Cloud One region."""
        return WorkloadClient(self._transport(Service.WORKLOAD, region))

    def cloud_accounts(self, region: str) -> CloudAccountsClient:
        """Return the client of Cloud Account Management in a Cloud One region; always the same one, it remembers."""
        client = CloudAccountsClient(self._transport(Service.CLOUD_ACCOUNTS, region))
        with self._lock:
            return self._cloud_accounts.setdefault(region, client)

    def cloudtrail(self, region: str) -> CloudTrailClient:
        """Return the client of the CloudTrail integration in a Cloud One region."""
        return CloudTrailClient(self._transport(Service.CLOUDTRAIL, region))

    def vision_one_connect(self, region: str) -> VisionOneConnectClient:
        """Return the client of the Vision One integration in a Cloud One region."""
        return VisionOneConnectClient(self._transport(Service.VISION_ONE_CONNECT, region))

    def services(self, region: str) -> Services:
        """Return the client of the list of services in a Cloud One region."""
        return Services(self._transport(Service.SERVICES, region))

    def vision_one(self) -> VisionOneClient:
        """Return the client of Vision One itself."""
        return VisionOneClient(self._transport(Service.VISION_ONE, "", _NoAuth()))

    def _transport(self, service: Service, region: str, auth: AuthBase | None = None) -> Transport:
        with self._lock:
            if (service, region) not in self._transports:
                headers = {"api-version": "v1", "Accept": "application/json", "User-Agent": "trend-onboarding"}
                self._transports[service, region] = Transport(
                    service, self._endpoints.url(service, region), auth or _ApiKeyAuth(self.key), headers, self._redact
                )
            return self._transports[service, region]
