"""A botocore session that works as the AWS provider's settings say.

boto3 would only wrap it, and take a third longer to load.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from components.aws.errors import AwsError
from components.aws.identity import AwsSettings
from components.aws.settings_reader import AssumedRole

ATTEMPTS = 5
"""Of one call, unless the settings say otherwise."""

STS_REGION = "us-east-1"
"""Where roles are assumed if nothing names a region: those of AWS's commercial partition are good everywhere in it."""


class AwsSession:
    """Makes clients. Not to be shared by threads; the clients are.

    Args:
        settings: who calls, and how.

    Raises:
        AwsError: there are roles to assume, and no credentials to begin with.
        botocore.exceptions.BotoCoreError: the settings cannot be used, for example an unknown profile.
    """

    def __init__(self, settings: AwsSettings) -> None:
        # Here, since botocore takes longer than all else that a plugin does to start.
        from botocore.session import Session

        from components.aws.models import ModelsWithoutProse

        self._settings = settings
        self._core = Session(profile=settings.profile or None)
        for name, value in _variables(settings):
            self._core.set_config_variable(name, value)
        self._core.set_default_client_config(_client_config(settings))
        self._core.get_component("data_loader").file_loader = ModelsWithoutProse()
        self._assume_roles()

    @property
    def region(self) -> str:
        """The region that settings, environment or profile name; empty for none."""
        return str(self._core.get_config_variable("region") or "")

    def partition(self, region: str) -> tuple[str, str]:
        """Return the partition of a region and the suffix of its hosts, for example `aws` and `amazonaws.com`."""
        partition = str(self._core.get_partition_for_region(region))
        return partition, "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"

    def client(self, service: str, region: str, **arguments: Any) -> Any:
        """Return a new client.

        Args:
            service: as botocore names it.
            region: for example `us-east-1`; STS has its own where the settings say so.
            arguments: more of botocore's.
        """
        settings = self._settings
        if service == "sts":
            region = settings.sts_region or region
        endpoint = settings.endpoints.get(service)
        return self._core.create_client(service, region_name=region, endpoint_url=endpoint, **arguments)

    def _assume_roles(self) -> None:
        """Put credentials of the settings in the place of those that botocore finds."""
        from botocore.credentials import (
            AssumeRoleCredentialFetcher,
            AssumeRoleWithWebIdentityCredentialFetcher,
            CredentialProvider,
            CredentialResolver,
            Credentials,
            DeferredRefreshableCredentials,
        )

        settings, resolver = self._settings, self._core.get_component("credential_provider")
        if not settings.asks_metadata:
            resolver.remove("iam-role")
        credentials: Any = None
        if settings.access_key:
            credentials = Credentials(settings.access_key, settings.secret_key, settings.token or None)
        elif settings.web_identity is not None:
            role = settings.web_identity
            of_web = AssumeRoleWithWebIdentityCredentialFetcher(
                self._sts, _token_loader(role), role.arn, extra_args=role.arguments
            )
            credentials = DeferredRefreshableCredentials(of_web.fetch_credentials, "assume-role-with-web-identity")
        elif settings.roles:
            credentials = resolver.load_credentials()
            if credentials is None:
                raise AwsError(
                    f"aws:assumeRoles: there are no AWS credentials to assume {settings.roles[0].arn} with",
                    "give some: aws:profile, aws:accessKey or AWS_*",
                )
        for role in settings.roles:
            of_role = AssumeRoleCredentialFetcher(self._sts, credentials, role.arn, extra_args=role.arguments)
            credentials = DeferredRefreshableCredentials(of_role.fetch_credentials, "assume-role")

        class Given(CredentialProvider):  # type: ignore[misc] # botocore publishes no types
            METHOD = "given"

            def load(self) -> Any:
                return credentials

        if credentials is not None:
            self._core.register_component("credential_provider", CredentialResolver([Given()]))

    def _sts(self, service: str, **arguments: Any) -> Any:
        return self.client(service, self.region or STS_REGION, **arguments)


def _variables(settings: AwsSettings) -> Iterator[tuple[str, Any]]:
    """Yield botocore's configuration variables that the settings give."""
    given = {
        "config_file": settings.config_file,
        "credentials_file": settings.credentials_file,
        "ec2_metadata_service_endpoint": settings.metadata_endpoint,
        "ec2_metadata_service_endpoint_mode": settings.metadata_mode,
        "region": settings.region or os.environ.get("AWS_REGION"),
        "ca_bundle": settings.ca_bundle,
        "use_fips_endpoint": settings.use_fips,
        "use_dualstack_endpoint": settings.use_dualstack,
    }
    yield from ((name, value) for name, value in given.items() if value)


def _client_config(settings: AwsSettings) -> Any:
    from botocore.config import Config

    s3 = {
        "addressing_style": "path" if settings.s3_path_style else "",
        "us_east_1_regional_endpoint": settings.s3_us_east_1,
    }
    return Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"total_max_attempts": settings.attempts or ATTEMPTS, "mode": settings.retry_mode or "standard"},
        s3={name: value for name, value in s3.items() if value} or None,
    )


def _token_loader(role: AssumedRole) -> Callable[[], str]:
    return lambda: role.token or Path(role.token_file).read_text(encoding="utf-8").strip()
